import { duration, size } from '../keywords/values.js';
import { linesOf, MANY, otherSection } from './other.js';

const line = linesOf('3.9');
const FORMATS = ['iso', 'local', 'raw', 'rfc3164', 'rfc5424', 'short', 'priority', 'timed'] as const;

export const ringSection = otherSection({
  name: 'ring',
  manual: '3.9',
  summary: 'a buffer in memory for log lines',
  naming: { missing: 'missing ring name.' },
  keywords: [
    line('backing-file', 'a file that holds the ring'),
    line('description', 'text about the ring', { max: MANY }),
    line('format', 'how lines are written', { check: (words) => void words.oneOf('format', FORMATS) }),
    line('maxlen', 'longest line, in bytes', { check: (words) => void size(words, "'maxlen' expects a size") }),
    line('server', 'where lines are sent over TCP', { min: 2, max: MANY }),
    line('size', 'size of the ring, in bytes', { check: (words) => void size(words, "'size' expects a size") }),
    line('timeout', 'times of the connection to the server', {
      min: 2,
      check(words) {
        words.oneOf('timeout', ['connect', 'server']);
        duration(words);
      },
    }),
  ],
  unknown: (keyword) => `unknown statement '${keyword}'.`,
  duplicate: (name) => `sink named '${name}' already exists.`,
  why: 'log lines sent to it are lost',
  effect: 'served',
});
