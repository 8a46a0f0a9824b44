import { duration, integer } from '../keywords/values.js';
import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('5.3.2');
const HELD = ['nx', 'refused', 'timeout', 'other', 'valid', 'obsolete'] as const;

export const resolversSection = otherSection({
  name: 'resolvers',
  manual: '5.3.2',
  summary: 'name servers that are asked at run time',
  naming: { missing: 'missing name for resolvers section.' },
  keywords: [
    line('accepted_payload_size', 'largest answer over UDP, in bytes', {
      check: (words) => void integer(words, { min: 512, max: 65_535 }),
    }),
    line('hold', 'how long an answer of a kind is kept', {
      min: 2,
      missing: "'hold' expects an <event> and a <time> as arguments.",
      check(words) {
        words.oneOf('event', HELD);
        duration(words);
      },
    }),
    line('nameserver', 'a name server', {
      min: 2,
      max: MANY,
      missing: "'nameserver' expects <name> and <addr>[:<port>] as arguments.",
    }),
    line('parse-resolv-conf', "takes the system's name servers", { min: 0 }),
    line('resolve_retries', 'how often a question is repeated', { check: (words) => void integer(words) }),
    line('timeout', 'time between questions', {
      min: 2,
      missing: "'timeout' expects 'retry' or 'resolve' and <time> as arguments.",
      check(words) {
        words.oneOf('event', ['retry', 'resolve']);
        duration(words);
      },
    }),
  ],
  duplicate: (name, place) => `resolvers '${name}' has same name as another resolvers (declared at ${place}).`,
  why: 'names are resolved once, at start',
  effect: 'served',
});
