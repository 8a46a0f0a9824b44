import { X509Certificate } from 'node:crypto';
import type { ClientTls } from '../core/proxy-header.js';
import type { TlsFacts } from '../core/tls-facts.js';
import { parseCertificate } from '../protocol/tls/certificate.js';

/** What a PROXY header may tell of a client's TLS. Certificates are looked at only when it is asked for. */
export function clientTls(facts: TlsFacts): ClientTls {
  const { version, cipher, peerChain, resumed, verifyResult } = facts;
  const certificate = peerChain.at(0);
  return {
    version,
    cipher,
    certificate: certificate !== undefined,
    resumed,
    verify: certificate === undefined ? 0 : verifyResult,
    commonName: () => (certificate === undefined ? '' : commonName(certificate)),
    keyAlgorithm: () => (facts.ownCertificate === undefined ? '' : keyAlgorithm(facts.ownCertificate)),
    signatureAlgorithm() {
      const { ownCertificate } = facts;
      return ownCertificate === undefined ? '' : (parseCertificate(ownCertificate)?.signatureAlgorithm ?? '');
    },
  };
}

const commonName = (certificate: Buffer): string =>
  parseCertificate(certificate)?.subject.find(({ type }) => type === 'CN')?.value ?? '';

/** `RSA2048`, `EC256`: HAProxy has no name for other kinds. */
function keyAlgorithm(certificate: Buffer): string {
  const { asymmetricKeyType, asymmetricKeyDetails: details } = new X509Certificate(certificate).publicKey;
  switch (asymmetricKeyType) {
    case 'rsa':
      return `RSA${details?.modulusLength ?? ''}`;
    case 'dsa':
      return `DSA${details?.modulusLength ?? ''}`;
    case 'ec':
      return `EC${/\d{3}/.exec(details?.namedCurve ?? '')?.[0] ?? ''}`;
    default:
      return '';
  }
}
