import { integer } from '../keywords/values.js';
import { linesOf, otherSection } from './other.js';

const line = linesOf('6.2.1');
const number = { check: (words: Parameters<typeof integer>[0]) => void integer(words) };

export const cacheSection = otherSection({
  name: 'cache',
  manual: '6.2.1',
  summary: 'a store for small responses',
  naming: { missing: "'cache' expects a <name> argument" },
  keywords: [
    line('max-age', 'longest life of an object, in seconds', number),
    line('max-object-size', 'largest object, in bytes', number),
    line('max-secondary-entries', 'most variants of an object', number),
    line('process-vary', 'whether Vary is understood', { check: (words) => void words.oneOf('value', ['on', 'off']) }),
    line('total-max-size', 'size of the store, in megabytes', number),
  ],
  why: 'every response comes from the server',
  effect: 'served',
});
