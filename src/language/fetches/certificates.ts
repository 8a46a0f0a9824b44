import { createHash } from 'node:crypto';
import type { SampleType, ValueOf } from '../../core/sample.js';
import type { StreamContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import { type Certificate, type NameEntry, parseCertificate } from '../../protocol/tls/certificate.js';
import { isChainError } from '../../protocol/tls/verify-codes.js';
import { integer, optional, string } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';

/** Certificates of TLS connections (manual 7.3.4): the client's, the frontend's own, and the server's. */

const MANUAL = '7.3.4';

/** Where a certificate is. */
interface Whose {
  readonly prefix: 'ssl_c' | 'ssl_f' | 'ssl_s';
  readonly use: Use;
  readonly owner: string;
  der(stream: StreamContext): Buffer | undefined;
}

const WHOSE: readonly Whose[] = [
  {
    prefix: 'ssl_c',
    use: USES.clientSession,
    owner: "the client's certificate",
    der: ({ session }) => session.tls?.peerChain[0],
  },
  {
    prefix: 'ssl_f',
    use: USES.clientSession,
    owner: "the frontend's certificate",
    der: ({ session }) => session.tls?.ownCertificate,
  },
  {
    prefix: 'ssl_s',
    // HAProxy lets it be asked at any time; before there is a server it fails
    use: USES.clientSession,
    owner: "the server's certificate",
    der: ({ serverTls }) => serverTls?.peerChain[0],
  },
];

const parsed = new WeakMap<Buffer, Certificate>();

function certificateOf(der: Buffer | undefined): Certificate | undefined {
  if (der === undefined) return undefined;
  const known = parsed.get(der) ?? parseCertificate(der);
  if (known !== undefined) parsed.set(der, known);
  return known;
}

function field<T extends 'sint' | 'str' | 'bin'>(
  { prefix, use, owner, der }: Whose,
  name: string,
  out: T,
  summary: string,
  read: (certificate: Certificate) => ValueOf<T> | undefined,
): FetchDefinition {
  return defineFetch({
    name: `${prefix}_${name}`,
    args: [],
    out,
    use,
    manual: MANUAL,
    summary: `${summary} of ${owner}`,
    compile: () => (stream) => {
      const certificate = certificateOf(der(stream));
      return certificate === undefined ? undefined : read(certificate);
    },
  });
}

/** The certificate's bytes, or something made of them. */
function bytes(
  { prefix, use, owner }: Whose,
  name: string,
  summary: string,
  read: (stream: StreamContext) => Buffer | undefined,
): FetchDefinition {
  return defineFetch({
    name: `${prefix}_${name}`,
    args: [],
    out: 'bin',
    use,
    manual: MANUAL,
    summary: `${summary} of ${owner}`,
    compile: () => (stream) => read(stream)?.toString('latin1'),
  });
}

function nameFetch(
  { prefix, use, owner, der }: Whose,
  name: string,
  summary: string,
  read: (certificate: Certificate) => readonly NameEntry[],
): FetchDefinition {
  return defineFetch({
    name: `${prefix}_${name}`,
    args: [optional(string), optional(integer), optional(string)],
    out: 'str',
    use,
    manual: MANUAL,
    summary: `${summary} of ${owner}`,
    compile:
      ([entry = '', occurrence = 0, format = '']) =>
      (stream) => {
        const certificate = certificateOf(der(stream));
        if (certificate === undefined) return undefined;
        const entries = read(certificate);
        if (entry !== '') return nth(entries, entry, occurrence);
        const whole = format === 'rfc2253' ? rfc2253(entries) : oneLine(entries);
        return whole === '' ? undefined : whole;
      },
  });
}

/** The n-th value of one kind: from the beginning, or with a negative number from the end. */
function nth(entries: readonly NameEntry[], type: string, occurrence: number): string | undefined {
  const values = entries.flatMap((each) => (each.type.toLowerCase() === type.toLowerCase() ? each.value : []));
  return values.at(occurrence < 0 ? occurrence : Math.max(0, occurrence - 1));
}

/** `/C=FR/O=Test/CN=me` */
function oneLine(entries: readonly NameEntry[]): string {
  return entries.map(({ type, value }) => `/${type}=${value}`).join('');
}

/** `CN=me,O=Test,C=FR` (RFC 2253 sections 2.3 and 2.4). */
function rfc2253(entries: readonly NameEntry[]): string {
  return entries
    .toReversed()
    .map(({ type, value }) => `${type}=${escaped(value)}`)
    .join(',');
}

function escaped(value: string): string {
  return value
    .replaceAll(/[,+"\\<>;]/g, String.raw`\$&`)
    .replace(/^[ #]/, String.raw`\$&`)
    .replace(/ $/, String.raw`\ `)
    .replaceAll(/[\0-\x1f\x7f-\xff]/g, (byte) => `\\${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Numbers are shown without the zero that keeps them positive. */
function magnitude(serial: Buffer): string {
  return serial.subarray(serial.length > 1 && serial[0] === 0 ? 1 : 0).toString('latin1');
}

function fieldsOf(whose: Whose): FetchDefinition[] {
  return [
    bytes(whose, 'der', 'DER', whose.der),
    bytes(whose, 'sha1', 'SHA-1 fingerprint', (stream) => {
      const der = whose.der(stream);
      return der === undefined ? undefined : createHash('sha1').update(der).digest();
    }),
    nameFetch(whose, 'i_dn', 'name of the issuer', ({ issuer }) => issuer),
    nameFetch(whose, 's_dn', 'name of the subject', ({ subject }) => subject),
    field(whose, 'key_alg', 'str', 'algorithm of the key', ({ keyAlgorithm }) => keyAlgorithm),
    field(whose, 'sig_alg', 'str', 'algorithm of the signature', ({ signatureAlgorithm }) => signatureAlgorithm),
    field(whose, 'notbefore', 'str', 'first day', ({ notBefore }) => shortTime(notBefore)),
    field(whose, 'notafter', 'str', 'last day', ({ notAfter }) => shortTime(notAfter)),
    field(whose, 'serial', 'bin', 'serial number', ({ serial }) => magnitude(serial)),
    field(whose, 'version', 'sint', 'version', ({ version }) => version),
  ];
}

/** `YYMMDDhhmmssZ`, whatever the certificate has (manual 7.3.4 `ssl_c_notafter`); HAProxy knows this century only. */
function shortTime(time: string): string | undefined {
  if (/^\d{12}\D/.test(time)) return time;
  return time.startsWith('20') ? time.slice(2) : undefined;
}

const joined = (chain: readonly Buffer[] = []): Buffer | undefined =>
  chain.length === 0 ? undefined : Buffer.concat(chain);

/** How the client's certificate was verified. */
function verification<T extends 'bool' | 'sint'>(
  name: string,
  out: T,
  summary: string,
  read: (facts: TlsFacts) => ValueOf<T & SampleType>,
): FetchDefinition {
  return defineFetch({
    name,
    args: [],
    out: out as 'sint',
    use: USES.clientSession,
    manual: MANUAL,
    summary,
    compile: () => (stream) => {
      const { tls, failure } = stream.session;
      if (tls === undefined) return failure === undefined ? undefined : 0;
      return read(tls) as number;
    },
  });
}

export const certificates = [
  ...WHOSE.flatMap(fieldsOf),
  // OpenSSL does not count a client's own certificate among its chain
  bytes(WHOSE[0], 'chain_der', 'DER of the chain above', ({ session }) => joined(session.tls?.peerChain.slice(1))),
  bytes(WHOSE[2], 'chain_der', 'DER of the chain', ({ serverTls }) => joined(serverTls?.peerChain)),
  verification(
    'ssl_c_used',
    'bool',
    'whether the client showed a certificate',
    ({ peerChain }) => peerChain.length > 0,
  ),
  defineFetch({
    name: 'ssl_c_verify',
    args: [],
    out: 'sint',
    use: USES.clientSession,
    manual: MANUAL,
    summary: 'result of its verification, once the handshake is over',
    compile:
      () =>
      ({ session: { tls, failure } }) =>
        failure === undefined ? tls?.verifyResult : undefined,
  }),
  verification('ssl_c_err', 'sint', 'error of the certificate itself', ({ verifyResult, peerChain }) =>
    isChainError(verifyResult, peerChain.length) ? 0 : verifyResult,
  ),
  verification('ssl_c_ca_err', 'sint', 'error of the certificates above it', ({ verifyResult, peerChain }) =>
    isChainError(verifyResult, peerChain.length) ? verifyResult : 0,
  ),
  defineFetch({
    name: 'ssl_c_ca_err_depth',
    args: [],
    out: 'sint',
    use: USES.clientSession,
    manual: MANUAL,
    summary: 'where in the chain that error is',
    pending: 'Node.js has no X509_STORE_CTX_get_error_depth',
    compile: () => () => undefined,
  }),
];
