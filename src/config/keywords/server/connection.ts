import { isIP } from 'node:net';
import { parseAddress, SOURCE_ADDRESS } from '../../address.js';
import type { Cursor, Word } from '../../cursor.js';
import type { ParseContext } from '../../keyword.js';
import type { NetworkModel } from '../../model.js';
import { duration } from '../values.js';
import { parseSource } from '../source.js';
import { serverFlag, serverServed, serverValue, type ServerParameter, type ServerTarget } from './define.js';

const identifier: ServerParameter = serverValue(
  'id',
  'the number that statistics show',
  (server, word, words: Cursor) => {
    if (!('id' in server)) words.fail("'id' option is not accepted in default-server sections", words.peek(-2));
    const value = Number(word.text);
    if (!Number.isInteger(value) || value <= 0) words.fail("'id' : custom id has to be > 0", word);
    server.id = value;
  },
);

const guid: ServerParameter = serverValue(
  'guid',
  'a name that survives reloads',
  (server, word, words: Cursor, context) => {
    if (!('guid' in server)) words.fail("'guid' option is not accepted in default-server sections", words.peek(-2));
    server.guid = word.text;
    context.notDone(word, 'server … guid', 'nothing asks for it yet', 'served');
  },
  { since: '3.0' },
);

/** `send-proxy…` of every form. */
function sendProxy(
  name: string,
  version: 'sendProxyV1' | 'sendProxyV2',
  options: readonly string[],
  summary: string,
): ServerParameter[] {
  return [
    serverFlag(name, summary, (server) => {
      server[version] = true;
      server.proxyV2Options = [...server.proxyV2Options, ...options];
    }),
    serverFlag(`no-${name}`, `undoes '${name}'`, (server) => {
      server[version] = false;
      server.proxyV2Options = server.proxyV2Options.filter((option) => !options.includes(option));
    }),
  ];
}

/** `set-proxy-v2-tlv-fmt(0x20) %[fc_pp_tlv(0x20)]` */
const proxyV2Tlv: ServerParameter = {
  name: 'set-proxy-v2-tlv-fmt',
  manual: '5.2',
  summary: 'one more field of the PROXY header, version 2',
  since: '2.9',
  parameter: true,
  parse(words, server) {
    const id = /\((.*)\)$/.exec(words.taken.text)?.[1] ?? '';
    const type = /^(?:0x[0-9a-f]{1,2}|\d{1,3})$/i.test(id) ? Number(id) : -1;
    if (type < 0 || type > 255) {
      words.fail(
        `'${words.label}' : '${id}' is no type of a field: write set-proxy-v2-tlv-fmt(<0..255>) <format>`,
        words.taken,
      );
    }
    const format = words.next('a format');
    server.proxyV2Tlvs = [...server.proxyV2Tlvs, { type, format }];
  },
};

/** The last `source` on a server line and its `usesrc`, `interface`. */
const source: ServerParameter = {
  name: 'source',
  manual: '5.2',
  summary: 'address to connect from',
  parse(words, server, context) {
    const expects =
      "'source' expects <addr>[:<port>[-<port>]], and optionally 'usesrc' <addr>, and 'interface' <name> as argument.";
    server.source = parseSource(words, SOURCE_ADDRESS, expects, context);
  },
};

const INIT_METHODS = ['last', 'libc', 'none'];

function initAddr(server: ServerTarget, word: Word, words: Cursor): void {
  const methods = word.text.split(',');
  for (const method of methods) {
    if (INIT_METHODS.includes(method) || isIP(method) !== 0) continue;
    words.fail(
      `'init-addr' : unknown init-addr method '${method}', supported methods are 'libc', 'last', 'none'.`,
      word,
    );
  }
  server.initAddr = methods;
}

const RESOLVE_OPTIONS = ['allow-dup-ip', 'ignore-weight', 'prevent-dup-ip'];

function resolveOptions(server: ServerTarget, word: Word, words: Cursor): void {
  const given = word.text.split(',');
  for (const option of given) {
    if (RESOLVE_OPTIONS.includes(option)) continue;
    words.fail(
      `'resolve-opts' : unknown resolve-opts option '${option}', supported methods are 'allow-dup-ip', 'ignore-weight', and 'prevent-dup-ip'.`,
      word,
    );
  }
  server.resolveOpts = given;
}

const NETWORK = /^(?<address>[\d.]+|[\da-fA-F:.]*:[\da-fA-F:.]*)(?:\/(?<bits>\d{1,3}))?$/;

function network(text: string, word: Word, words: Cursor): NetworkModel {
  const { address = '', bits } = NETWORK.exec(text)?.groups ?? {};
  const longest = isIP(address) === 6 ? 128 : 32;
  const length = bits === undefined ? longest : Number(bits);
  if (isIP(address) === 0 || length > longest) words.fail(`'resolve-net' invalid network '${text}'.`, word);
  return { address, bits: length };
}

function protocol(server: ServerTarget, word: Word, words: Cursor, context: ParseContext): void {
  if (!['h1', 'h2', 'fcgi', 'none'].includes(word.text))
    words.fail(`'proto' :  unknown MUX protocol '${word.text}'`, word);
  server.proto = word.text;
  if (word.text === 'fcgi') {
    context.notDone(word, `server … proto ${word.text}`, 'FastCGI is not spoken', 'refused');
  }
}

/** How a server is found, named and connected to. */
export const serverConnectionParameters: readonly ServerParameter[] = [
  identifier,
  guid,
  source,
  serverFlag('usesrc', "only after 'source'", () => undefined),
  serverValue('init-addr', 'how the name is resolved at start', initAddr),
  serverValue('resolvers', 'a resolvers section to follow the name', (server, word) => (server.resolvers = word)),
  serverValue('resolve-opts', 'how DNS answers are used', resolveOptions),
  serverValue('resolve-prefer', 'address family to prefer', (server, word, words: Cursor) => {
    if (word.text !== 'ipv4' && word.text !== 'ipv6') {
      words.fail("'resolve-prefer' expects either ipv4 or ipv6 as argument.", word);
    }
    server.resolvePrefer = word.text;
  }),
  serverValue('resolve-net', 'networks to prefer among DNS answers', (server, word, words: Cursor) => {
    server.resolveNet = word.text.split(',').map((text) => network(text, word, words));
  }),
  serverValue('proto', 'protocol spoken to the server', protocol),
  serverValue('ws', 'protocol for websockets', (server, word, words: Cursor) => {
    if (word.text !== 'auto' && word.text !== 'h1' && word.text !== 'h2') {
      words.fail("'ws' has to be 'auto', 'h1' or 'h2'", word);
    }
    server.ws = word.text;
  }),
  serverValue(
    'redir',
    'redirects GET and HEAD to it',
    (server, word, _words, context) => {
      server.redir = word.text;
      context.notDone(word, 'server … redir', 'requests are relayed, not redirected', 'served');
    },
    { missing: "'redir' expects <prefix> as argument." },
  ),
  serverValue(
    'socks4',
    'a SOCKS4 proxy on the way',
    (server, word, words: Cursor, context) => {
      const result = parseAddress(word, { port: 'required', transport: 'stream' }, context.env);
      if (!result.ok) words.fail(`'socks4 ${word.text}' : ${result.why}.`, word, result.hint);
      const { kind, host } = result.address;
      if (kind !== 'ip' || isIP(host) === 0) {
        context.notDone(word, `server … socks4 ${word.text}`, 'it is reached at an IP address alone', 'refused');
      }
      server.socks4 = result.address;
    },
    { missing: "'socks4' expects <addr>:<port> as argument." },
  ),
  serverValue('tcp-ut', 'TCP user timeout', (server, word, words, context) => {
    words.back();
    server.tcpUserTimeout = duration(words);
    context.notDone(word, 'server … tcp-ut', "the kernel's own timeout applies", 'served');
  }),
  serverFlag('tfo', 'TCP Fast Open', (server, context, word) => {
    server.tfo = true;
    context.notDone(word, 'server … tfo', 'connections open the ordinary way', 'served');
  }),
  serverFlag('no-tfo', "undoes 'tfo'", (server) => (server.tfo = false)),
  serverValue('namespace', 'a network namespace', (server, word, _words, context) => {
    server.namespace = word.text;
    context.notDone(word, 'server … namespace', 'Node connects in its own network namespace only', 'refused');
  }),
  serverValue('log-proto', 'framing of log lines over TCP', (server, word, words, context) => {
    if (word.text !== 'legacy' && word.text !== 'octet-count') {
      words.fail(`'log-proto' expects one of 'legacy' or 'octet-count' but got '${word.text}'`, word);
    }
    server.logProto = word.text;
    context.notDone(word, 'server … log-proto', 'no log lines go to servers', 'served');
  }),
  serverServed('log-bufsize', 1, 'buffer of a log server', 'log backends do not exist', { since: '3.0' }),
  serverServed('cc', 1, 'TCP congestion control', "the kernel's own algorithm applies", { since: '3.1' }),
  serverServed('quic-cc-algo', 1, 'QUIC congestion control', 'QUIC is not spoken', { since: '3.3' }),
  serverServed('idle-ping', 1, 'pings idle HTTP/2 connections', 'idle connections are not pinged', { since: '3.2' }),
  serverValue(
    'tcp-md5sig',
    'TCP MD5 signatures',
    (_server, word, _words, context) =>
      context.notDone(word, 'server … tcp-md5sig', 'Node cannot sign TCP segments', 'refused'),
    { since: '3.3' },
  ),
  ...sendProxy('send-proxy', 'sendProxyV1', [], 'a PROXY header, version 1'),
  ...sendProxy('send-proxy-v2', 'sendProxyV2', [], 'a PROXY header, version 2'),
  ...sendProxy('send-proxy-v2-ssl', 'sendProxyV2', ['ssl'], 'a PROXY header with TLS facts'),
  ...sendProxy('send-proxy-v2-ssl-cn', 'sendProxyV2', ['ssl', 'cert-cn'], "a PROXY header with the certificate's name"),
  serverValue('proxy-v2-options', 'what the PROXY header tells', (server, word, words) => {
    const given = word.text.split(',');
    const unknown = given.find((option) => !PROXY_V2_OPTIONS.has(option));
    if (unknown !== undefined) words.fail(`'proxy-v2-options' : unknown option '${unknown}'`, word);
    server.proxyV2Options = [...server.proxyV2Options, ...given];
  }),
  proxyV2Tlv,
];

const PROXY_V2_OPTIONS = new Set([
  'ssl',
  'cert-cn',
  'cert-key',
  'cert-sig',
  'ssl-cipher',
  'authority',
  'crc32c',
  'unique-id',
]);
