import { ocspExpiry, ocspProblem, type OcspResponse, parseOcspResponse, responseKey } from '../../protocol/tls/ocsp.js';

interface Entry {
  readonly der: Buffer;
  readonly response: OcspResponse;
  /** ms since the epoch; not sent from then on */
  readonly until: number;
}

/** The OCSP answers in use, by HAProxy's key of the certificate: certificates with one key have one answer. */
export class OcspStore {
  readonly #entries = new Map<string, Entry | undefined>();

  /** A certificate with this key wants answers. @param der what came with it, if that may be used */
  add(key: string, der: Buffer | undefined): void {
    if (der !== undefined) this.#put(key, der);
    else if (!this.#entries.has(key)) this.#entries.set(key, undefined);
  }

  #put(key: string, der: Buffer): void {
    const response = parseOcspResponse(der);
    if (response !== undefined) this.#entries.set(key, { der, response, until: ocspExpiry(response) });
  }

  /** Forgets those that no certificate has. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
  }

  keys(): string[] {
    return [...this.#entries.keys()].toSorted();
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  find(key: string): OcspResponse | undefined {
    return this.#entries.get(key)?.response;
  }

  /** What a client is sent: nothing once it is out of date. */
  current(key: string, now = Date.now()): Buffer | null {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.until < now ? null : entry.der;
  }

  /** Takes an answer for whichever certificate it is about. @returns HAProxy's complaint */
  update(der: Buffer, now = Date.now()): string | undefined {
    const response = parseOcspResponse(der);
    const problem = ocspProblem(response, undefined, now);
    if (problem !== undefined || response === undefined) return problem;
    const key = responseKey(response.responses[0].id);
    if (!this.#entries.has(key)) return 'OCSP single response: Certificate ID does not match any certificate or issuer';
    this.#put(key, der);
    return undefined;
  }
}
