import type { Cursor, Word } from '../cursor.js';

/** Looks at the value of a TLS parameter. @throws ConfigError by `words.fail` */
export type TlsCheck = (value: Word, words: Cursor, name: string) => void;

/** Versions in order, as `ssl-min-ver` names them. */
export const TLS_VERSIONS = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

export const version: TlsCheck = (value, words) => {
  if (!TLS_VERSIONS.some((known) => known === value.text)) {
    words.fail(`'${value.text}' : unknown ssl/tls version`, value, `known are ${TLS_VERSIONS.join(', ')}`);
  }
};

/** X509_V_ERR_* numbers end here in OpenSSL 3. */
const LAST_ERROR = 94;

/** `all`, or numbers of X509_V_ERR_* separated by commas. */
export const errorIds: TlsCheck = (value, words, name) => {
  if (value.text === 'all') return;
  for (const id of value.text.split(',')) {
    const number = /^\d+$/.test(id) ? Number(id) : 0;
    if (number >= 1 && number <= LAST_ERROR) continue;
    words.fail(`'${name}' : ID '${number}' out of range (1..${LAST_ERROR}) in error IDs list '${value.text}'`, value);
  }
};

/** A list of protocol names for ALPN. */
export const protocols: TlsCheck = (value, words, name) => {
  const names = value.text.split(',');
  const long = names.find((each) => each.length > 255);
  if (long !== undefined) words.fail(`'${name}' : protocol name too long`, value);
};

/** One of a few words. */
export const oneOf =
  (allowed: readonly string[], complaint: (got: string) => string): TlsCheck =>
  (value, words) => {
    if (!allowed.includes(value.text)) words.fail(complaint(value.text), value);
  };

/** `verify` of `bind` lines and of `crt-list` lines. */
export const clientVerify = oneOf(
  ['none', 'optional', 'required'],
  (got) => `'verify' : unknown verify method '${got}', only 'none', 'optional', and 'required' are supported`,
);
