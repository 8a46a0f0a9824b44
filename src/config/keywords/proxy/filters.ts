import { Registry } from '../../../base/registry.js';
import type { Cursor } from '../../cursor.js';
import type { KeywordFacts, ProxyKeyword } from '../../keyword.js';
import { nextOf } from '../suggest.js';
import { lacks, missingSide, proxyKeyword } from './define.js';

interface FilterKeyword extends KeywordFacts {
  readonly effect: 'served' | 'refused';
  readonly why: string;
}

const filter = (name: string, effect: 'served' | 'refused', why: string, since?: string): FilterKeyword => ({
  name,
  effect,
  why,
  since,
  manual: '9',
  summary: `the ${name} filter`,
});

/** What may follow `filter` (manual 9). */
export const filters = new Registry<FilterKeyword>([
  filter('bwlim-in', 'served', 'uploads are not slowed down', '2.7'),
  filter('bwlim-out', 'served', 'downloads are not slowed down', '2.7'),
  filter('cache', 'served', 'every request goes to the servers'),
  filter('comp-req', 'served', 'requests are relayed as they are', '3.4'),
  filter('comp-res', 'served', 'responses are relayed as they are', '3.4'),
  filter('compression', 'served', 'responses are relayed as they are'),
  filter('fcgi-app', 'refused', 'FastCGI is not spoken'),
  filter('opentracing', 'served', 'nothing is traced'),
  filter('opentelemetry', 'served', 'nothing is traced', '3.4'),
  filter('spoe', 'refused', 'the agents that decide about requests are not asked'),
  filter('trace', 'served', 'nothing is traced'),
]);

const COMPRESSION = [
  'algo',
  'algo-req',
  'algo-res',
  'type',
  'type-req',
  'type-res',
  'offload',
  'direction',
  'minsize-req',
  'minsize-res',
];
const ALGORITHMS = ['identity', 'gzip', 'deflate', 'raw-deflate'];

function checkCompression(words: Cursor): void {
  const word = words.peek();
  if (word === undefined || !COMPRESSION.includes(word.text)) {
    return words.fail("'compression' expects 'algo', 'type' or 'offload'", word ?? words.endSpan);
  }
  words.next('');
  if (word.text === 'offload') return;
  if (!words.more()) {
    words.fail(`'compression' expects <${word.text.startsWith('algo') ? 'algorithm' : 'type'}>.`, words.endSpan);
  }
  for (const value of words.rest()) {
    if (word.text.startsWith('algo') && !ALGORITHMS.includes(value.text)) {
      words.fail(`'compression' : '${value.text}' is not a supported algorithm.`, value);
    }
  }
}

export const filterKeywords: readonly ProxyKeyword[] = [
  proxyKeyword({
    name: 'filter',
    manual: '9',
    summary: 'something that looks at all that passes',
    side: 'both',
    defaults: false,
    parse(words, proxy, context) {
      const { found, word } = nextOf(filters, words, (got) =>
        got === ''
          ? `missing argument for 'filter' in ${proxy.kind} '${proxy.name}'.`
          : `'filter' : unknown keyword '${got}'.`,
      );
      words.rest();
      context.notDone(word, `filter ${found.name}`, found.why, found.effect);
    },
  }),
  proxyKeyword({
    name: 'compression',
    manual: '4.2',
    summary: 'compresses responses',
    side: 'both',
    defaults: true,
    extraIgnored: true,
    parse(words, _proxy, context) {
      checkCompression(words);
      context.notDone(
        words.keyword,
        `compression ${words.words[1].text}`,
        'responses are relayed as they are',
        'served',
      );
    },
  }),
  proxyKeyword({
    name: 'filter-sequence',
    manual: '4.2',
    summary: 'the order of filters',
    since: '3.4',
    side: 'both',
    defaults: true,
    parse(words, _proxy, context) {
      words.next("'request' or 'response'");
      words.rest();
      context.notDone(words.keyword, 'filter-sequence', 'filters do not run', 'served');
    },
  }),
  proxyKeyword({
    name: 'use-fcgi-app',
    manual: '10.1.1',
    summary: 'the FastCGI application of the backend',
    side: 'both',
    defaults: true,
    parse(words, proxy, context) {
      if (lacks(proxy, 'backend') || proxy.kind === 'defaults') {
        words.fail(`'use-fcgi-app' only available in ${missingSide(proxy)} or listen section`, words.keyword);
      }
      if (!words.more()) words.fail("'use-fcgi-app' expects <name> as argument", words.endSpan);
      words.next('');
      context.notDone(words.keyword, 'use-fcgi-app', 'FastCGI is not spoken', 'refused');
    },
  }),
];
