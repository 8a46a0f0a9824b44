import { clientVerify, errorIds, oneOf, protocols, version } from '../tls-values.js';
import { bindFlag, bindTls, type BindParameter } from './define.js';

const PREFERENCE = "the server's order applies unless 'prefer-client-ciphers' is set";

/** TLS on `bind` lines (manual 5.1); what they mean is in state/tls. */
export const bindTlsParameters: readonly BindParameter[] = [
  bindFlag({ name: 'ssl', summary: 'TLS from the clients' }, (bind) => {
    bind.ssl = true;
  }),
  bindTls('allow-0rtt', 0, 'early data', { undone: ['Node.js takes no early data: clients send it again', 'served'] }),
  bindTls('alpn', 1, 'protocols offered', {
    missing: 'missing the comma-delimited ALPN protocol suite',
    check: protocols,
  }),
  bindTls('ca-file', 1, 'who may sign client certificates', { missing: 'missing CAfile path' }),
  bindTls('ca-ignore-err', 1, 'errors of certificate authorities to overlook', {
    missing: 'missing error IDs list',
    check: errorIds,
  }),
  bindTls('ca-sign-file', 1, 'signs generated certificates', { missing: 'missing CAfile path' }),
  bindTls('ca-sign-pass', 1, 'password of ca-sign-file', { missing: 'missing CAkey password' }),
  bindTls('ca-verify-file', 1, 'verifies without being sent to clients', { missing: 'missing CAfile path' }),
  bindTls('ciphers', 1, 'ciphers up to TLS 1.2', { missing: 'missing cipher suite' }),
  bindTls('ciphersuites', 1, 'ciphers of TLS 1.3', { missing: 'missing cipher suite' }),
  bindTls('client-sigalgs', 1, 'signature algorithms of client certificates', {
    since: '2.8',
    undone: ["Node.js has no SSL_CTX_set1_client_sigalgs_list: OpenSSL's own list applies", 'served'],
  }),
  bindTls('crl-file', 1, 'revoked certificates', { missing: 'missing CRLfile path' }),
  bindTls('crt', 1, 'certificate and key', { missing: 'missing certificate location' }),
  bindTls('crt-ignore-err', 1, 'certificate errors to overlook', {
    missing: 'missing error IDs list',
    check: errorIds,
  }),
  bindTls('crt-list', 1, 'list of certificates with their names', { missing: 'missing certificate location' }),
  bindTls('curves', 1, 'elliptic curves', { missing: 'missing curve suite' }),
  bindTls('default-crt', 1, 'certificate for unknown names', { since: '3.0', missing: 'missing certificate location' }),
  bindTls('ech', 1, 'encrypted client hello', {
    since: '3.3',
    undone: ['Node.js cannot decrypt hellos: clients send theirs in the clear', 'served'],
  }),
  bindTls('ecdhe', 1, 'curve of ECDHE', { missing: 'missing named curve' }),
  bindTls('force-sslv3', 0, 'SSL 3 only'),
  bindTls('force-tlsv10', 0, 'TLS 1.0 only'),
  bindTls('force-tlsv11', 0, 'TLS 1.1 only'),
  bindTls('force-tlsv12', 0, 'TLS 1.2 only'),
  bindTls('force-tlsv13', 0, 'TLS 1.3 only'),
  bindTls('generate-certificates', 0, 'make certificates as they are asked for'),
  bindTls('ktls', 1, 'TLS in the kernel', { since: '3.3', undone: ['Node.js encrypts by itself', 'served'] }),
  bindTls('no-alpn', 0, 'offer no protocols', { since: '2.8' }),
  bindTls('no-ca-names', 0, 'do not tell clients who may sign', {
    undone: ['Node.js always tells clients the names of the authorities', 'served'],
  }),
  bindTls('no-sslv3', 0, 'not SSL 3'),
  bindTls('no-strict-sni', 0, 'undoes strict-sni', { since: '3.1' }),
  bindTls('no-tls-tickets', 0, 'no stateless session tickets'),
  bindTls('no-tlsv10', 0, 'not TLS 1.0'),
  bindTls('no-tlsv11', 0, 'not TLS 1.1'),
  bindTls('no-tlsv12', 0, 'not TLS 1.2'),
  bindTls('no-tlsv13', 0, 'not TLS 1.3'),
  bindTls('npn', 1, 'protocols offered, old way', {
    missing: 'missing the comma-delimited NPN protocol suite',
    undone: ['OpenSSL no longer has NPN; clients use ALPN', 'served'],
  }),
  bindTls('ocsp-update', 1, 'keep OCSP answers fresh', {
    since: '2.8',
    check: oneOf(['on', 'off'], (got) => `'ocsp-update' : expects 'on' or 'off', found '${got}'`),
    undone: ['OCSP answers are not fetched: the .ocsp file beside the certificate is sent', 'served'],
  }),
  bindTls('prefer-client-ciphers', 0, "the client's order of ciphers"),
  bindTls('prefer-server-ciphers', 0, "the server's order of ciphers", { undone: [PREFERENCE, 'served'] }),
  bindTls('sigalgs', 1, 'signature algorithms', { since: '2.8' }),
  bindTls('ssl-max-ver', 1, 'newest version', { missing: 'missing version', check: version }),
  bindTls('ssl-min-ver', 1, 'oldest version', { missing: 'missing version', check: version }),
  bindTls('strict-sni', 0, 'refuse unknown names'),
  bindTls('tls-ticket-keys', 1, 'keys of session tickets', { missing: 'missing TLS ticket keys file path' }),
  bindTls('tls-tickets', 0, 'undoes no-tls-tickets', { since: '3.1' }),
  bindTls('verify', 1, 'whether clients need a certificate', { missing: 'missing verify method', check: clientVerify }),
];
