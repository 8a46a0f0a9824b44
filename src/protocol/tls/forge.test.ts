import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canSign, der, forgeCertificate } from './forge.js';
import { Authority, canMakeCertificates } from './testing.js';

const NOW = Date.UTC(2026, 10, 26);
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

describe('certificates that are made', () => {
  const kinds = {
    ec: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ed25519: generateKeyPairSync('ed25519'),
  };

  test.skipIf(!canMakeCertificates()).each(Object.entries(kinds))('signed with a key of kind %s', (_kind, signing) => {
    const authority = new Authority('Test CA');
    const certificate = new X509Certificate(authority.certificate).raw;
    authority.remove();
    const made = forgeCertificate('www.test', { certificate, key: signing.privateKey }, own, NOW);
    const read = new X509Certificate(made ?? '');
    expect(read.verify(signing.publicKey)).toBe(true);
    expect(read.checkPrivateKey(own)).toBe(true);
    expect(read.issuer).toBe('CN=Test CA');
    expect(read.subject).toBe('CN=Test CA\nCN=www.test');
    expect(read.subjectAltName).toBe('DNS:www.test');
    expect(read.ca).toBe(false);
    expect([read.validFrom, read.validTo]).toEqual(['Nov 25 00:00:00 2026 GMT', 'Nov 26 00:00:00 2027 GMT']);
  });

  test('after 2049 times have another form', () => {
    const certificate = forgeCertificate('a', { certificate: selfMade(), key: own }, own, Date.UTC(2060, 0, 2));
    expect(new X509Certificate(certificate ?? '').validFrom).toBe('Jan  1 00:00:00 2060 GMT');
  });

  test.each(['', 'x'.repeat(65), 'with blank', 'n\u00e9e'])('none for the name %j', (name) => {
    expect(forgeCertificate(name, { certificate: selfMade(), key: own }, own, NOW)).toBeUndefined();
  });

  test('keys that cannot sign', () => {
    const { privateKey } = generateKeyPairSync('x25519');
    expect(canSign({ certificate: selfMade(), key: privateKey })).toBe(false);
    expect(canSign({ certificate: selfMade(), key: own })).toBe(true);
  });
});

/** As much of a certificate as its subject and its key take. */
function selfMade(): Buffer {
  const none = der(0x30);
  const key = der(0x30, none, der(0x03, Buffer.from([0, 1])));
  return der(0x30, der(0x30, der(0x02, Buffer.from([1])), none, none, none, none, key));
}

test.each([0, 127, 128, 255, 256, 65_535])('lengths of %i bytes', (length) => {
  const written = der(0x04, Buffer.alloc(length));
  const head = length < 128 ? 2 : length < 256 ? 3 : 4;
  expect(written).toHaveLength(head + length);
});
