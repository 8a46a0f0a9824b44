import { Registry } from '../../base/registry.js';
import type { KeywordFacts } from '../keyword.js';
import { clientVerify, protocols, type TlsCheck, version } from './tls-values.js';

/** A parameter between the brackets of a `crt-list` line (manual 5.1 `crt-list`): it means what it means on a `bind` line. */
export interface CrtListKeyword extends KeywordFacts {
  readonly check?: TlsCheck;
  /** Why it is not acted on. */
  readonly undone?: string;
}

type More = Pick<CrtListKeyword, 'check' | 'undone' | 'since'>;

function keyword(name: string, takes: 0 | 1, summary: string, more: More = {}): CrtListKeyword {
  const effect = more.undone === undefined ? {} : ({ effect: 'served' } as const);
  return { name, manual: '5.1', takes, summary, ...effect, ...more };
}

/** All of them; what a line does not say, the `bind` line does. */
export const crtListKeywords = new Registry<CrtListKeyword>([
  keyword('allow-0rtt', 0, 'early data', { undone: 'Node.js takes no early data: clients send it again' }),
  keyword('alpn', 1, 'protocols offered', { check: protocols }),
  keyword('ca-file', 1, 'who may sign client certificates'),
  keyword('ca-verify-file', 1, 'verifies without being sent to clients'),
  keyword('ciphers', 1, 'ciphers up to TLS 1.2'),
  keyword('ciphersuites', 1, 'ciphers of TLS 1.3'),
  keyword('client-sigalgs', 1, 'signature algorithms of client certificates', {
    since: '2.8',
    undone: 'Node.js has no SSL_CTX_set1_client_sigalgs_list',
  }),
  keyword('crl-file', 1, 'revoked certificates'),
  keyword('curves', 1, 'elliptic curves'),
  keyword('ecdhe', 1, 'curve of ECDHE'),
  keyword('no-alpn', 0, 'offer no protocols', { since: '2.8' }),
  keyword('no-ca-names', 0, 'do not tell clients who may sign', {
    undone: 'Node.js always tells clients the names of the authorities',
  }),
  keyword('npn', 1, 'protocols offered, old way', { undone: 'OpenSSL no longer has NPN; clients use ALPN' }),
  keyword('ocsp-update', 1, 'keep OCSP answers fresh', {
    since: '2.8',
    undone: 'OCSP answers are not fetched: the .ocsp file beside the certificate is sent',
  }),
  keyword('sigalgs', 1, 'signature algorithms', { since: '2.8' }),
  keyword('ssl-max-ver', 1, 'newest version', { check: version }),
  keyword('ssl-min-ver', 1, 'oldest version', { check: version }),
  keyword('verify', 1, 'whether clients need a certificate', { check: clientVerify }),
]);
