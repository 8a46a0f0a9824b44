import type { NameEntry } from '../protocol/tls/certificate.js';
import type { CertificateId, OcspResponse, SingleResponse } from '../protocol/tls/ocsp.js';
import { date, hex, LONG_NAMES } from './certificate-text.js';

/** OCSP answers as OpenSSL prints them; of the certificates within only the PEM is shown. */

const STATUSES = ['successful', 'malformedrequest', 'internalerror', 'trylater', '', 'sigrequired', 'unauthorized'];
const REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  '',
  'removeFromCRL',
];
const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Fingerprints and the like: all their bytes. */
const allHex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();

export function responseText(response: OcspResponse | undefined): string {
  if (response === undefined) return '';
  const { status, responses, certificates } = response;
  const head = [
    'OCSP Response Data:',
    `    OCSP Response Status: ${STATUSES[status] ?? ''} (0x${status.toString(16)})`,
  ];
  if (status !== 0) return `${head.join('\n')}\n`;
  return [
    ...head,
    '    Response Type: Basic OCSP Response',
    '    Version: 1 (0x0)',
    `    Responder Id: ${responder(response.responder)}`,
    `    Produced At: ${date(response.producedAt)}`,
    '    Responses:',
    ...responses.flatMap(singleLines),
    `    Signature Algorithm: ${LONG_NAMES[response.signatureAlgorithm] ?? response.signatureAlgorithm}`,
    '    Signature Value:',
    ...signatureLines(response.signature),
    ...certificates.map(pem),
    '',
  ].join('\n');
}

/** `C = FR, CN = ocsp.test`, or the hash of a key. */
const responder = (id: readonly NameEntry[] | Buffer): string =>
  Buffer.isBuffer(id) ? allHex(id) : id.map(({ type, value }) => `${type} = ${value}`).join(', ');

function singleLines({ id, status, revoked, thisUpdate, nextUpdate }: SingleResponse): string[] {
  const lines = [...idLines(id, '    ', true), `    Cert Status: ${status}`];
  if (revoked !== undefined) {
    lines.push(`    Revocation Time: ${date(revoked.time)}`);
    const { reason } = revoked;
    if (reason !== undefined) lines.push(`    Revocation Reason: ${REASONS[reason] ?? ''} (0x${reason.toString(16)})`);
  }
  lines.push(`    This Update: ${date(thisUpdate)}`);
  if (nextUpdate !== '') lines.push(`    Next Update: ${date(nextUpdate)}`);
  // a line without anything would end the answer
  return [...lines, ' '];
}

export function idLines(
  { hash, issuerName, issuerKey, serial }: CertificateId,
  indent: string,
  whole = false,
): string[] {
  return [
    `${indent}Certificate ID:`,
    ...(whole ? [`${indent}  Hash Algorithm: ${HASHES[hash] ?? hash}`] : []),
    `${indent}  Issuer Name Hash: ${allHex(issuerName)}`,
    `${indent}  Issuer Key Hash: ${allHex(issuerKey)}`,
    `${indent}  Serial Number: ${hex(serial)}`,
  ];
}

function signatureLines(signature: Buffer): string[] {
  const bytes = Array.from(signature, (byte) => byte.toString(16).padStart(2, '0'));
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 18) lines.push(`        ${bytes.slice(at, at + 18).join(':')}`);
  return lines.map((line, at) => (at < lines.length - 1 ? `${line}:` : line));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}
