import type { BindModel } from '../../model.js';
import { duration } from '../values.js';
import { bindFlag, bindNumber, bindServed, bindValue, type BindParameter } from './define.js';

const text = (name: 'name' | 'user' | 'group', summary: string, missing: string): BindParameter =>
  bindValue({ name, summary, missing }, (bind, word) => (bind[name] = word.text));

/** The listening socket itself. */
export const bindSocketParameters: readonly BindParameter[] = [
  text('name', 'what statistics and logs call it', 'missing name'),
  bindValue({ name: 'id', summary: 'the number that statistics show' }, (bind, word, words) => {
    if (!/^\d+$/.test(word.text)) words.fail(`'id' : expects an integer argument, found '${word.text}'`, word);
    if (Number(word.text) < 1) words.fail("'id' : custom id has to be > 0", word);
    bind.id = Number(word.text);
  }),
  bindNumber(
    { name: 'maxconn', summary: 'most connections', min: 0, max: 0x7fffffff },
    (bind, n) => (bind.maxconn = n),
  ),
  bindNumber(
    { name: 'backlog', summary: 'connections that the kernel holds', min: 0, max: 0x7fffffff },
    (bind, n) => (bind.backlog = n),
  ),
  bindNumber(
    { name: 'nice', summary: 'priority of its connections', min: -1024, max: 1024 },
    (bind, n, context, word) => {
      bind.nice = n;
      context.notDone(word, 'bind … nice', 'all connections have one priority', 'served');
    },
  ),
  bindFlag({ name: 'v6only', summary: 'IPv6 socket for IPv6 clients only' }, (bind) => {
    bind.v6only = true;
    bind.v4v6 = false;
  }),
  bindFlag({ name: 'v4v6', summary: 'IPv6 socket for IPv4 clients too' }, (bind) => {
    bind.v4v6 = true;
    bind.v6only = false;
  }),
  bindFlag(
    { name: 'transparent', summary: 'may bind an address that this machine does not have' },
    (bind, context, word) => {
      bind.transparent = true;
      context.notDone(
        word,
        'bind … transparent',
        'Node has no IP_TRANSPARENT: the address must be on this machine',
        'served',
      );
    },
  ),
  bindFlag({ name: 'tfo', summary: 'TCP Fast Open' }, (bind, context, word) => {
    bind.tfo = true;
    context.notDone(word, 'bind … tfo', 'connections open the ordinary way', 'served');
  }),
  bindFlag({ name: 'defer-accept', summary: 'wake up only when data has come' }, (bind, context, word) => {
    bind.deferAccept = true;
    context.notDone(word, 'bind … defer-accept', 'connections are accepted at once', 'served');
  }),
  bindValue(
    { name: 'interface', summary: 'a network interface', missing: 'missing interface name' },
    (bind, word, _words, context) => {
      bind.interface = word.text;
      context.notDone(word, 'bind … interface', 'connections from every interface are accepted', 'served');
    },
  ),
  bindValue(
    { name: 'namespace', summary: 'a network namespace', missing: 'missing namespace id' },
    (bind, word, _words, context) => {
      bind.namespace = word.text;
      context.notDone(word, 'bind … namespace', 'Node listens in its own network namespace only', 'refused');
    },
  ),
  bindValue(
    { name: 'mss', summary: 'largest TCP segment', missing: 'missing MSS value' },
    (bind, word, words, context) => {
      const value = Number(word.text);
      if (!Number.isInteger(value) || value === 0 || Math.abs(value) > 65535) {
        words.fail("'mss' : expects an MSS with and absolute value between 1 and 65535", word);
      }
      bind.mss = value;
      context.notDone(word, 'bind … mss', 'the kernel chooses the segment size', 'served');
    },
  ),
  bindValue(
    { name: 'tcp-ut', summary: 'TCP user timeout', missing: 'missing TCP User Timeout value' },
    (bind, word, words, context) => {
      words.back();
      bind.tcpUserTimeout = duration(words);
      context.notDone(word, 'bind … tcp-ut', "the kernel's own timeout applies", 'served');
    },
  ),
  bindFlag({ name: 'accept-proxy', summary: "the client's address comes in a PROXY header" }, (bind) => {
    bind.acceptProxy = true;
  }),
  bindNumber(
    { name: 'accept-netscaler-cip', summary: "NetScaler's own form of it", min: 0, max: 0x7fffffff },
    (bind, n) => (bind.acceptNetscalerCip = n),
  ),
  bindValue({ name: 'proto', summary: 'the protocol from the first byte' }, (bind, word, words, context) => {
    if (!['h1', 'h2', 'none', 'quic'].includes(word.text))
      words.fail(`'proto' :  unknown MUX protocol '${word.text}'`, word);
    bind.proto = word.text;
    if (word.text === 'quic') {
      context.notDone(word, `bind … proto ${word.text}`, 'QUIC is not spoken', 'refused');
    }
  }),
];

const octal = bindValue({ name: 'mode', summary: 'permissions of a UNIX socket' }, (bind, word, words) => {
  if (!/^[0-7]{1,4}$/.test(word.text)) {
    words.fail(`'mode' : missing or invalid mode '${word.text}' (octal integer expected)`, word);
  }
  bind.mode = Number.parseInt(word.text, 8);
});

const number = (name: 'uid' | 'gid', summary: string): BindParameter =>
  bindNumber({ name, summary, min: 0, max: 0x7fffffff }, (bind, value) => (bind[name] = value));

/** Owners and permissions of UNIX sockets, and what only `stats socket` uses. */
export const bindUnixParameters: readonly BindParameter[] = [
  octal,
  text('user', 'owner of a UNIX socket', 'missing user name'),
  text('group', 'group of a UNIX socket', 'missing group name'),
  number('uid', 'owner of a UNIX socket, by number'),
  number('gid', 'group of a UNIX socket, by number'),
  bindValue(
    { name: 'level', summary: 'what a runtime socket allows', missing: 'missing level' },
    (bind, word, words) => {
      const level = (['user', 'operator', 'admin'] as const).find((name) => name === word.text);
      if (level === undefined) {
        words.fail(`'level' only supports 'user', 'operator', and 'admin' (got '${word.text}')`, word);
      }
      bind.level = level;
    },
  ),
  bindValue({ name: 'severity-output', summary: 'severity in front of runtime answers' }, (bind, word, words) => {
    const output = (['none', 'number', 'string'] as const).find((name) => name === word.text);
    if (output === undefined) {
      words.fail(`'severity-output' only supports 'none', 'number', and 'string' (got '${word.text}')`, word);
    }
    bind.severityOutput = output;
  }),
  bindValue({ name: 'expose-fd', summary: 'hands listening sockets to a successor' }, (bind, word, words) => {
    if (word.text !== 'listeners') words.fail(`'expose-fd' only supports 'listeners' (got '${word.text}')`, word);
    bind.exposeFd = word;
  }),
];

const placement = (name: 'process' | 'thread' | 'shards', summary: string): BindParameter =>
  bindValue(
    { name, summary, ...(name === 'process' ? { removed: '2.7' } : {}) },
    (bind: BindModel, word, words, context) => {
      const shards = Number(word.text);
      if (name === 'shards' && !['by-thread', 'by-group'].includes(word.text) && !(shards >= 1 && shards <= 64)) {
        words.fail(`'shards' : invalid value ${word.text}, allowed range is 1..64 or 'by-thread'`, word);
      }
      bind[name] = word.text;
      if (name === 'process') {
        words.warn(
          `'process ${word.text}' on 'bind' lines is deprecated and will be removed in 2.7.`,
          word,
          "write 'thread'",
        );
      }
      context.notDone(word, `bind … ${name}`, 'every thread accepts from every listener', 'served');
    },
  );

/** On which threads it runs, and newer fine tuning. */
export const bindTuningParameters: readonly BindParameter[] = [
  placement('process', 'processes that serve it, before threads'),
  placement('thread', 'threads that serve it'),
  placement('shards', 'how many sockets share the load'),
  bindServed({ name: 'cc', summary: 'TCP congestion control', since: '3.1' }, 1, "the kernel's own algorithm applies"),
  bindServed(
    { name: 'guid-prefix', summary: 'begins the unique ids of listeners', since: '3.0' },
    1,
    'listeners have no guid',
  ),
  bindServed(
    { name: 'idle-ping', summary: 'pings idle HTTP/2 clients', since: '3.2' },
    1,
    'idle clients are not pinged',
  ),
  bindServed({ name: 'label', summary: 'text for logs and rules', since: '3.3' }, 1, 'nothing shows it'),
  bindValue(
    { name: 'nbconn', summary: 'connections that a reverse-HTTP listener opens', since: '2.9' },
    (_bind, word, _words, context) => context.notDone(word, 'bind … nbconn', 'reverse HTTP is not spoken', 'refused'),
  ),
  bindServed({ name: 'quic-cc-algo', summary: 'QUIC congestion control', since: '2.8' }, 1, 'QUIC is not spoken'),
  bindServed({ name: 'quic-force-retry', summary: 'QUIC address validation' }, 0, 'QUIC is not spoken'),
  bindServed({ name: 'quic-socket', summary: 'QUIC sockets per connection', since: '2.8' }, 1, 'QUIC is not spoken'),
  bindValue({ name: 'tcp-md5sig', summary: 'TCP MD5 signatures', since: '3.3' }, (_bind, word, _words, context) =>
    context.notDone(word, 'bind … tcp-md5sig', 'Node cannot sign TCP segments', 'refused'),
  ),
  bindServed({ name: 'tcp-ss', summary: 'saves the SYN segment', since: '3.3' }, 1, 'nothing reads it'),
];
