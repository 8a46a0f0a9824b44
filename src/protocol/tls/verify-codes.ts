const NO_LOCAL_ISSUER = 20;
const CANNOT_VERIFY_LEAF = 21;

/** X509_V_ERR_* numbers by the names that Node gives to `authorizationError` (OpenSSL's x509_vfy.h). */
const CODES: Readonly<Record<string, number>> = {
  UNSPECIFIED: 1,
  UNABLE_TO_GET_ISSUER_CERT: 2,
  UNABLE_TO_GET_CRL: 3,
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 4,
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: 5,
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 6,
  CERT_SIGNATURE_FAILURE: 7,
  CRL_SIGNATURE_FAILURE: 8,
  CERT_NOT_YET_VALID: 9,
  CERT_HAS_EXPIRED: 10,
  CRL_NOT_YET_VALID: 11,
  CRL_HAS_EXPIRED: 12,
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 13,
  ERROR_IN_CERT_NOT_AFTER_FIELD: 14,
  ERROR_IN_CRL_LAST_UPDATE_FIELD: 15,
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: 16,
  OUT_OF_MEM: 17,
  DEPTH_ZERO_SELF_SIGNED_CERT: 18,
  SELF_SIGNED_CERT_IN_CHAIN: 19,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 20,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 21,
  CERT_CHAIN_TOO_LONG: 22,
  CERT_REVOKED: 23,
  INVALID_CA: 24,
  PATH_LENGTH_EXCEEDED: 25,
  INVALID_PURPOSE: 26,
  CERT_UNTRUSTED: 27,
  CERT_REJECTED: 28,
  HOSTNAME_MISMATCH: 62,
};

/** @param code of an error of `verifyError()`; unknown ones count as X509_V_ERR_UNSPECIFIED */
export function verifyNumber(code: string): number {
  const result = CODES[code] ?? 1;
  // OpenSSL goes on after a missing issuer, which is what HAProxy stops at
  return result === CANNOT_VERIFY_LEAF ? NO_LOCAL_ISSUER : result;
}

/** Errors that can only be about certificates above the peer's own. */
const CHAIN_ERRORS = new Set([2, 19, 22, 24, 25]);

/**
 * Whether it is an error at a depth above 0. Node does not tell the depth: an issuer that is not found is missing above
 * the last certificate that was sent.
 * @param chainLength certificates that the peer sent
 */
export function isChainError(result: number, chainLength: number): boolean {
  return CHAIN_ERRORS.has(result) || (result === NO_LOCAL_ISSUER && chainLength > 1);
}
