import { createCipheriv, createDecipheriv, type CipherGCMTypes } from 'node:crypto';
import { integer, optional, stringOrVariable, string } from '../arguments.js';
import { ArgumentError, defineConverter, type ArgSpec } from '../definition.js';
import type { Scope } from '../scope.js';
import { castSample } from '../values.js';
import { getVariable, parseVariable, setVariable, type VariableName } from '../variables.js';
import type { StreamContext } from '../../core/stream.js';

const MANUAL = '7.3.1';
const TAG_LENGTH = 16;

/** Key, nonce or tag: base64 in the configuration or in a variable. */
type Secret = (stream: StreamContext) => Buffer | undefined;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function secretOf(value: string | VariableName, what: string, { environment }: Scope): Secret {
  if (typeof value === 'string') {
    if (!BASE64.test(value))
      throw new ArgumentError(
        `failed to parse ${what} : argument needs to be base64 encoded, and can either be a string or a variable.`,
      );
    const bytes = Buffer.from(value, 'base64');
    return () => bytes;
  }
  return (stream) => {
    const found = getVariable(stream, value, environment);
    const text = found === undefined ? undefined : castSample(found, 'str');
    return typeof text === 'string' && BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
  };
}

function checkBits(bits: number): void {
  if (bits !== 128 && bits !== 192 && bits !== 256) throw new ArgumentError('key size must be 128, 192 or 256 (bits).');
}

/** Runs a cipher; wrong keys, nonces, paddings and tags are no result. */
function attempt(run: () => Buffer): string | undefined {
  try {
    return run().toString('latin1');
  } catch {
    return undefined;
  }
}

const gcm = (bits: number): CipherGCMTypes => `aes-${bits}-gcm` as CipherGCMTypes;
const ARGS = [integer, stringOrVariable, stringOrVariable] as const;
const aad: ArgSpec<string | VariableName | undefined> = optional(stringOrVariable);

const KEY = '"Zm9vb2Zvb29mb29wZm9vbw=="';
const NONCE = '"MTIzNDU2Nzg5MDEy"';
const CBC_ARGS = `128,"MTIzNDU2Nzg5MDEyMzQ1Ng==",${KEY}`;
const SECRET_TEXT = Buffer.from('db3cc2d0120f83dca4afd17ff9746633', 'hex').toString('latin1');

/** Encryption with AES (manual 7.3.1). */
export const ciphers = [
  defineConverter({
    name: 'aes_gcm_dec',
    args: [...ARGS, stringOrVariable, aad],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'decrypts with AES-GCM: key size in bits, nonce, key and tag in base64 (3.x: and additional data)',
    examples: [
      ['\xc1\xea\x72\xb9\x5e', `128,${NONCE},${KEY},"ymR0zl25wkuM4Vaqj9IWWg=="`, 'hello'],
      ['\xc1\xea\x72\xb9\x5e', `128,${NONCE},${KEY},"Zx5dNqrGoQ4XqrgIt0yEwg=="`, undefined],
    ],
    compile([bits, nonce, key, tag, more], scope) {
      checkBits(bits);
      const readNonce = secretOf(nonce, 'nonce', scope);
      const readKey = secretOf(key, 'key', scope);
      const readTag = secretOf(tag, 'aead_tag', scope);
      const readMore = more === undefined ? undefined : secretOf(more, 'aad', scope);
      return (input, stream) => {
        const [iv, secret, mark] = [readNonce(stream), readKey(stream), readTag(stream)];
        if (iv === undefined || secret === undefined || mark === undefined) return undefined;
        return attempt(() => {
          const cipher = createDecipheriv(gcm(bits), secret, iv, { authTagLength: TAG_LENGTH });
          const data = readMore?.(stream);
          if (data !== undefined) cipher.setAAD(data);
          cipher.setAuthTag(mark);
          return Buffer.concat([cipher.update(input, 'latin1'), cipher.final()]);
        });
      };
    },
  }),
  defineConverter({
    name: 'aes_gcm_enc',
    args: [...ARGS, string, aad],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    since: '3.4',
    summary: 'encrypts with AES-GCM: key size in bits, nonce and key in base64, and a variable for the tag',
    examples: [['hello', `128,${NONCE},${KEY},txn.tag`, '\xc1\xea\x72\xb9\x5e']],
    pure: false,
    compile([bits, nonce, key, tag, more], scope) {
      checkBits(bits);
      const variable = parseVariable(tag);
      if (typeof variable === 'string') throw new ArgumentError(`failed to parse aead_tag : ${variable}`);
      const readNonce = secretOf(nonce, 'nonce', scope);
      const readKey = secretOf(key, 'key', scope);
      const readMore = more === undefined ? undefined : secretOf(more, 'aad', scope);
      return (input, stream) => {
        const [iv, secret] = [readNonce(stream), readKey(stream)];
        if (iv === undefined || secret === undefined) return undefined;
        return attempt(() => {
          const cipher = createCipheriv(gcm(bits), secret, iv, { authTagLength: TAG_LENGTH });
          const data = readMore?.(stream);
          if (data !== undefined) cipher.setAAD(data);
          const output = Buffer.concat([cipher.update(input, 'latin1'), cipher.final()]);
          const mark = cipher.getAuthTag().toString('base64');
          setVariable(stream, variable, { type: 'str', value: mark }, scope.environment);
          return output;
        });
      };
    },
  }),
  ...(['dec', 'enc'] as const).map((direction) =>
    defineConverter({
      name: `aes_cbc_${direction}`,
      args: [...ARGS],
      in: 'bin',
      out: 'bin',
      manual: MANUAL,
      since: '3.4',
      summary: `${direction === 'dec' ? 'decrypts' : 'encrypts'} with AES-CBC: key size in bits, nonce and key in base64`,
      examples: [direction === 'dec' ? [SECRET_TEXT, CBC_ARGS, 'hello'] : ['hello', CBC_ARGS, SECRET_TEXT]],
      compile([bits, nonce, key], scope) {
        checkBits(bits);
        const readNonce = secretOf(nonce, 'nonce', scope);
        const readKey = secretOf(key, 'key', scope);
        const create = direction === 'dec' ? createDecipheriv : createCipheriv;
        return (input, stream) => {
          const [iv, secret] = [readNonce(stream), readKey(stream)];
          if (iv === undefined || secret === undefined) return undefined;
          return attempt(() => {
            const cipher = create(`aes-${bits}-cbc`, secret, iv);
            return Buffer.concat([cipher.update(input, 'latin1'), cipher.final()]);
          });
        };
      },
    }),
  ),
];
