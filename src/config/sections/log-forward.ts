import { duration, integer } from '../keywords/values.js';
import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('3.10');

export const logForwardSection = otherSection({
  name: 'log-forward',
  manual: '3.10',
  summary: 'receives log lines and passes them on',
  naming: { missing: 'missing name for log-forward section.' },
  keywords: [
    line('backlog', "length of the kernel's queue", { check: (words) => void integer(words) }),
    line('bind', 'where lines are received over TCP', { max: MANY }),
    line('dgram-bind', 'where lines are received over UDP', { max: MANY }),
    line('log', 'where lines go', { min: 0, max: MANY, negatable: true }),
    line('maxconn', 'most connections', { check: (words) => void integer(words) }),
    line('option', 'how lines are understood', {
      max: 2,
      negatable: true,
      check(words) {
        if (words.oneOf('option', ['assume-rfc6587-ntf', 'dont-parse-log', 'host']) !== 'host') return words.end();
        words.oneOf('host option', ['replace', 'fill', 'keep', 'append']);
      },
    }),
    line('timeout', 'time of silent clients', {
      min: 2,
      check(words) {
        words.oneOf('timeout', ['client']);
        duration(words);
      },
    }),
  ],
  unknown: (keyword) => `unknown keyword '${keyword}' in log-forward section.`,
  why: 'log lines are not received',
  effect: 'refused',
});
