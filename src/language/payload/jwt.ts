import {
  constants,
  createHmac,
  createPublicKey,
  timingSafeEqual,
  verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';

/** JSON Web Tokens that are signed, in their compact form: three parts in base64url (RFC 7515 section 7.1). */

/** What `jwt_verify` answers beside 0 and 1 (manual 7.3.1). */
export const enum JwtResult {
  Failure = 0,
  Success = 1,
  UnknownAlgorithm = -1,
  UnmanagedAlgorithm = -2,
  InvalidToken = -3,
  UnknownKey = -5,
}

interface Algorithm {
  readonly family: 'HS' | 'RS' | 'ES' | 'PS' | 'none';
  readonly digest: string;
}

/** An algorithm of RFC 7518 section 3.1 by its name. */
export function findJwtAlgorithm(name: string): Algorithm | undefined {
  if (name === 'none') return { family: 'none', digest: '' };
  const parts = /^(HS|RS|ES|PS)(256|384|512)$/.exec(name);
  return parts === null ? undefined : { family: parts[1] as Algorithm['family'], digest: `sha${parts[2]}` };
}

/** A key or certificate in PEM. @throws Error when it is none */
export function readPublicKey(pem: string): KeyObject {
  return pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
}

const CURVES: Readonly<Record<string, number | undefined>> = { prime256v1: 32, secp384r1: 48, secp521r1: 66 };

const BASE64URL = /^[A-Za-z0-9_-]*$/;

function decode(part: string): Buffer | undefined {
  return BASE64URL.test(part) && part.length % 4 !== 1 ? Buffer.from(part, 'base64url') : undefined;
}

/** Header (0) or payload (1) as text, whatever follows; undefined when it is not there. */
export function jwtPart(token: string, index: 0 | 1): string | undefined {
  const part: string | undefined = token.split('.', 2)[index];
  return part === undefined ? undefined : decode(part)?.toString('latin1');
}

/**
 * Verifies a token's signature, and nothing else.
 * @param key a secret for the HMAC family, else a key; undefined = unknown
 */
export function verifyJwt(
  token: string,
  { family, digest }: Algorithm,
  key: string | KeyObject | undefined,
): JwtResult {
  const end = token.lastIndexOf('.');
  const parts = token.split('.');
  if (parts.length !== 3 || parts[0] === '' || parts[1] === '') return JwtResult.InvalidToken;
  if (family === 'none') return parts[2] === '' ? JwtResult.Success : JwtResult.Failure;
  const signature = decode(parts[2]);
  if (signature === undefined || signature.length === 0) return JwtResult.InvalidToken;
  const signed = Buffer.from(token.slice(0, end), 'latin1');
  if (family === 'HS') {
    if (typeof key !== 'string') return JwtResult.UnknownKey;
    const own = createHmac(digest, Buffer.from(key, 'latin1')).update(signed).digest();
    return own.length === signature.length && timingSafeEqual(own, signature) ? JwtResult.Success : JwtResult.Failure;
  }
  if (key === undefined || typeof key === 'string') return JwtResult.UnknownKey;
  // Both numbers of such a signature are as long as the curve's (RFC 7518 section 3.4).
  const bytes = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (family === 'ES' && bytes !== undefined && signature.length !== 2 * bytes) return JwtResult.InvalidToken;
  return verifyWith(key, family, digest, signed, signature) ? JwtResult.Success : JwtResult.Failure;
}

function verifyWith(
  key: KeyObject,
  family: 'RS' | 'ES' | 'PS',
  digest: string,
  signed: Buffer,
  signature: Buffer,
): boolean {
  // A key of another kind than the algorithm's proves nothing.
  if ((key.asymmetricKeyType === 'ec') !== (family === 'ES')) return false;
  try {
    if (family === 'ES') return verify(digest, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    if (family === 'RS') return verify(digest, signed, key, signature);
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return verify(digest, signed, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, signature);
  } catch {
    return false;
  }
}
