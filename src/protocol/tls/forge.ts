import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { readElement, readElements, Tag } from './der.js';

/** Who signs certificates that are made as they are asked for (`ca-sign-file`). */
export interface Signer {
  /** Its certificate, DER. */
  readonly certificate: Buffer;
  readonly key: KeyObject;
}

const CONTEXT_0 = 0xa0;
const CONTEXT_3 = 0xa3;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** keyIdentifier and dNSName, each the choice of its kind. */
const KEY_ID = 0x80;
const DNS_NAME = 0x82;

const OID = {
  commonName: '550403',
  subjectKeyId: '551d0e',
  keyUsage: '551d0f',
  alternativeName: '551d11',
  basicConstraints: '551d13',
  authorityKeyId: '551d23',
} as const;

/** AlgorithmIdentifiers by the signer's kind of key (RFC 4055, 5758, 8410), with the digest. */
const ALGORITHMS: Readonly<Record<string, readonly [identifier: string, digest: string | null]>> = {
  rsa: ['300d06092a864886f70d01010b0500', 'sha256'],
  ec: ['300a06082a8648ce3d040302', 'sha256'],
  ed25519: ['300506032b6570', null],
};

/** As X.509 has it for a common name (RFC 5280 appendix A, ub-common-name). */
const LONGEST_NAME = 64;
const DAY = 86_400_000;

/** One element of DER. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(Tag.Sequence, ...contents);
const oid = (hex: string): Buffer => der(Tag.Oid, Buffer.from(hex, 'hex'));
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(Tag.OctetString, value));

/** Can it sign at all? */
export const canSign = ({ key }: Signer): boolean => Object.hasOwn(ALGORITHMS, key.asymmetricKeyType ?? '');

/**
 * A certificate for a name (RFC 5280 section 4.1), with the fields of HAProxy's (manual 5.1 `generate-certificates`).
 * @param key whose public half it is about
 * @returns DER; undefined when there can be none for this name
 */
export function forgeCertificate(name: string, signer: Signer, key: KeyObject, now: number): Buffer | undefined {
  if (name.length > LONGEST_NAME || !/^[\x21-\x7e]+$/.test(name)) return undefined;
  const [identifier, digest] = ALGORITHMS[signer.key.asymmetricKeyType ?? ''];
  const algorithm = Buffer.from(identifier, 'hex');
  const issuer = subjectOf(signer.certificate);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const common = der(Tag.Set, sequence(oid(OID.commonName), der(UTF8_STRING, Buffer.from(name, 'latin1'))));
  const serial = randomBytes(16);
  // positive, and not longer than it need be
  serial[0] = (serial[0] & 0x3f) | 0x40;
  const body = sequence(
    der(CONTEXT_0, der(Tag.Integer, Buffer.from([2]))),
    der(Tag.Integer, serial),
    algorithm,
    issuer,
    sequence(time(now - DAY), time(now + 365 * DAY)),
    sequence(readElement(issuer)?.content ?? issuer, common),
    publicKey,
    der(
      CONTEXT_3,
      sequence(
        extension(OID.basicConstraints, sequence()),
        extension(OID.subjectKeyId, der(Tag.OctetString, keyId(publicKey))),
        extension(OID.authorityKeyId, sequence(der(KEY_ID, keyId(publicKeyOf(signer.certificate))))),
        // digitalSignature, nonRepudiation, keyEncipherment
        extension(OID.keyUsage, der(Tag.BitString, Buffer.from([5, 0xe0]))),
        extension(OID.alternativeName, sequence(der(DNS_NAME, Buffer.from(name, 'latin1')))),
      ),
    ),
  );
  const signature = sign(digest, body, signer.key);
  return sequence(body, algorithm, der(Tag.BitString, Buffer.from([0]), signature));
}

/** UTCTime until 2049, then GeneralizedTime (RFC 5280 section 4.1.2.5). */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return text < '2050' ? der(UTC_TIME, Buffer.from(text.slice(2))) : der(GENERALIZED_TIME, Buffer.from(text));
}

/** The fields of a certificate from the serial number on. */
function fieldsOf(certificate: Buffer): Buffer[] {
  const body = readElement(readElement(certificate)?.content ?? certificate);
  const fields = body === undefined ? [] : readElements(body.content);
  return (fields[0]?.tag === CONTEXT_0 ? fields.slice(1) : fields).map(({ whole }) => whole);
}

const subjectOf = (certificate: Buffer): Buffer => fieldsOf(certificate)[4];
const publicKeyOf = (certificate: Buffer): Buffer => fieldsOf(certificate)[5];

/** SHA-1 of the key's bits, as usual (RFC 5280 section 4.2.1.2). */
function keyId(publicKey: Buffer): Buffer {
  const [, bits] = readElements(readElement(publicKey)?.content ?? publicKey);
  return createHash('sha1').update(bits.content.subarray(1)).digest();
}
