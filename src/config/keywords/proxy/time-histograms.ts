import type { Cursor } from '../../cursor.js';
import type { TimeHistogramModel } from '../../model.js';
import { suggestion } from '../suggest.js';
import { duration } from '../values.js';
import { proxyKeyword } from './define.js';

const REACHES: readonly TimeHistogramModel['of'][] = ['off', 'proxy', 'server'];

/** More make every scrape long, and say nothing more. */
const MOST_BOUNDS = 50;

/**
 * `time-histograms { off | proxy | server } [<time>...]`: our own, HAProxy has only means. How long requests (in TCP mode:
 * sessions) take, for the Prometheus exporter: of the proxy, or of its servers too. The times are the buckets' upper bounds.
 */
export const timeHistogramsKeyword = proxyKeyword({
  name: 'time-histograms',
  manual: 'own',
  summary: "how long requests take, in buckets, for the Prometheus exporter; tsproxy's own",
  side: 'both',
  defaults: true,
  parse(words: Cursor, proxy) {
    const word = words.peek();
    const of = REACHES.find((name) => name === word?.text);
    if (word === undefined || of === undefined) {
      const given = word === undefined ? '' : ` (got '${word.text}')`;
      words.fail(
        `'time-histograms' expects 'off', 'proxy' or 'server'${given}.`,
        word ?? words.endSpan,
        word && suggestion(word.text, REACHES),
      );
    }
    words.next('');
    const bounds = of === 'off' ? [] : boundsOf(words);
    proxy.timeHistograms = { of, bounds: bounds.length > 0 ? bounds : proxy.timeHistograms.bounds };
  },
});

function boundsOf(words: Cursor): number[] {
  const bounds: number[] = [];
  for (let word = words.peek(); word !== undefined; word = words.peek()) {
    const bound = duration(words);
    if (bound <= (bounds.at(-1) ?? 0)) {
      const why =
        bounds.length === 0 ? 'a bucket from 0 to 0 counts nothing' : 'each must be longer than the one before';
      words.fail(`'time-histograms': '${word.text}' is out of order`, word, why);
    }
    if (bounds.length === MOST_BOUNDS) words.fail(`'time-histograms' takes at most ${MOST_BOUNDS} times`, word);
    bounds.push(bound);
  }
  return bounds;
}
