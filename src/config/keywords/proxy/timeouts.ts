import { Registry } from '../../../base/registry.js';
import type { Cursor } from '../../cursor.js';
import type { KeywordFacts, ProxyKeyword } from '../../keyword.js';
import type { ProxyModel, TimeoutName } from '../../model.js';
import { nextOf } from '../suggest.js';
import { duration } from '../values.js';
import { lacks, missingSide, proxyKeyword } from './define.js';

interface TimeoutKeyword extends KeywordFacts {
  readonly side: 'frontend' | 'backend' | 'both';
  /** undefined: read, but there is nothing it could bound here. */
  readonly sets: TimeoutName | undefined;
  /** Why it has no effect, when `sets` is undefined. */
  readonly why?: string;
}

const timeout = (name: TimeoutName, side: TimeoutKeyword['side'], summary: string): TimeoutKeyword => ({
  name,
  side,
  sets: name,
  manual: '4.2',
  summary,
});

const old = (name: string, sets: 'connect' | 'client' | 'server'): TimeoutKeyword => ({
  name,
  sets,
  side: sets === 'client' ? 'frontend' : 'backend',
  manual: '4.2',
  summary: `old name of 'timeout ${sets}'`,
  removed: '2.1',
});

/** What may follow `timeout`. */
export const timeouts = new Registry<TimeoutKeyword>([
  timeout('check', 'backend', 'longest wait for the answer of a health check, once connected'),
  timeout('client', 'frontend', 'longest silence of a client'),
  timeout('client-fin', 'frontend', 'longest silence of a client after one direction was closed'),
  timeout('connect', 'backend', 'longest wait for a connection to a server'),
  timeout('http-keep-alive', 'both', 'longest wait for the next request of a kept-alive connection'),
  timeout('http-request', 'both', 'longest wait for a complete request head'),
  timeout('queue', 'backend', 'longest wait for a free slot on a server'),
  timeout('server', 'backend', 'longest silence of a server'),
  timeout('server-fin', 'backend', 'longest silence of a server after one direction was closed'),
  timeout('tarpit', 'both', 'how long a tarpitted request is held'),
  timeout('tunnel', 'backend', 'longest silence of a tunnel, both directions'),
  {
    name: 'client-hs',
    side: 'frontend',
    sets: undefined,
    why: 'the TLS handshake is bounded with the connection',
    manual: '4.2',
    summary: 'longest TLS handshake of a client',
    since: '2.9',
  },
  old('contimeout', 'connect'),
  old('clitimeout', 'client'),
  old('srvtimeout', 'server'),
]);

const SUPPORTED =
  "'timeout' supports 'client', 'server', 'connect', 'check', 'queue', 'http-keep-alive', 'http-request', 'tunnel', 'tarpit', 'client-fin' and 'server-fin'";

const timeoutKeyword = proxyKeyword({
  name: 'timeout',
  manual: '4.2',
  summary: 'how long to wait for what',
  side: 'both',
  defaults: true,
  parse(words, proxy, context) {
    const { found, word } = nextOf(timeouts, words, (got) => `${SUPPORTED} (got '${got}')`);
    words.label = `timeout ${found.name}`;
    const value = oneDuration(words);
    if (found.removed !== undefined) {
      words.warn(
        `the 'timeout ${found.name}' directive is not supported anymore since HAProxy ${found.removed}; it is accepted here.`,
        word,
        `write 'timeout ${found.sets} ${words.words[2].text}'`,
      );
    }
    if (lacks(proxy, found.side)) {
      words.warn(
        `'timeout ${found.name}' will be ignored because ${proxy.kind} '${proxy.name}' has no ${missingSide(proxy)} capability`,
        word,
      );
    } else if (found.sets === undefined) {
      context.notDone(word, `timeout ${found.name}`, found.why ?? '', 'served');
    } else {
      setTimeoutOf(words, proxy, found.sets, value);
    }
  },
});

/** Which timeouts a section has set itself: a second line for one is worth a warning, one over `defaults` is not. */
const ownTimeouts = new WeakMap<ProxyModel, Set<TimeoutName>>();

function setTimeoutOf(words: Cursor, proxy: ProxyModel, name: TimeoutName, value: number): void {
  const own = ownTimeouts.get(proxy) ?? new Set();
  ownTimeouts.set(proxy, own);
  if (own.has(name) && proxy.timeouts[name] !== value) {
    words.warn(`overwriting 'timeout ${name}' which was already specified`);
  }
  own.add(name);
  proxy.timeouts[name] = value;
}

function oneDuration(words: Cursor): number {
  const value = duration(words);
  const extra = words.peek();
  if (extra !== undefined) {
    words.fail(
      `'${words.label}' : unexpected extra argument '${extra.text}' after value '${words.peek(-1)?.text}'.`,
      extra,
    );
  }
  return value;
}

/** `contimeout T` and its like, removed in 2.1. */
const legacyTimeout = (name: string, sets: 'connect' | 'client' | 'server'): ProxyKeyword =>
  proxyKeyword({
    name,
    manual: '4.2',
    summary: `old form of 'timeout ${sets}'`,
    removed: '2.1',
    side: sets === 'client' ? 'frontend' : 'backend',
    defaults: true,
    parse(words: Cursor, proxy: ProxyModel) {
      const value = oneDuration(words);
      setTimeoutOf(words, proxy, sets, value);
      words.warn(
        `the '${name}' directive is not supported anymore since HAProxy 2.1; it is accepted here.`,
        words.keyword,
        `write 'timeout ${sets} ${words.words[1].text}'`,
      );
    },
  });

export const timeoutKeywords: readonly ProxyKeyword[] = [
  timeoutKeyword,
  legacyTimeout('contimeout', 'connect'),
  legacyTimeout('clitimeout', 'client'),
  legacyTimeout('srvtimeout', 'server'),
];
