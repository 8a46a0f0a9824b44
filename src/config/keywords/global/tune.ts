import type { Cursor } from '../../cursor.js';
import type { GlobalKeyword, KeywordFacts } from '../../keyword.js';
import { duration, integer, required, size } from '../values.js';
import { globalKeyword } from './define.js';

interface TuneFacts extends Partial<Pick<KeywordFacts, 'since' | 'removed'>> {
  readonly min?: number;
  readonly max?: number;
  /** Why it has no effect; undefined = an engine reads it from the model. */
  readonly why?: string;
}

type Kind = 'count' | 'size' | 'time' | 'switch' | 'word';

const NO_LUA = 'Lua scripts do not run';
const NO_QUIC = 'QUIC is not spoken';
const NODE = 'Node and the system decide about it';
const NO_COMPRESSION = 'responses are not compressed';

function read(words: Cursor, name: string, kind: Kind, range: TuneFacts): number {
  const missing = `'${name}' expects an integer argument.`;
  switch (kind) {
    case 'count':
      return count(words, name, range);
    case 'size':
      return size(words, missing);
    case 'time':
      return duration(words, `'${name}' expects a time.`, 'ms');
    case 'switch':
      return onOff(words, name);
    default:
      required(words, missing);
      words.rest();
      return 0;
  }
}

function count(words: Cursor, name: string, { min = 0, max }: TuneFacts): number {
  const word = words.peek();
  const value = integer(words, {}, `'${name}' expects an integer argument.`);
  if (value >= min && (max === undefined || value <= max)) return value;
  const range = max === undefined ? `of at least ${min}` : `between ${min} and ${max}`;
  return words.fail(`'${name}' expects a numeric value ${range}`, word);
}

function onOff(words: Cursor, name: string): number {
  const word = words.peek();
  if (words.take('on') || words.take('auto')) return 1;
  if (words.take('off')) return 0;
  return words.fail(`'${name}' expects either 'on' or 'off' but got '${word?.text ?? ''}'.`, word ?? words.endSpan);
}

function tune(name: string, kind: Kind, facts: TuneFacts = {}): GlobalKeyword {
  const { since, removed, why } = facts;
  return globalKeyword({
    name,
    manual: '3.2',
    summary: 'fine tuning',
    ...(since === undefined ? {} : { since }),
    ...(removed === undefined ? {} : { removed }),
    parse(words, global, context) {
      const value = read(words, name, kind, facts);
      if (why === undefined) global.tune.set(name, value);
      else context.notDone(words.keyword, name, why, 'served');
    },
  });
}

/** Several of one kind and one reason. */
const ineffective = (why: string, kind: Kind, names: readonly string[], since?: string): GlobalKeyword[] =>
  names.map((name) => tune(name, kind, { why, since }));

/** `tune.*` (manual 3.2). */
export const tuneKeywords: readonly GlobalKeyword[] = [
  tune('tune.bufsize', 'size'),
  tune('tune.maxrewrite', 'size'),
  tune('tune.http.maxhdr', 'count', { min: 1, max: 32767 }),
  tune('tune.http.cookielen', 'count'),
  tune('tune.http.logurilen', 'count'),
  tune('tune.stick-counters', 'count', { max: 1000, since: '2.8' }),
  tune('tune.maxaccept', 'count', { min: -1, why: NODE }),
  globalKeyword({
    name: 'tune.chksize',
    manual: '3.2',
    summary: 'buffer of health checks',
    removed: '2.4',
    parse(words) {
      size(words, "'tune.chksize' expects an integer argument.");
      words.warn(
        "option 'tune.chksize' is not supported any more (tune.bufsize is used instead).",
        words.keyword,
        'the line can be deleted',
      );
    },
  }),
  tune('tune.comp.maxlevel', 'count', { min: 1, max: 9, why: NO_COMPRESSION }),
  tune('tune.fail-alloc', 'count', { max: 100, why: 'it only serves tests of HAProxy itself' }),
  tune('tune.idletimer', 'time', { why: 'there is no splicing to begin' }),
  tune('tune.pool-high-fd-ratio', 'count', { max: 100, why: 'idle connections are bounded per server' }),
  tune('tune.pool-low-fd-ratio', 'count', { max: 100, why: 'idle connections are bounded per server' }),
  tune('tune.ssl.default-dh-param', 'count', { min: 1024 }),
  tune('tune.ssl.lifetime', 'time'),
  tune('tune.h2.header-table-size', 'count', { min: 4096, max: 65536 }),
  tune('tune.h2.max-frame-size', 'count', { min: 16384, max: 16777215 }),
  globalKeyword({
    name: 'tune.ssl.force-private-cache',
    manual: '3.2',
    summary: 'a session cache per process',
    parse: (words, _global, context) =>
      context.notDone(words.keyword, words.keyword.text, 'there is one process', 'served'),
  }),
  globalKeyword({
    name: 'tune.ssl.keylog',
    manual: '3.2',
    summary: 'keeps the secrets of connections for ssl_fc_*_secret',
    parse(words, global) {
      const word = words.peek();
      if (words.take('on')) global.tls.keylog = true;
      else if (words.take('off')) global.tls.keylog = false;
      else
        words.fail(
          `'tune.ssl.keylog' expects either 'on' or 'off' but got '${word?.text ?? ''}'.`,
          word ?? words.endSpan,
        );
    },
  }),
  tune('tune.ssl.cachesize', 'size'),
  ...ineffective(NODE, 'switch', [
    'tune.fd.edge-triggered',
    'tune.idle-pool.shared',
    'tune.listener.multi-queue',
    'tune.sched.low-latency',
  ]),
  ...ineffective(NODE, 'size', [
    'tune.rcvbuf.client',
    'tune.rcvbuf.server',
    'tune.sndbuf.client',
    'tune.sndbuf.server',
    'tune.pipesize',
  ]),
  ...ineffective(NODE, 'count', [
    'tune.buffers.limit',
    'tune.buffers.reserve',
    'tune.maxpollevents',
    'tune.recv_enough',
    'tune.runqueue-depth',
    'tune.pattern.cache-size',
    'tune.zlib.memlevel',
    'tune.zlib.windowsize',
  ]),
  ...ineffective('no tables are synchronised', 'count', ['tune.peers.max-updates-at-once']),
  tune('tune.vars.check-max-size', 'size'),
  tune('tune.vars.proc-max-size', 'size'),
  tune('tune.vars.reqres-max-size', 'size'),
  tune('tune.vars.sess-max-size', 'size'),
  tune('tune.vars.txn-max-size', 'size'),
  ...ineffective('variables are counted by scope, not all together', 'size', ['tune.vars.global-max-size']),
  tune('tune.h2.initial-window-size', 'count'),
  tune('tune.h2.max-concurrent-streams', 'count'),
  tune('tune.h2.be.initial-window-size', 'count', { since: '2.8' }),
  tune('tune.h2.be.max-concurrent-streams', 'count', { since: '2.8' }),
  tune('tune.h2.fe.initial-window-size', 'count', { since: '2.8' }),
  tune('tune.h2.fe.max-concurrent-streams', 'count', { since: '2.8' }),
  tune('tune.h2.fe.max-total-streams', 'count', { since: '3.0' }),
  ...ineffective(NO_LUA, 'count', ['tune.lua.forced-yield', 'tune.lua.maxmem']),
  ...ineffective(NO_LUA, 'time', ['tune.lua.service-timeout', 'tune.lua.session-timeout', 'tune.lua.task-timeout']),
  ...ineffective(NO_QUIC, 'word', [
    'tune.quic.frontend.conn-tx-buffers.limit',
    'tune.quic.frontend.max-idle-timeout',
    'tune.quic.frontend.max-streams-bidi',
    'tune.quic.retry-threshold',
  ]),
  tune('tune.ssl.capture-buffer-size', 'size'),
  tune('tune.ssl.capture-cipherlist-size', 'size'),
  ...ineffective('OpenSSL chooses the size of records', 'size', ['tune.ssl.hard-maxrecord', 'tune.ssl.maxrecord']),
  tune('tune.ssl.ssl-ctx-cache-size', 'size'),
];
