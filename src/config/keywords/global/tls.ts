import type { Cursor, Word } from '../../cursor.js';
import type { GlobalKeyword } from '../../keyword.js';
import type { ExtraFile, GlobalModel, GlobalTlsModel, TlsWord } from '../../model.js';
import { TLS_VERSIONS } from '../tls-values.js';
import { required } from '../values.js';
import { globalFlag, globalKeyword, globalServed } from './define.js';

const NO_UPDATES = 'OCSP answers are not fetched: the .ocsp file beside a certificate is sent';

/** A text of TLS everywhere. */
function tlsText(
  name: string,
  expects: string,
  summary: string,
  set: (tls: GlobalTlsModel, word: Word) => void,
): GlobalKeyword {
  return globalKeyword({
    name,
    summary,
    parse: (words, global) =>
      set(global.tls, required(words, `global statement '${name}' expects ${expects} as an argument.`)),
  });
}

/** A default for all `bind` or all `server` lines. @param parameter the one it stands for */
function tlsDefault(
  side: 'bind' | 'server',
  parameter: string,
  expects: string,
  more: { since?: string; why?: string } = {},
): GlobalKeyword {
  const name = `ssl-default-${side}-${parameter}`;
  return globalKeyword({
    name,
    summary: `'${parameter}' of all ${side} lines that have none`,
    ...(more.since === undefined ? {} : { since: more.since }),
    parse(words, global, context) {
      const value = required(words, `global statement '${name}' expects ${expects} as an argument.`);
      if (more.why !== undefined) context.notDone(words.keyword, name, more.why, 'served');
      else global.tls[side].push({ keyword: { ...words.keyword, text: parameter }, value });
    },
  });
}

const CIPHERS = 'a cipher suite';
const NO_CLIENT_SIGALGS = "Node.js has no SSL_CTX_set1_client_sigalgs_list: OpenSSL's own list applies";

const FLAGS = [
  ...['sslv3', 'tlsv10', 'tlsv11', 'tlsv12', 'tlsv13'].flatMap((version) => [`no-${version}`, `force-${version}`]),
  'no-tls-tickets',
  'tls-tickets',
];
const BIND_FLAGS = new Set([...FLAGS, 'prefer-client-ciphers', 'strict-sni', 'no-strict-sni']);
const SERVER_FLAGS = new Set([...FLAGS, 'no-ssl-reuse', 'no-renegotiate', 'renegotiate']);

/** `ssl-default-bind-options`, `ssl-default-server-options`: flags and versions in a row. */
function optionsKeyword(side: 'bind' | 'server', flags: ReadonlySet<string>): GlobalKeyword {
  const name = `ssl-default-${side}-options`;
  return globalKeyword({
    name,
    summary: `TLS flags of all ${side} lines`,
    parse(words, global) {
      required(words, `global statement '${name}' expects an option as an argument.`);
      words.back();
      for (let word = words.peek(); word !== undefined; word = words.peek()) {
        global.tls[side].push(option(words, name, flags));
      }
    },
  });
}

function option(words: Cursor, name: string, flags: ReadonlySet<string>): TlsWord {
  const keyword = words.next('an option');
  if (flags.has(keyword.text)) return { keyword, value: undefined };
  if (keyword.text !== 'ssl-min-ver' && keyword.text !== 'ssl-max-ver') {
    return words.fail(`unknown option '${keyword.text}' on global statement '${name}'.`, keyword);
  }
  const value = words.peek();
  if (value === undefined || !TLS_VERSIONS.some((known) => known === value.text)) {
    return words.fail(`global statement '${name}' : unknown ssl/tls version '${value?.text ?? ''}'.`, value ?? keyword);
  }
  return { keyword, value: words.next('a version') };
}

const EXTRA_FILES: readonly ExtraFile[] = ['bundle', 'sctl', 'ocsp', 'issuer', 'key'];

function extraFiles(words: Cursor, { tls }: GlobalModel): void {
  const expects = "'ssl-load-extra-files' expects one or multiple arguments (none, all, bundle, sctl, ocsp, issuer).";
  const first = required(words, expects);
  words.back();
  const chosen = new Set<ExtraFile>();
  for (let word: Word | undefined = first; word !== undefined; word = words.peek()) {
    words.next('a kind of file');
    const kind = EXTRA_FILES.find((each) => each === word?.text);
    if (word.text === 'all') for (const each of EXTRA_FILES) chosen.add(each);
    else if (kind !== undefined) chosen.add(kind);
    else if (word.text !== 'none') words.fail(expects, word);
    else chosen.clear();
  }
  tls.extraFiles = [...chosen];
}

const REMOVED_ENGINES = 'Node.js brings its own OpenSSL, with its own providers';

/** What concerns TLS everywhere (manual 3.1). */
export const tlsKeywords: readonly GlobalKeyword[] = [
  tlsText('ca-base', 'a directory path', 'where CA and CRL files are', (tls, word) => (tls.caBase = word.text)),
  tlsText('crt-base', 'a directory path', 'where certificates are', (tls, word) => (tls.crtBase = word.text)),
  globalServed('key-base', 1, 'it is for crt-store sections, which are not read', { since: '3.0' }),
  tlsText('issuers-chain-path', 'a directory path', 'certificates of authorities, to complete chains', (tls, word) => {
    tls.issuersChainPath = word;
  }),
  tlsDefault('bind', 'ciphers', CIPHERS),
  tlsDefault('bind', 'ciphersuites', CIPHERS),
  tlsDefault('bind', 'client-sigalgs', 'sigalgs', { since: '2.8', why: NO_CLIENT_SIGALGS }),
  tlsDefault('bind', 'curves', 'curves suite'),
  optionsKeyword('bind', BIND_FLAGS),
  tlsDefault('bind', 'sigalgs', 'sigalgs', { since: '2.8' }),
  tlsDefault('server', 'ciphers', CIPHERS),
  tlsDefault('server', 'ciphersuites', CIPHERS),
  tlsDefault('server', 'client-sigalgs', 'sigalgs', { since: '2.8', why: NO_CLIENT_SIGALGS }),
  tlsDefault('server', 'curves', 'curves suite', { since: '2.8' }),
  optionsKeyword('server', SERVER_FLAGS),
  tlsDefault('server', 'sigalgs', 'sigalgs', { since: '2.8' }),
  tlsText('ssl-dh-param-file', 'a file path', 'parameters of ephemeral Diffie-Hellman', (tls, word) => {
    tls.dhParamFile = word;
  }),
  globalServed('ssl-engine', 1, REMOVED_ENGINES),
  globalKeyword({ name: 'ssl-load-extra-files', summary: 'files looked for beside certificates', parse: extraFiles }),
  globalServed('ssl-passphrase-cmd', 1, 'encrypted keys are not read: decrypt them first', { since: '3.3' }),
  globalServed('ssl-propquery', 1, REMOVED_ENGINES),
  globalServed('ssl-provider', 1, REMOVED_ENGINES),
  globalServed('ssl-provider-path', 1, REMOVED_ENGINES),
  globalServed('ssl-security-level', 1, 'write @SECLEVEL=n into the ciphers instead', { since: '3.0' }),
  globalKeyword({
    name: 'ssl-server-verify',
    summary: 'whether server certificates are verified by default',
    parse(words, global) {
      const word = words.peek();
      if (words.take('none')) global.tls.serverVerify = false;
      else if (words.take('required')) global.tls.serverVerify = true;
      else words.fail("'ssl-server-verify' expects 'none' or 'required' as argument.", word ?? words.endSpan);
    },
  }),
  globalFlag(
    { name: 'ssl-load-extra-del-ext', summary: 'files beside a certificate have its name without .crt' },
    ({ tls }) => {
      tls.dropExtension = true;
    },
  ),
  globalServed('ssl-mode-async', 0, 'handshakes are computed in the event loop'),
  globalFlag({ name: 'ssl-skip-self-issued-ca', summary: 'roots are not sent with a chain' }, ({ tls }) => {
    tls.skipSelfIssued = true;
  }),
  globalServed('acme.scheduler', 1, 'certificates are not ordered', { since: '3.2' }),
  globalServed('jwt.decrypt_alg_list', 1, 'tokens are not decrypted', { since: '3.4' }),
  globalServed('jwt.decrypt_enc_list', 1, 'tokens are not decrypted', { since: '3.4' }),
  ...[
    'ocsp-update.disable',
    'ocsp-update.httpproxy',
    'ocsp-update.maxdelay',
    'ocsp-update.mindelay',
    'ocsp-update.mode',
  ].map((name) => globalServed(name, 1, NO_UPDATES, { since: '2.8' })),
];
