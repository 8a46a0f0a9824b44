import type { GlobalKeyword } from '../../keyword.js';
import { globalCount, globalServed } from './define.js';

const NO_TLS = "TLS connections are counted with all others: 'maxconn' and 'maxconnrate' limit them";
const NO_COMPRESSION = 'responses are not compressed';

/** Limits of the whole process (manual 3.2). */
export const limitKeywords: readonly GlobalKeyword[] = [
  globalCount({ name: 'maxconn', summary: 'most concurrent connections' }, (global, value) => (global.maxconn = value)),
  globalCount(
    { name: 'maxconnrate', summary: 'most new connections a second' },
    (global, value) => (global.maxconnrate = value),
  ),
  globalCount(
    { name: 'maxsessrate', summary: 'most new sessions a second' },
    (global, value) => (global.maxsessrate = value),
  ),
  globalServed('maxsslconn', 1, NO_TLS),
  globalServed('maxsslrate', 1, NO_TLS),
  globalServed('maxpipes', 1, 'nothing is spliced'),
  globalServed('maxcomprate', 1, NO_COMPRESSION),
  globalServed('maxcompcpuusage', 1, NO_COMPRESSION),
  globalServed('maxzlibmem', 1, NO_COMPRESSION),
  {
    name: 'spread-checks',
    manual: '3.2',
    summary: 'random share of check intervals, in percent',
    parse(words, global) {
      const word = words.peek();
      const value = Number(word?.text);
      if (word === undefined) words.fail("'spread-checks' expects an integer argument (0..50).", words.endSpan);
      if (!Number.isInteger(value) || value < 0 || value > 50) {
        words.fail("'spread-checks' needs a positive value in range 0..50.", word ?? words.endSpan);
      }
      words.next('');
      words.end();
      global.spreadChecks = value;
    },
  },
];
