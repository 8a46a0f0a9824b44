import { Registry } from '../../../base/registry.js';
import type { Cursor } from '../../cursor.js';
import type { KeywordFacts, ProxyKeyword } from '../../keyword.js';
import { suggestion } from '../suggest.js';
import { proxyKeyword } from './define.js';
import { integer, required } from '../values.js';

/** A name that may follow `balance`. What it does is balance/'s; here its arguments are read. */
interface AlgorithmSyntax extends KeywordFacts {
  /** Reads the words behind the name. @param argument what stood in parentheses, undefined without any */
  check(words: Cursor, argument: string | undefined): void;
  /** Argument in parentheses allowed. */
  readonly parentheses?: boolean;
}

const plain = (name: string, summary: string): AlgorithmSyntax => ({
  name,
  summary,
  manual: '4.2',
  check: () => undefined,
});

/** What may follow `balance`. */
export const balanceAlgorithms = new Registry<AlgorithmSyntax>([
  plain('roundrobin', 'in turns by weight; weights may change at run time'),
  plain('static-rr', 'in turns by fixed weight'),
  plain('leastconn', 'the server with the fewest connections'),
  plain('first', 'the first server with a free slot'),
  plain('source', "hash of the client's address"),
  { name: 'uri', summary: "hash of the request's URI", manual: '4.2', check: checkUri },
  { name: 'url_param', summary: 'hash of a parameter of the URI or the form', manual: '4.2', check: checkUrlParam },
  { name: 'hdr', summary: 'hash of a request header', manual: '4.2', parentheses: true, check: checkHdr },
  {
    name: 'random',
    summary: 'the less loaded of n drawn servers',
    manual: '4.2',
    parentheses: true,
    check: checkRandom,
  },
  { name: 'rdp-cookie', summary: 'hash of an RDP cookie', manual: '4.2', parentheses: true, check: checkRdpCookie },
  {
    name: 'hash',
    summary: 'hash of an expression',
    manual: '4.2',
    check(words) {
      words.next('a sample expression');
      words.rest(); // language/ reads it
    },
  },
]);

const ONLY =
  "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and 'rdp-cookie(name)' options.";

const balance = proxyKeyword({
  name: 'balance',
  manual: '4.2',
  summary: 'how servers are chosen',
  side: 'backend',
  defaults: true,
  extraIgnored: true,
  parse(words: Cursor, proxy) {
    const all = words.words.slice(1);
    const word = words.peek();
    if (word === undefined) {
      proxy.balance = undefined; // as in HAProxy: back to roundrobin
      return;
    }
    const [, name, argument] = /^([^(]*)(?:\((.*?)\)?)?$/s.exec(word.text) ?? ['', word.text];
    const algorithm = balanceAlgorithms.get(name);
    if (algorithm === undefined || (argument !== undefined && algorithm.parentheses !== true)) {
      words.fail(ONLY, word, suggestion(word.text, balanceAlgorithms.names(), 'balance'));
    }
    words.next('');
    algorithm.check(words, argument);
    proxy.balance = all;
  },
});

function checkUri(words: Cursor): void {
  while (words.more()) {
    const word = words.next('');
    if (word.text === 'len' || word.text === 'depth') {
      const value = words.peek();
      if (value === undefined || !/^\d+$/.test(value.text) || Number(value.text) < 1) {
        words.fail(
          `balance uri : '${word.text}' expects a positive integer (got '${value?.text ?? ''}').`,
          value ?? words.endSpan,
        );
      }
      words.next('');
    } else if (word.text !== 'whole' && word.text !== 'path-only') {
      words.fail(
        `balance uri only accepts parameters 'len', 'depth', 'path-only', and 'whole' (got '${word.text}').`,
        word,
      );
    }
  }
}

function checkUrlParam(words: Cursor): void {
  required(words, 'balance url_param requires an URL parameter name.');
  const modifier = words.peek();
  if (modifier === undefined) return;
  if (!words.take('check_post')) {
    words.fail(`balance url_param only accepts 'check_post' modifier (got '${modifier.text}').`, modifier);
  }
  if (words.more()) integer(words, { min: 0 });
}

function checkHdr(words: Cursor, argument: string | undefined): void {
  if (argument === undefined || argument === '')
    words.fail('balance hdr requires an http header field name.', words.words[1]);
  const modifier = words.peek();
  if (modifier !== undefined && !words.take('use_domain_only')) {
    words.fail(`balance hdr(${argument}) only accepts 'use_domain_only' modifier (got '${modifier.text}').`, modifier);
  }
}

function checkRandom(words: Cursor, argument = ''): void {
  const bad = /\D/.exec(argument)?.[0];
  if (bad !== undefined) words.fail(`balance random : unexpected character '${bad}' after argument.`, words.words[1]);
  if (argument !== '' && Number(argument) < 1) {
    words.fail('balance random : number of draws must be at least 1.', words.words[1]);
  }
}

function checkRdpCookie(words: Cursor, argument: string | undefined): void {
  if (argument === '') words.fail('balance rdp-cookie : missing cookie name.', words.words[1]);
}

const HASH_FUNCTIONS = ['sdbm', 'djb2', 'wt6', 'crc32', 'none'];

const hashType = proxyKeyword({
  name: 'hash-type',
  manual: '4.2',
  summary: 'how hashes map to servers',
  side: 'backend',
  defaults: true,
  extraIgnored: true,
  parse(words, proxy) {
    const all = words.words.slice(1);
    const kind = words.peek();
    if (!words.take('consistent') && !words.take('map-based')) {
      words.fail("'hash-type' only supports 'consistent' and 'map-based'.", kind ?? words.endSpan);
    }
    const hash = words.peek();
    if (hash !== undefined && hash.text !== 'avalanche') {
      if (!HASH_FUNCTIONS.includes(hash.text)) {
        const hint = suggestion(hash.text, HASH_FUNCTIONS);
        words.fail("'hash-type' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.", hash, hint);
      }
      words.next('');
    }
    if (words.more() && !words.take('avalanche')) {
      words.fail("'hash-type' only supports 'avalanche' as a modifier for hash functions.");
    }
    proxy.hashType = all;
  },
});

export const balanceKeywords: readonly ProxyKeyword[] = [
  balance,
  hashType,
  proxyKeyword({
    name: 'hash-balance-factor',
    manual: '4.2',
    summary: 'bounded load of consistent hashing, in percent of the average',
    side: 'backend',
    defaults: true,
    extraIgnored: true,
    parse(words, proxy) {
      const value = integer(words, { min: 0 });
      if (value !== 0 && value <= 100)
        words.fail("'hash-balance-factor' must be 0 or greater than 100.", words.words[1]);
      proxy.hashBalanceFactor = value;
    },
  }),
  proxyKeyword({
    name: 'hash-preserve-affinity',
    manual: '4.2',
    summary: 'whether a hashed request waits for its full server',
    since: '3.2',
    side: 'backend',
    defaults: true,
    parse: (words, proxy) => (proxy.hashPreserveAffinity = words.oneOf('mode', ['always', 'maxconn', 'maxqueue'])),
  }),
];
