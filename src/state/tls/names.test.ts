import { createSecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import type { ClientHello } from '../../protocol/tls/client-hello.js';
import type { ServerIdentity } from '../../protocol/tls/server.js';
import { ServerNames } from './names.js';

const NONE = Buffer.alloc(0);
const pairs = (values: readonly number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));
const hello = (serverName: string, schemes: readonly number[], ciphers = [0x1301]): ClientHello => ({
  message: NONE,
  version: 0x0303,
  random: NONE,
  sessionId: NONE,
  sharedKey: NONE,
  ciphers: pairs(ciphers),
  serverName,
  extensions: NONE,
  groups: NONE,
  pointFormats: NONE,
  signatures: pairs(schemes),
});

/** Identities are told apart by what they offer. */
const identity = (name: string): ServerIdentity => ({
  context: createSecureContext(),
  alpn: [name],
  verify: 'none',
  pardons: () => false,
  helper: undefined,
  asksForSession: undefined,
  keylog: false,
  capture: 0,
});

const LISTS: readonly (readonly [name: string, keyType: string, filters: readonly string[]])[] = [
  ['first', 'ec', ['!*']],
  ['exact', 'ec', ['www.example.com']],
  ['wild', 'ec', ['*.example.com', '!secure.example.com']],
  ['secure', 'ec', ['secure.example.org', 'SECURE.example.net']],
  ['both-rsa', 'rsa', ['both.example.org']],
  ['both-ec', 'ec', ['both.example.org']],
];

function names(strict = false): ServerNames {
  const all = new ServerNames(strict);
  for (const [name, keyType, filters] of LISTS) {
    const candidate = { identity: identity(name), keyType };
    if (all.empty) all.addFallback(candidate);
    all.add(candidate, filters);
  }
  return all;
}

const ECDSA = 0x0403;
const RSA_PSS = 0x0804;

test.each([
  ['www.example.com', [ECDSA], 'exact', 'exact'],
  ['a.example.com', [ECDSA], 'wild', 'wild'],
  ['a.b.example.com', [ECDSA], 'first', undefined],
  ['secure.example.com', [ECDSA], 'first', undefined],
  ['secure.example.net', [ECDSA], 'secure', 'secure'],
  ['nobody.test', [ECDSA], 'first', undefined],
  ['', [ECDSA], 'first', undefined],
  ['both.example.org', [RSA_PSS, ECDSA], 'both-ec', 'both-ec'],
  ['both.example.org', [RSA_PSS], 'both-rsa', 'both-rsa'],
])("'%s' with %j: %s, strictly %s", (name, schemes, expected, strict) => {
  expect(names().choose(hello(name, schemes))?.alpn[0]).toBe(expected);
  expect(names(true).choose(hello(name, schemes))?.alpn[0]).toBe(strict);
});

test('without a hello that could be read, OpenSSL gets the first certificate to complain with', () => {
  expect(names().choose(undefined)?.alpn[0]).toBe('first');
  expect(names(true).choose(undefined)).toBeUndefined();
  expect(new ServerNames(true).empty).toBe(true);
});

test.each([
  [[0x009d], 'both-rsa'],
  [[0xc02c], 'both-ec'],
  [[0x009d, 0x1302], 'both-ec'],
])('with ciphers %j the certificate is %s', (ciphers, expected) => {
  expect(names().choose(hello('both.example.org', [RSA_PSS, ECDSA], ciphers))?.alpn[0]).toBe(expected);
});

test('a replaced certificate is shown for its new names only', () => {
  const all = names();
  const candidate = { identity: identity('moved'), keyType: 'ec' };
  all.add(candidate, ['old.test', '*.old.test']);
  all.forget(candidate);
  all.add(candidate, ['new.test']);
  for (const [name, expected] of [
    ['old.test', 'first'],
    ['a.old.test', 'first'],
    ['new.test', 'moved'],
  ]) {
    expect(all.choose(hello(name, [ECDSA]))?.alpn[0]).toBe(expected);
  }
});
