import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Help for tests of TLS: certificates made when they are needed, by the `openssl` program. */

export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Whether this machine can make certificates. */
export function canMakeCertificates(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const SELF_SIGNED = ['req', '-x509', ...NEW_KEY, '-days', '30'];

/** A self-signed certificate for `names`, the first of which is its common name. */
export function makeCertificate(...names: readonly string[]): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const path = (name: string): string => join(folder, name);
  try {
    const where = ['-keyout', path('key'), '-out', path('certificate'), '-subj', `/CN=${names[0]}`];
    const alternatives = ['-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`];
    execFileSync('openssl', [...SELF_SIGNED, ...where, ...alternatives], { stdio: 'ignore' });
    return { certificate: readFileSync(path('certificate'), 'utf8'), key: readFileSync(path('key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A certificate authority that signs certificates. */
export class Authority implements TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tls-'));

  constructor(name: string) {
    const made = [...SELF_SIGNED, '-keyout', this.#path('ca.key'), '-out', this.#path('ca'), '-subj', `/CN=${name}`];
    execFileSync('openssl', made, { stdio: 'ignore' });
    this.certificate = readFileSync(this.#path('ca'), 'utf8');
    this.key = readFileSync(this.#path('ca.key'), 'utf8');
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  /** @param subject `/O=Test/CN=me` @param days -1 = it has expired */
  sign(subject: string, days = 30): TestCertificate {
    const request = [...NEW_KEY, '-keyout', this.#path('key'), '-out', this.#path('request'), '-subj', subject];
    execFileSync('openssl', ['req', ...request], { stdio: 'ignore' });
    const signing = ['-CA', this.#path('ca'), '-CAkey', this.#path('ca.key'), '-CAcreateserial', '-days', String(days)];
    const files = ['-in', this.#path('request'), '-out', this.#path('certificate')];
    execFileSync('openssl', ['x509', '-req', ...files, ...signing], { stdio: 'ignore' });
    return {
      certificate: readFileSync(this.#path('certificate'), 'utf8'),
      key: readFileSync(this.#path('key'), 'utf8'),
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
