import { addressProblem, parseAddress, SERVER_ADDRESS } from '../../address.js';
import type { Cursor, Word } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import type { AddressModel, ProxyModel, ServerModel, ServerSettings } from '../../model.js';
import { parseBind } from '../bind/line.js';
import { parseParameters } from '../parameters.js';
import { serverParameters } from '../server/index.js';
import { copyServerSettings, newServerSettings } from '../server/settings.js';
import { proxyKeyword } from './define.js';
import type { Span } from '../../diagnostics.js';

/** HAProxy refuses server lines in a frontend, it does not ignore them. */
function refuseInFrontend(words: Cursor, proxy: ProxyModel): void {
  if (proxy.kind !== 'frontend') return;
  words.fail(
    `'${words.keyword.text}' not allowed because frontend '${proxy.name}' has no backend capability.`,
    words.keyword,
  );
}

function serverAddress(words: Cursor, word: Word, prefix: string, context: ParseContext): AddressModel {
  const result = parseAddress(word, SERVER_ADDRESS, context.env);
  if (!result.ok) return words.fail(prefix + result.why, word, result.hint);
  const { address } = result;
  const problem = addressProblem(address, true);
  if (problem !== undefined) context.notDone(word, `server … ${word.text}`, problem, 'refused');
  return address;
}

/**
 * A server's line of the runtime API (management manual 9.3 `add server`): name, address and parameters. Nothing of
 * `default-server` counts, and only some parameters are taken.
 * @param words behind the name
 * @throws ConfigError in HAProxy's words
 */
export function parseDynamicServer(name: string, words: Cursor, context: ParseContext): ServerModel {
  const addressWord = words.peek();
  if (addressWord === undefined) {
    return words.fail("'server' expects <name> and <addr>[:<port>] as arguments.", words.endSpan);
  }
  const bad = /[^A-Za-z0-9_:.-]/.exec(name)?.[0];
  if (bad !== undefined) words.fail(`character '${bad}' is not permitted in server name '${name}'.`, addressWord);
  words.next('');
  const address = serverAddress(words, addressWord, '', context);
  const span = addressWord.span;
  const model: ServerModel = { ...newServerSettings(), name, span, address, id: undefined, guid: undefined };
  for (const word of words.words) {
    if (serverParameters.has(word.text) && !DYNAMIC_PARAMETERS.has(word.text) && isParameter(words, word)) {
      words.fail(`'${word.text}' option is not accepted for dynamic server`, word);
    }
  }
  parseParameters(words, serverParameters, model, context, '');
  return model;
}

/** Whether a word stands where a parameter may: behind one that takes no value, or behind a value. */
function isParameter(words: Cursor, word: Word): boolean {
  let at = 1;
  while (at < words.words.length) {
    if (words.words[at] === word) return true;
    at += 1 + (serverParameters.get(words.words[at].text)?.takes ?? 0);
  }
  return false;
}

/** What `add server` takes (management manual 9.3). */
// prettier-ignore
const DYNAMIC_PARAMETERS = new Set([
  'agent-addr', 'agent-check', 'agent-inter', 'agent-port', 'agent-send', 'allow-0rtt', 'alpn', 'addr', 'backup',
  'ca-file', 'check', 'check-alpn', 'check-proto', 'check-send-proxy', 'check-sni', 'check-ssl', 'check-via-socks4',
  'ciphers', 'ciphersuites', 'crl-file', 'crt', 'disabled', 'downinter', 'enabled', 'error-limit', 'fall', 'fastinter',
  'force-sslv3', 'force-tlsv10', 'force-tlsv11', 'force-tlsv12', 'force-tlsv13', 'id', 'inter', 'maxconn', 'maxqueue',
  'minconn', 'no-ssl-reuse', 'no-sslv3', 'no-tlsv10', 'no-tlsv11', 'no-tlsv12', 'no-tlsv13', 'no-tls-tickets', 'npn',
  'observe', 'on-error', 'on-marked-down', 'on-marked-up', 'pool-low-conn', 'pool-max-conn', 'pool-purge-delay',
  'port', 'proto', 'proxy-v2-options', 'rise', 'send-proxy', 'send-proxy-v2', 'send-proxy-v2-ssl',
  'send-proxy-v2-ssl-cn', 'slowstart', 'sni', 'source', 'ssl', 'ssl-max-ver', 'ssl-min-ver', 'tfo', 'tls-tickets',
  'track', 'usesrc', 'verify', 'verifyhost', 'weight', 'ws',
]);

interface ServerIdentity {
  readonly name: string;
  readonly span: Span;
  readonly address: AddressModel;
}

function newServer(defaults: ServerSettings, identity: ServerIdentity): ServerModel {
  const settings = copyServerSettings(defaults);
  return { ...settings, ...identity, id: undefined, guid: undefined, defaultSsl: settings.ssl };
}

/**
 * A whole `server` line.
 * @param owner name of the section, for complaints
 */
export function readServer(words: Cursor, owner: string, defaults: ServerSettings, context: ParseContext): ServerModel {
  const name = words.peek();
  const addressWord = words.peek(1);
  if (name === undefined || name.text === '' || addressWord === undefined || addressWord.text === '') {
    return words.fail("'server' expects <name> and <addr>[:<port>] as arguments.", words.endSpan);
  }
  checkName(words, name, 'server name');
  words.next('');
  words.next('');
  const prefix = `'server ${owner}/${name.text}' : `;
  const address = serverAddress(words, addressWord, prefix, context);
  const model = newServer(defaults, { name: name.text, span: words.lineSpan, address });
  parseParameters(words, serverParameters, model, context, prefix);
  warnIdleTls(words, model, defaults.tls.length, prefix);
  return model;
}

const server = proxyKeyword({
  name: 'server',
  manual: '4.2',
  summary: 'a server of the backend',
  side: 'both',
  defaults: false,
  parse(words: Cursor, proxy, context) {
    refuseInFrontend(words, proxy);
    proxy.servers.push(readServer(words, proxy.name, proxy.defaultServer, context));
  },
});

/** @param inherited how many TLS parameters came from `default-server` */
function warnIdleTls(words: Cursor, { ssl, checkSsl, tls }: ServerModel, inherited: number, prefix: string): void {
  const idle = tls[inherited];
  if (ssl || checkSsl || idle === undefined) return;
  words.warn(`${prefix}'${idle.keyword.text}' means nothing without 'ssl'`, idle.keyword);
}

/** HAProxy's own alphabet for names. */
function checkName(words: Cursor, word: Word, what: string): void {
  const bad = /[^A-Za-z0-9_:.-]/.exec(word.text)?.[0];
  if (bad !== undefined) words.fail(`character '${bad}' is not permitted in ${what} '${word.text}'.`, word);
}

const defaultServer = proxyKeyword({
  name: 'default-server',
  manual: '4.2',
  summary: 'parameters for the server lines that follow',
  side: 'both',
  defaults: true,
  parse(words, proxy, context) {
    refuseInFrontend(words, proxy);
    parseParameters(words, serverParameters, proxy.defaultServer, context, "'default-server' : ", '');
  },
});

const TEMPLATE_EXPECTS = "'server-template' expects <prefix> <nb | range> <addr>[:<port>] as arguments.";

const serverTemplate = proxyKeyword({
  name: 'server-template',
  manual: '4.2',
  summary: 'several servers of one name',
  side: 'both',
  defaults: false,
  parse(words: Cursor, proxy, context) {
    refuseInFrontend(words, proxy);
    const [prefixWord, range, addressWord] = [words.peek(), words.peek(1), words.peek(2)];
    if (prefixWord === undefined || range === undefined || addressWord === undefined) {
      words.fail(TEMPLATE_EXPECTS, words.endSpan);
    }
    checkName(words, prefixWord, 'server-template prefix');
    const [low, high] = templateRange(words, range);
    for (let i = 0; i < 3; i++) words.next('');
    const prefix = `'server-template ${proxy.name}/${prefixWord.text}' : `;
    const address = serverAddress(words, addressWord, prefix, context);
    const model = newServer(proxy.defaultServer, { name: prefixWord.text, span: words.lineSpan, address });
    parseParameters(words, serverParameters, model, context, prefix);
    warnIdleTls(words, model, proxy.defaultServer.tls.length, prefix);
    for (let n = low; n <= high; n++) {
      const id = model.id === undefined ? undefined : model.id + n - low;
      proxy.servers.push({ ...model, ...copyServerSettings(model), name: `${prefixWord.text}${n}`, id });
    }
  },
});

/** `3` or `1-3`. */
function templateRange(words: Cursor, word: Word): readonly [number, number] {
  const parts = /^(\d+)(?:-(\d+))?$/.exec(word.text);
  const low = parts?.[2] === undefined ? 1 : Number(parts[1]);
  const high = Number(parts?.[2] ?? parts?.[1] ?? 0);
  if (low < 1 || high < low || high > 65536)
    words.fail(`Wrong server-template number or range arg '${word.text}'.`, word);
  return [low, high];
}

const bind = proxyKeyword({
  name: 'bind',
  manual: '4.2',
  summary: 'where a frontend listens',
  side: 'frontend',
  defaults: false,
  parse(words, proxy, context) {
    const model = parseBind(words, proxy.kind, context);
    if (model.addresses.length > 0) proxy.binds.push(model);
  },
});

export const serverKeywords: readonly ProxyKeyword[] = [bind, server, defaultServer, serverTemplate];
