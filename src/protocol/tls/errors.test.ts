import { expect, test } from 'vitest';
import { keyBits } from './ciphers.js';
import { tlsError } from './errors.js';
import { isChainError, verifyNumber } from './verify-codes.js';

test("OpenSSL's number and text are taken out of Node's message", () => {
  const message =
    'C0A7:error:0A0000C1:SSL routines:tls_post_process_client_hello:no shared cipher:../deps/openssl/statem.c:2220:\n';
  expect(tlsError(message)).toEqual({ code: 0x0a0000c1, text: 'error:0A0000C1:SSL routines::no shared cipher' });
  expect(tlsError('read ECONNRESET')).toBeUndefined();
});

test.each([
  ['CERT_HAS_EXPIRED', 10],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 18],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 20],
  ['SOMETHING_NEW', 1],
])('%s is %i', (name, number) => expect(verifyNumber(name)).toBe(number));

test.each([
  [20, 1, false],
  [20, 2, true],
  [19, 1, true],
  [10, 3, false],
])('error %i with %i certificates: above the first %s', (result, length, expected) => {
  expect(isChainError(result, length)).toBe(expected);
});

test.each([
  ['TLS_AES_256_GCM_SHA384', 256],
  ['TLS_CHACHA20_POLY1305_SHA256', 256],
  ['ECDHE-RSA-AES128-GCM-SHA256', 128],
  ['DES-CBC3-SHA', 168],
  ['NULL-SHA256', 0],
])('%s has %i bits', (cipher, bits) => expect(keyBits(cipher)).toBe(bits));
