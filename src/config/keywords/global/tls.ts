import type { GlobalKeyword } from '../../keyword.js';
import { required } from '../values.js';
import { globalKeyword, globalServed } from './define.js';

const NO_TLS = 'TLS is not spoken yet';

/** A TLS default. `bind … ssl` and `server … ssl` say themselves that there is no TLS; these change nothing alone. */
function tlsDefault(name: string, expects: string, since?: string): GlobalKeyword {
  return globalKeyword({
    name,
    summary: 'a default of TLS',
    ...(since === undefined ? {} : { since }),
    parse(words, _global, context) {
      required(words, `global statement '${name}' expects ${expects} as an argument.`);
      words.rest();
      context.notDone(words.keyword, name, NO_TLS, 'served');
    },
  });
}

const CIPHERS = 'a cipher suite';
const OPTIONS = 'an option';
const CURVES = 'curves suite';
const SIGALGS = 'sigalgs';

/** What concerns TLS everywhere (manual 3.1). */
export const tlsKeywords: readonly GlobalKeyword[] = [
  tlsDefault('ca-base', 'a directory path'),
  tlsDefault('crt-base', 'a directory path'),
  tlsDefault('key-base', 'a directory path', '3.0'),
  tlsDefault('issuers-chain-path', 'a directory path'),
  tlsDefault('ssl-default-bind-ciphers', CIPHERS),
  tlsDefault('ssl-default-bind-ciphersuites', CIPHERS),
  tlsDefault('ssl-default-bind-client-sigalgs', SIGALGS, '2.8'),
  tlsDefault('ssl-default-bind-curves', CURVES),
  tlsDefault('ssl-default-bind-options', OPTIONS),
  tlsDefault('ssl-default-bind-sigalgs', SIGALGS, '2.8'),
  tlsDefault('ssl-default-server-ciphers', CIPHERS),
  tlsDefault('ssl-default-server-ciphersuites', CIPHERS),
  tlsDefault('ssl-default-server-client-sigalgs', SIGALGS, '2.8'),
  tlsDefault('ssl-default-server-curves', CURVES, '2.8'),
  tlsDefault('ssl-default-server-options', OPTIONS),
  tlsDefault('ssl-default-server-sigalgs', SIGALGS, '2.8'),
  tlsDefault('ssl-dh-param-file', 'a file path'),
  tlsDefault('ssl-engine', 'an engine identifier'),
  tlsDefault('ssl-load-extra-files', 'none, all, bundle, sctl, ocsp or issuer'),
  tlsDefault('ssl-passphrase-cmd', 'a command', '3.3'),
  tlsDefault('ssl-propquery', 'a property query'),
  tlsDefault('ssl-provider', 'a provider'),
  tlsDefault('ssl-provider-path', 'a directory path'),
  tlsDefault('ssl-security-level', 'a number from 0 to 5', '3.0'),
  globalKeyword({
    name: 'ssl-server-verify',
    summary: 'whether server certificates are verified by default',
    parse(words, _global, context) {
      const word = words.peek();
      if (!words.take('none') && !words.take('required')) {
        words.fail("'ssl-server-verify' expects 'none' or 'required' as argument.", word ?? words.endSpan);
      }
      context.notDone(words.keyword, 'ssl-server-verify', NO_TLS, 'served');
    },
  }),
  globalServed('ssl-load-extra-del-ext', 0, NO_TLS),
  globalServed('ssl-mode-async', 0, NO_TLS),
  globalServed('ssl-skip-self-issued-ca', 0, NO_TLS),
  globalServed('acme.scheduler', 1, NO_TLS, { since: '3.2' }),
  globalServed('jwt.decrypt_alg_list', 1, 'tokens are not decrypted', { since: '3.4' }),
  globalServed('jwt.decrypt_enc_list', 1, 'tokens are not decrypted', { since: '3.4' }),
  ...[
    'ocsp-update.disable',
    'ocsp-update.httpproxy',
    'ocsp-update.maxdelay',
    'ocsp-update.mindelay',
    'ocsp-update.mode',
  ].map((name) => globalServed(name, 1, NO_TLS, { since: '2.8' })),
];
