import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certificateNames, parseCertificate, timeOf } from './certificate.js';
import { oidText, readElement } from './der.js';
import { canMakeCertificates, makeCertificate } from './testing.js';

describe.skipIf(!canMakeCertificates())('a certificate', () => {
  const { certificate } = makeCertificate('one.test', '*.two.test');
  const { raw, serialNumber } = new X509Certificate(certificate);
  const parsed = parseCertificate(raw);

  test('its fields', () => {
    expect(parsed).toMatchObject({
      version: 3,
      subject: [{ type: 'CN', value: 'one.test' }],
      issuer: [{ type: 'CN', value: 'one.test' }],
      keyAlgorithm: 'id-ecPublicKey',
      signatureAlgorithm: 'ecdsa-with-SHA256',
      dnsNames: ['one.test', '*.two.test'],
    });
    expect(BigInt(`0x${parsed?.serial.toString('hex')}`)).toBe(BigInt(`0x${serialNumber}`));
    expect(parsed && certificateNames(parsed)).toEqual(['one.test', '*.two.test']);
    expect(timeOf(parsed?.notAfter ?? '')).toBe(Date.parse(new X509Certificate(certificate).validTo));
  });

  test('no change of its bytes makes it throw', () => {
    fc.assert(
      fc.property(fc.nat(raw.length - 1), fc.nat(255), fc.nat(raw.length), (at, value, length) => {
        const changed = Buffer.from(raw);
        changed[at] = value;
        parseCertificate(changed);
        parseCertificate(raw.subarray(0, length));
      }),
    );
  });
});

test.each([
  ['260101000000Z', '2026-01-01T00:00:00.000Z'],
  ['991231235959Z', '1999-12-31T23:59:59.000Z'],
  ['20500101000000Z', '2050-01-01T00:00:00.000Z'],
])('%s is %s', (time, expected) => expect(new Date(timeOf(time)).toISOString()).toBe(expected));

test('a time in no known form', () => expect(timeOf('soon')).toBeNaN());

test.each([
  ['550403', '2.5.4.3'],
  ['2a864886f70d01010b', '1.2.840.113549.1.1.11'],
  ['2b6570', '1.3.101.112'],
])('%s is %s', (hex, expected) => expect(oidText(Buffer.from(hex, 'hex'))).toBe(expected));

test.each(['', '30', '3082', '308501', '3003aa'])("'%s' is no element", (hex) => {
  expect(readElement(Buffer.from(hex, 'hex'))).toBeUndefined();
});
