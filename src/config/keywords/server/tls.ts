import { protocols, version } from '../tls-values.js';
import { serverFlag, serverTls, serverValue, type ServerParameter } from './define.js';

const RENEGOTIATION = 'OpenSSL decides about it: TLS 1.3 has none';

/** TLS to servers (manual 5.2); what the parameters mean is in state/tls. */
export const serverTlsParameters: readonly ServerParameter[] = [
  serverFlag('ssl', 'TLS to the server', (server) => {
    server.ssl = true;
    server.noSsl = false;
  }),
  serverFlag('no-ssl', "undoes 'ssl' of a default-server line", (server) => {
    server.ssl = false;
    server.noSsl = true;
  }),
  serverFlag('check-ssl', 'TLS for health checks', (server) => {
    server.checkSsl = true;
    server.noCheckSsl = false;
  }),
  serverFlag('no-check-ssl', "undoes 'check-ssl', and keeps checks plain", (server) => {
    server.checkSsl = false;
    server.noCheckSsl = true;
  }),
  serverTls('allow-0rtt', 0, 'early data', { undone: ['Node.js sends no early data', 'served'] }),
  serverTls('alpn', 1, 'protocols offered', { check: protocols }),
  serverTls('ca-file', 1, 'who may sign server certificates'),
  serverTls('check-alpn', 1, 'protocols offered by health checks', { check: protocols }),
  serverTls('check-sni', 1, 'name sent by health checks'),
  serverTls('check-sni-auto', 0, 'name sent by health checks, from the check', { since: '3.3' }),
  serverTls('ciphers', 1, 'ciphers up to TLS 1.2'),
  serverTls('ciphersuites', 1, 'ciphers of TLS 1.3'),
  serverTls('client-sigalgs', 1, 'signature algorithms of the client certificate', {
    since: '2.8',
    undone: ["Node.js has no SSL_CTX_set1_client_sigalgs_list: OpenSSL's own list applies", 'served'],
  }),
  serverTls('crl-file', 1, 'revoked certificates'),
  serverTls('crt', 1, 'client certificate and key'),
  serverTls('curves', 1, 'elliptic curves', { since: '2.8' }),
  serverTls('force-sslv3', 0, 'SSL 3 only'),
  serverTls('force-tlsv10', 0, 'TLS 1.0 only'),
  serverTls('force-tlsv11', 0, 'TLS 1.1 only'),
  serverTls('force-tlsv12', 0, 'TLS 1.2 only'),
  serverTls('force-tlsv13', 0, 'TLS 1.3 only'),
  serverTls('ktls', 1, 'TLS in the kernel', { since: '3.3', undone: ['Node.js encrypts by itself', 'served'] }),
  serverTls('no-check-sni-auto', 0, "undoes 'check-sni-auto'", { since: '3.3' }),
  serverTls('no-renegotiate', 0, 'refuse renegotiation', { since: '3.2', undone: [RENEGOTIATION, 'served'] }),
  serverTls('no-sni-auto', 0, "undoes 'sni-auto'", { since: '3.3' }),
  serverTls('no-ssl-reuse', 0, 'a full handshake each time'),
  serverTls('no-sslv3', 0, 'not SSL 3'),
  serverTls('no-tls-tickets', 0, 'no stateless session tickets'),
  serverTls('no-tlsv10', 0, 'not TLS 1.0'),
  serverTls('no-tlsv11', 0, 'not TLS 1.1'),
  serverTls('no-tlsv12', 0, 'not TLS 1.2'),
  serverTls('no-tlsv13', 0, 'not TLS 1.3'),
  serverTls('npn', 1, 'protocols offered, old way', {
    undone: ['OpenSSL no longer has NPN; servers use ALPN', 'served'],
  }),
  serverTls('renegotiate', 0, 'allow renegotiation', { since: '3.2', undone: [RENEGOTIATION, 'served'] }),
  serverTls('sigalgs', 1, 'signature algorithms', { since: '2.8' }),
  serverTls('sni', 1, 'name sent to the server'),
  serverTls('sni-auto', 0, 'name sent to the server, from the Host header', { since: '3.3' }),
  serverTls('ssl-max-ver', 1, 'newest version', { check: version }),
  serverTls('ssl-min-ver', 1, 'oldest version', { check: version }),
  serverTls('ssl-reuse', 0, "undoes 'no-ssl-reuse'"),
  serverTls('tls-tickets', 0, "undoes 'no-tls-tickets'"),
  serverValue('verify', "whether the server's certificate is verified", (server, word, words) => {
    if (word.text !== 'none' && word.text !== 'required') {
      words.fail(`'verify' : unknown verify method '${word.text}', only 'none' and 'required' are supported.`, word);
    }
    server.tls.push({ keyword: words.peek(-2) ?? word, value: word });
  }),
  serverTls('verifyhost', 1, 'name that the certificate must have'),
  serverTls('no-verifyhost', 0, "undoes 'verifyhost'"),
];
