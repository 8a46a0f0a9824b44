import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('3.7');

export const programSection = otherSection({
  name: 'program',
  manual: '3.7',
  summary: 'a program that the master process starts',
  naming: { missing: "'program' expects an <id> argument" },
  keywords: [
    line('command', 'the program and its arguments', { max: MANY }),
    line('group', 'the group that it runs as'),
    line('option', 'whether it is started again on reload', {
      negatable: true,
      check: (words) => void words.oneOf('option', ['start-on-reload']),
    }),
    line('user', 'the user that it runs as'),
  ],
  duplicate: (name, place) => `program section '${name}' already exists (declared at ${place}).`,
  why: 'no other program is started',
  effect: 'served',
});
