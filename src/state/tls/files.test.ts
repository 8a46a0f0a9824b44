import { createPrivateKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { GlobalTlsModel } from '../../config/model.js';
import { initialGlobal } from '../../config/sections/global.js';
import { canMakeCertificates, makeCertificate } from '../../protocol/tls/testing.js';
import { CertificateFiles, FileProblem, loadAuthorities } from './files.js';

const files = (settings: Partial<GlobalTlsModel> = {}): CertificateFiles =>
  new CertificateFiles({ ...initialGlobal().tls, ...settings });

describe.skipIf(!canMakeCertificates())('certificates from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const one = makeCertificate('one.test');
  const two = makeCertificate('two.test');
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const encrypted = createPrivateKey(one.key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
    .toString();
  const problem = (path: string, settings: Partial<GlobalTlsModel> = {}): string => {
    try {
      files(settings).load(path);
      return '';
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      return error.message.replaceAll(folder, '');
    }
  };

  test('a file with everything in it, in any order', () => {
    const [loaded] = files().load(write('all.pem', one.key + one.certificate + two.certificate));
    expect(loaded.certificate.dnsNames).toEqual(['one.test']);
    expect(loaded.keyType).toBe('ec');
    expect(loaded.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  test('the key in a file of its own', () => {
    write('split.crt.key', one.key);
    write('bare.key', one.key);
    expect(files().load(write('split.crt', one.certificate))).toHaveLength(1);
    expect(problem(join(folder, 'split.crt'), { extraFiles: [] })).toBe("No Private Key found in '/split.crt.key'.");
    expect(files({ dropExtension: true }).load(write('bare.crt', one.certificate))).toHaveLength(1);
  });

  test('a directory, in order, without what only accompanies', () => {
    const directory = join(folder, 'directory');
    mkdirSync(directory);
    for (const name of ['b.pem', 'a.pem', '.hidden', 'a.pem.ocsp', 'a.pem.issuer'])
      write(`directory/${name}`, one.certificate + one.key);
    const loaded = files().load(directory);
    expect(loaded.map(({ path }) => path.slice(directory.length))).toEqual(['/a.pem', '/b.pem']);
    expect(loaded[0].ocsp).toBeDefined();
    expect(loaded[1].ocsp).toBeUndefined();
  });

  test('a bundle', () => {
    for (const kind of ['rsa', 'ecdsa']) write(`bundle.pem.${kind}`, one.certificate + one.key);
    expect(files().load(join(folder, 'bundle.pem'))).toHaveLength(2);
    expect(problem(join(folder, 'bundle.pem'), { extraFiles: ['key'] })).toMatch(/^unable to stat SSL certificate/);
  });

  test('relative names are under crt-base', () => {
    expect(files({ crtBase: '/x' }).locate('a.pem')).toBe('/x/a.pem');
    expect(files({ crtBase: '/x' }).locate('/a.pem')).toBe('/a.pem');
  });

  test('roots may be left out, and chains completed', () => {
    const root = write('root.pem', one.key + one.certificate + two.certificate);
    expect(files({ skipSelfIssued: true }).load(root)[0].chain.match(/BEGIN/g)).toHaveLength(1);
  });

  test.each([
    [
      'nothing there',
      'missing.pem',
      undefined,
      "unable to stat SSL certificate from file '/missing.pem' : No such file or directory.",
    ],
    ['rubbish', 'bad.pem', 'rubbish', "unable to load certificate from file '/bad.pem'."],
    ['cut off', 'cut.pem', one.certificate.slice(0, 300), "unable to load certificate from file '/cut.pem'."],
    ['no key', 'nokey.pem', one.certificate, "No Private Key found in '/nokey.pem.key'."],
    [
      "another's key",
      'mix.pem',
      one.certificate + two.key,
      "inconsistencies between private key and certificate loaded '/mix.pem'.",
    ],
    ['an encrypted key', 'enc.pem', one.certificate + encrypted, "No Private Key found in '/enc.pem.key'."],
  ])('%s', (_name, name, text, message) => {
    const path = text === undefined ? join(folder, name) : write(name, text);
    expect(problem(path)).toBe(message);
  });

  test('an encrypted key is called so', () => {
    const path = write('enc2.pem', one.certificate + encrypted);
    const hint = (): string | undefined => {
      try {
        files().load(path);
      } catch (error) {
        return error instanceof FileProblem ? error.hint : String(error);
      }
      return 'loaded';
    };
    expect(hint()).toContain('encrypted');
  });

  test('authorities: a file, a directory, the system', () => {
    const path = write('ca.pem', one.certificate + two.certificate);
    expect(loadAuthorities(path).certificates).toHaveLength(2);
    expect(loadAuthorities(folder).certificates.length).toBeGreaterThan(2);
    expect(loadAuthorities('@system-ca').certificates.length).toBeGreaterThan(10);
    expect(() => loadAuthorities(join(folder, 'none'))).toThrow('(No such file or directory).');
    expect(() => loadAuthorities(write('empty.pem', ''))).toThrow('(no certificate or crl found).');
  });
});
