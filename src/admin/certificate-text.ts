import { X509Certificate } from 'node:crypto';
import type { NameEntry } from '../protocol/tls/certificate.js';
import { derOfPem } from '../state/tls/files.js';
import { parseCertificate, timeOf } from '../protocol/tls/certificate.js';
import type { RevocationList } from '../protocol/tls/crl.js';

/** Certificates and lists of revoked ones as `show ssl cert`, `show ssl ca-file` and `show ssl crl-file` print them. */

/** @param pem begins with the certificate */
export function certificateLines(pem: string): string[] {
  const x509 = new X509Certificate(pem);
  const certificate = parseCertificate(x509.raw);
  return [
    `Serial: ${certificate === undefined ? x509.serialNumber : hex(certificate.serial)}`,
    `notBefore: ${x509.validFrom}`,
    `notAfter: ${x509.validTo}`,
    `Subject Alternative Name: ${x509.subjectAltName ?? ''}`,
    `Algorithm: ${algorithm(x509)}`,
    `SHA1 FingerPrint: ${x509.fingerprint.replaceAll(':', '')}`,
    `Subject: ${oneLine(certificate?.subject ?? [])}`,
    `Issuer: ${oneLine(certificate?.issuer ?? [])}`,
  ];
}

/** Those behind the first of a PEM text. */
export function chainLines(pem: string): string[] {
  const above = pem.split(/(?<=-----END [A-Z0-9 ]+-----\n)/).slice(1);
  return above.flatMap((text) => {
    const certificate = text.trim() === '' ? undefined : parseCertificate(derOfPem(text));
    return certificate === undefined
      ? []
      : [`Chain Subject: ${oneLine(certificate.subject)}`, `Chain Issuer: ${oneLine(certificate.issuer)}`];
  });
}

/** The number without the byte that keeps it positive. */
export const hex = (serial: Buffer): string =>
  serial
    .subarray(serial.length > 1 && serial[0] === 0 ? 1 : 0)
    .toString('hex')
    .toUpperCase();

const oneLine = (name: readonly NameEntry[]): string => name.map(({ type, value }) => `/${type}=${value}`).join('');

const CURVE_BITS: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

/** `RSA2048`, `EC256` */
function algorithm({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === 'rsa') return `RSA${modulusLength}`;
  if (publicKey.asymmetricKeyType === 'ec') return `EC${CURVE_BITS[namedCurve] ?? ''}`;
  return publicKey.asymmetricKeyType?.toUpperCase() ?? '';
}

export function revocationLines(list: RevocationList): string[] {
  const lines = [
    `Version ${list.version}`,
    `Signature Algorithm: ${LONG_NAMES[list.signatureAlgorithm] ?? list.signatureAlgorithm}`,
    `Issuer: ${oneLine(list.issuer)}`,
    `Last Update: ${date(list.lastUpdate)}`,
    `Next Update: ${date(list.nextUpdate)}`,
  ];
  if (list.revoked.length === 0) return [...lines, 'No Revoked Certificates.'];
  lines.push('Revoked Certificates:');
  for (const { serial, date: revoked } of list.revoked) {
    lines.push(`    Serial Number: ${hex(serial)}`, `        Revocation Date: ${date(revoked)}`);
  }
  return lines;
}

/** OpenSSL's long names of what has another short one. */
export const LONG_NAMES: Readonly<Record<string, string>> = {
  'RSA-SHA1': 'sha1WithRSAEncryption',
  'RSA-SHA256': 'sha256WithRSAEncryption',
  'RSA-SHA384': 'sha384WithRSAEncryption',
  'RSA-SHA512': 'sha512WithRSAEncryption',
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Apr 23 14:45:16 2021 GMT` */
export function date(time: string): string {
  const at = new Date(timeOf(time));
  if (Number.isNaN(at.getTime())) return '';
  const day = String(at.getUTCDate()).padStart(2);
  return `${MONTHS[at.getUTCMonth()]} ${day} ${at.toISOString().slice(11, 19)} ${at.getUTCFullYear()} GMT`;
}
