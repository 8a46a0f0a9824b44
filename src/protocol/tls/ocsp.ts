import { createHash } from 'node:crypto';
import { type NameEntry, nameEntries, parseCertificate, timeOf } from './certificate.js';
import { oidText, readElement, readElements, Tag, type Element } from './der.js';
import { shortName } from './oids.js';

/** Which certificate an answer is about (RFC 6960 section 4.1.1 CertID). */
export interface CertificateId {
  /** `sha1` */
  readonly hash: string;
  readonly issuerName: Buffer;
  readonly issuerKey: Buffer;
  readonly serial: Buffer;
}

/** What an answer says of one certificate. Times as in certificates. */
export interface SingleResponse {
  readonly id: CertificateId;
  readonly status: 'good' | 'revoked' | 'unknown';
  readonly revoked: { readonly time: string; readonly reason: number | undefined } | undefined;
  readonly thisUpdate: string;
  /** '' = it may change at any time */
  readonly nextUpdate: string;
}

/** An OCSP answer (RFC 6960 section 4.2.1), as far as it is checked and shown. */
export interface OcspResponse {
  /** 0 = successful; otherwise there is nothing else. */
  readonly status: number;
  /** A name, or the hash of a key. */
  readonly responder: readonly NameEntry[] | Buffer;
  readonly producedAt: string;
  readonly responses: readonly SingleResponse[];
  /** `ecdsa-with-SHA256` */
  readonly signatureAlgorithm: string;
  readonly signature: Buffer;
  /** DER */
  readonly certificates: readonly Buffer[];
}

const ENUMERATED = 0x0a;
const GENERALIZED_TIME = 0x18;
const CONTEXT_0 = 0xa0;
const CONTEXT_2 = 0xa2;
const GOOD = 0x80;
const REVOKED = 0xa1;
const UNKNOWN = 0x82;
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const NOTHING = Buffer.alloc(0);

/** @returns undefined when it is none */
export function parseOcspResponse(der: Buffer): OcspResponse | undefined {
  const outer = readElement(der);
  if (outer?.tag !== Tag.Sequence) return undefined;
  const [status, bytes] = readElements(outer.content);
  if (status?.tag !== ENUMERATED || status.content.length !== 1) return undefined;
  if (status.content[0] !== 0) return { ...EMPTY, status: status.content[0] };
  const wrapped = bytes?.tag === CONTEXT_0 ? readElement(bytes.content) : undefined;
  const [type, basic] = wrapped === undefined ? [] : readElements(wrapped.content);
  if (basic?.tag !== Tag.OctetString || oidText(type.content) !== BASIC) return undefined;
  return basicResponse(readElement(basic.content));
}

const EMPTY: Omit<OcspResponse, 'status'> = {
  responder: NOTHING,
  producedAt: '',
  responses: [],
  signatureAlgorithm: '',
  signature: NOTHING,
  certificates: [],
};

function basicResponse(basic: Element | undefined): OcspResponse | undefined {
  const [data, algorithm, signature, certificates] = basic === undefined ? [] : readElements(basic.content);
  if (signature?.tag !== Tag.BitString) return undefined;
  const fields = readElements(data.content);
  if (fields[0]?.tag === CONTEXT_0) fields.shift();
  const [responder, producedAt, list] = fields;
  if (producedAt?.tag !== GENERALIZED_TIME || list?.tag !== Tag.Sequence) return undefined;
  const responses: SingleResponse[] = [];
  for (const element of readElements(list.content)) {
    const single = singleResponse(readElements(element.content));
    if (single === undefined) return undefined;
    responses.push(single);
  }
  const within = readElement(responder.content);
  const chain = certificates?.tag === CONTEXT_0 ? readElement(certificates.content) : undefined;
  return {
    status: 0,
    responder: within === undefined ? NOTHING : responder.tag === CONTEXT_2 ? within.content : nameEntries(within),
    producedAt: producedAt.content.toString('latin1'),
    responses,
    signatureAlgorithm: algorithmOf(algorithm),
    signature: signature.content.subarray(1),
    certificates: chain === undefined ? [] : readElements(chain.content).map(({ whole }) => whole),
  };
}

function certificateId(element: Element | undefined): CertificateId | undefined {
  if (element?.tag !== Tag.Sequence) return undefined;
  const [hash, issuerName, issuerKey, serial] = readElements(element.content);
  if (serial?.tag !== Tag.Integer) return undefined;
  return {
    hash: algorithmOf(hash),
    issuerName: issuerName.content,
    issuerKey: issuerKey.content,
    serial: serial.content,
  };
}

/** What a key of HAProxy stands for. */
export const idOfKey = (key: string): CertificateId | undefined => certificateId(readElement(Buffer.from(key, 'hex')));

function singleResponse([about, status, thisUpdate, next]: readonly Element[]): SingleResponse | undefined {
  if (thisUpdate?.tag !== GENERALIZED_TIME) return undefined;
  const id = certificateId(about);
  const named = NAMES.get(status.tag);
  if (id === undefined || named === undefined) return undefined;
  const nextUpdate = next?.tag === CONTEXT_0 ? readElement(next.content) : undefined;
  return {
    id,
    status: named,
    revoked: named === 'revoked' ? revocation(readElements(status.content)) : undefined,
    thisUpdate: thisUpdate.content.toString('latin1'),
    nextUpdate: nextUpdate?.content.toString('latin1') ?? '',
  };
}

const NAMES = new Map<number, SingleResponse['status']>([
  [GOOD, 'good'],
  [REVOKED, 'revoked'],
  [UNKNOWN, 'unknown'],
]);

function revocation([time, reason]: readonly (Element | undefined)[]): SingleResponse['revoked'] {
  const code = reason?.tag === CONTEXT_0 ? readElement(reason.content)?.content[0] : undefined;
  return { time: time?.content.toString('latin1') ?? '', reason: code };
}

function algorithmOf(identifier: Element | undefined): string {
  const oid = identifier && readElement(identifier.content);
  return oid === undefined ? '' : shortName(oidText(oid.content));
}

// --- which certificate it is for ---

const encode = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
};
/** AlgorithmIdentifier of SHA-1, which HAProxy makes its keys with. */
const SHA1 = Buffer.from('300906052b0e03021a0500', 'hex');

/** HAProxy's key for answers about a certificate: the hexadecimal DER of its id; '' where that cannot be made. */
export function certificateKey(certificate: Buffer, issuer: Buffer): string {
  const parsed = parseCertificate(certificate);
  const key = publicKeyBits(issuer);
  return parsed === undefined || key === undefined ? '' : keyOf(sha1(parsed.issuerDer), sha1(key), parsed.serial);
}

/** The key that an answer belongs to. */
export const responseKey = ({ issuerName, issuerKey, serial }: CertificateId): string =>
  keyOf(issuerName, issuerKey, serial);

const keyOf = (name: Buffer, key: Buffer, serial: Buffer): string =>
  encode(
    Tag.Sequence,
    SHA1,
    encode(Tag.OctetString, name),
    encode(Tag.OctetString, key),
    encode(Tag.Integer, serial),
  ).toString('hex');

const sha1 = (bytes: Buffer): Buffer => createHash('sha1').update(bytes).digest();

/** The bits of a certificate's public key, without its algorithm. */
function publicKeyBits(certificate: Buffer): Buffer | undefined {
  const body = readElement(readElement(certificate)?.content ?? NOTHING);
  const fields = body === undefined ? [] : readElements(body.content);
  if (fields[0]?.tag === CONTEXT_0) fields.shift();
  const [, bits] = fields.length < 6 ? [] : readElements(fields[5].content);
  return bits?.tag === Tag.BitString ? bits.content.subarray(1) : undefined;
}

// --- whether it may be used ---

/** Clocks may differ so much, ms. */
const SKEW = 300_000;

/**
 * HAProxy's complaint, without its end.
 * @param key of the certificate that it should be about; undefined = any
 */
export function ocspProblem(
  response: OcspResponse | undefined,
  key: string | undefined,
  now: number,
): string | undefined {
  if (response === undefined) return 'Unable to parse OCSP response';
  if (response.status !== 0) return 'OCSP response status not successful';
  const [single, ...more] = response.responses;
  if (more.length > 0) {
    return `OCSP response ignored because contains multiple single responses (${response.responses.length})`;
  }
  if (single === undefined) return 'Failed to get OCSP single response';
  if (single.status === 'unknown') return 'OCSP single response: certificate status is unknown';
  if (single.nextUpdate === '') return 'OCSP single response: missing nextupdate';
  if (timeOf(single.thisUpdate) > now + SKEW || timeOf(single.nextUpdate) < now - SKEW) {
    return 'OCSP single response: no longer valid.';
  }
  if (key !== undefined && responseKey(single.id) !== key) {
    return 'OCSP single response: Certificate ID does not match certificate and issuer';
  }
  return undefined;
}

/** Until when it may be sent to clients, ms since the epoch. */
export const ocspExpiry = ({ responses: [single] }: OcspResponse): number => timeOf(single.nextUpdate) - SKEW;
