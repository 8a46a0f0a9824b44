import { duration } from '../keywords/values.js';
import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('3.6');

export const mailersSection = otherSection({
  name: 'mailers',
  manual: '3.6',
  summary: 'mail servers for alerts',
  naming: { missing: 'missing name for mailers section.' },
  keywords: [
    line('mailer', 'a mail server', {
      min: 2,
      max: MANY,
      missing: "'mailer' expects <name> and <addr>[:<port>] as arguments.",
    }),
    line('timeout', 'time to send a mail', {
      min: 2,
      missing: "'timeout mail' expects <time> as argument.",
      check(words) {
        words.oneOf('timeout', ['mail']);
        words.label = 'timeout mail';
        duration(words);
      },
    }),
  ],
  duplicate: (name, place) =>
    `mailers section '${name}' has the same name as another mailers section declared at ${place}.`,
  why: 'no mails are sent',
  effect: 'served',
});
