import { TLS_VERSIONS } from '../../config/keywords/tls-values.js';
import type { Word } from '../../config/cursor.js';
import type { TlsWord } from '../../config/model.js';

/** TLS parameters of one line, understood. Versions are indexes in TLS_VERSIONS; undefined = not said. */
export interface TlsSettings {
  minVersion: number | undefined;
  maxVersion: number | undefined;
  /** `no-tlsv10`… */
  readonly off: Set<number>;
  ciphers: Word | undefined;
  ciphersuites: Word | undefined;
  curves: Word | undefined;
  ecdhe: Word | undefined;
  sigalgs: Word | undefined;
  alpn: Word | undefined;
  verify: Word | undefined;
  caFile: Word | undefined;
  caVerifyFile: Word | undefined;
  crlFile: Word | undefined;
  caIgnore: Word | undefined;
  crtIgnore: Word | undefined;
  /** `crt`, `crt-list` and `default-crt` in order. */
  readonly certificates: TlsWord[];
  tickets: boolean;
  ticketKeys: Word | undefined;
  preferClient: boolean;
  strictSni: boolean;
  generate: boolean;
  signFile: Word | undefined;
  signPass: Word | undefined;
  // servers
  sni: Word | undefined;
  sniAuto: boolean;
  verifyHost: Word | undefined;
  reuse: boolean;
  checkSni: Word | undefined;
  checkAlpn: Word | undefined;
}

function noSettings(): TlsSettings {
  return {
    minVersion: undefined,
    maxVersion: undefined,
    off: new Set(),
    ciphers: undefined,
    ciphersuites: undefined,
    curves: undefined,
    ecdhe: undefined,
    sigalgs: undefined,
    alpn: undefined,
    verify: undefined,
    caFile: undefined,
    caVerifyFile: undefined,
    crlFile: undefined,
    caIgnore: undefined,
    crtIgnore: undefined,
    certificates: [],
    tickets: true,
    ticketKeys: undefined,
    preferClient: false,
    strictSni: false,
    generate: false,
    signFile: undefined,
    signPass: undefined,
    sni: undefined,
    sniAuto: false,
    verifyHost: undefined,
    reuse: true,
    checkSni: undefined,
    checkAlpn: undefined,
  };
}

/** Parameters that are kept as they were written, by keyword. */
const TEXTS: Readonly<Record<string, TextName>> = {
  ciphers: 'ciphers',
  ciphersuites: 'ciphersuites',
  curves: 'curves',
  ecdhe: 'ecdhe',
  sigalgs: 'sigalgs',
  alpn: 'alpn',
  verify: 'verify',
  'ca-file': 'caFile',
  'ca-verify-file': 'caVerifyFile',
  'crl-file': 'crlFile',
  'ca-ignore-err': 'caIgnore',
  'crt-ignore-err': 'crtIgnore',
  'tls-ticket-keys': 'ticketKeys',
  'ca-sign-file': 'signFile',
  'ca-sign-pass': 'signPass',
  sni: 'sni',
  verifyhost: 'verifyHost',
  'check-sni': 'checkSni',
  'check-alpn': 'checkAlpn',
};
type TextName =
  | 'ciphers'
  | 'ciphersuites'
  | 'curves'
  | 'ecdhe'
  | 'sigalgs'
  | 'alpn'
  | 'verify'
  | 'caFile'
  | 'caVerifyFile'
  | 'crlFile'
  | 'caIgnore'
  | 'crtIgnore'
  | 'ticketKeys'
  | 'signFile'
  | 'signPass'
  | 'sni'
  | 'verifyHost'
  | 'checkSni'
  | 'checkAlpn';

const FLAGS: Readonly<Record<string, (settings: TlsSettings) => void>> = {
  'no-tls-tickets': (settings) => (settings.tickets = false),
  'tls-tickets': (settings) => (settings.tickets = true),
  'prefer-client-ciphers': (settings) => (settings.preferClient = true),
  'strict-sni': (settings) => (settings.strictSni = true),
  'generate-certificates': (settings) => (settings.generate = true),
  'no-strict-sni': (settings) => (settings.strictSni = false),
  'no-ssl-reuse': (settings) => (settings.reuse = false),
  'ssl-reuse': (settings) => (settings.reuse = true),
  'no-alpn': (settings) => (settings.alpn = undefined),
  'no-verifyhost': (settings) => (settings.verifyHost = undefined),
  'sni-auto': (settings) => (settings.sniAuto = true),
  'no-sni-auto': (settings) => (settings.sniAuto = false),
};

/** `sslv3`, `tlsv10`… as flags name versions. */
const VERSION_NAMES = ['sslv3', 'tlsv10', 'tlsv11', 'tlsv12', 'tlsv13'];

/** Reads parameters in order, the later ones on top. @param lists global defaults first, then the line's own */
export function readSettings(...lists: readonly (readonly TlsWord[])[]): TlsSettings {
  const settings = noSettings();
  for (const word of lists.flat()) read(settings, word);
  return settings;
}

function read(settings: TlsSettings, word: TlsWord): void {
  const { keyword, value } = word;
  const name = keyword.text;
  const text = TEXTS[name];
  if (text !== undefined) settings[text] = value;
  else if (name in FLAGS) FLAGS[name](settings);
  else if (name === 'crt' || name === 'crt-list' || name === 'default-crt') settings.certificates.push(word);
  else if (name === 'ssl-min-ver') settings.minVersion = versionOf(value);
  else if (name === 'ssl-max-ver') settings.maxVersion = versionOf(value);
  else if (name.startsWith('force-')) {
    settings.minVersion = VERSION_NAMES.indexOf(name.slice(6));
    settings.maxVersion = settings.minVersion;
  } else if (name.startsWith('no-')) settings.off.add(VERSION_NAMES.indexOf(name.slice(3)));
}

function versionOf(value: Word | undefined): number {
  return TLS_VERSIONS.findIndex((known) => known === value?.text);
}

const TLS_1_0 = 1;
const TLS_1_2 = 3;
const TLS_1_3 = 4;

/** Versions that are spoken; `problem` is HAProxy's remark on how they were asked for. */
export interface VersionRange {
  /** Node's names; undefined = none is left. */
  readonly range: { readonly minVersion: NodeVersion; readonly maxVersion: NodeVersion } | undefined;
  readonly problem: 'flags-ignored' | 'holes' | undefined;
}
export type NodeVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
const NODE_VERSIONS: readonly NodeVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** `ssl-min-ver`, `ssl-max-ver` and the old `no-tlsv1x` (manual 5.1): from TLS 1.2 on, if nothing else is said. */
export function versionRange({ minVersion, maxVersion, off }: TlsSettings): VersionRange {
  const bounded = minVersion !== undefined || maxVersion !== undefined;
  let problem: VersionRange['problem'] = bounded && off.size > 0 ? 'flags-ignored' : undefined;
  let min = minVersion ?? TLS_1_2;
  let max = maxVersion ?? TLS_1_3;
  if (!bounded) {
    while (max >= min && off.has(max)) max--;
    while (min <= max && off.has(min)) min++;
    for (let version = min; version <= max; version++) if (off.has(version)) problem = 'holes';
  }
  min = Math.max(min, TLS_1_0); // SSL 3 is not in OpenSSL any more
  if (min > max) return { range: undefined, problem };
  return { range: { minVersion: NODE_VERSIONS[min - 1], maxVersion: NODE_VERSIONS[max - 1] }, problem };
}

/** The list of an `alpn` parameter. */
export function protocolsOf(word: Word | undefined): string[] {
  return word === undefined ? [] : word.text.split(',').filter((name) => name !== '');
}

/** Whether a result of verification is in `ca-ignore-err` or `crt-ignore-err`. */
export function ignores(word: Word | undefined): (result: number) => boolean {
  if (word === undefined) return () => false;
  if (word.text === 'all') return () => true;
  const ids = new Set(word.text.split(',').map(Number));
  return (result) => ids.has(result);
}
