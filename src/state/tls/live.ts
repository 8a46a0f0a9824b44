import {
  type CertificateFiles,
  checkOcsp,
  type Extras,
  FileProblem,
  type LoadedCertificate,
  readIssuer,
  withKeyType,
} from './files.js';
import { OcspStore } from './ocsp-store.js';

/** What belongs to a certificate; all but the first have files of their own. */
export type Part = 'pem' | 'key' | 'ocsp' | 'issuer';

/** @throws FileProblem */
function decodeBase64(text: string): Buffer {
  const der = fromBase64(text);
  if (der === undefined) throw new FileProblem('Error reading OCSP response in base64 format');
  return der;
}

/** @returns undefined when it is none */
export function fromBase64(text: string): Buffer | undefined {
  const bare = text.replaceAll(/\s/g, '');
  return bare !== '' && bare.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(bare)
    ? Buffer.from(bare, 'base64')
    : undefined;
}

/** Makes what uses a certificate ready for another one. @returns what puts it into force @throws TlsProblem, FileProblem */
export type Adopt = (next: LoadedCertificate) => () => void;

interface Entry {
  /** undefined = nothing was sent yet */
  current: LoadedCertificate | undefined;
  readonly users: Set<Adopt>;
}

/** A certificate that was sent and is not in force yet (`set ssl cert`). */
export interface Transaction {
  readonly path: string;
  readonly next: LoadedCertificate;
}

/** The certificates in use, which the runtime API shows and replaces (management manual 9.3 `set ssl cert`). */
export class LiveCertificates {
  readonly #entries = new Map<string, Entry>();
  transaction: Transaction | undefined = undefined;

  /** Answers about them. */
  readonly ocsp = new OcspStore();

  constructor(readonly files: CertificateFiles) {}

  /** Something uses a certificate. @param adopt how it takes another @returns what takes it off the list of users */
  use(loaded: LoadedCertificate, adopt: Adopt): () => void {
    const entry = this.#entries.get(loaded.path);
    if (entry === undefined) this.#entries.set(loaded.path, { current: loaded, users: new Set([adopt]) });
    else entry.users.add(adopt);
    return () => this.#entries.get(loaded.path)?.users.delete(adopt);
  }

  /** An empty place for a certificate (`new ssl cert`). */
  create(path: string): void {
    this.#entries.set(path, { current: undefined, users: new Set() });
  }

  delete(path: string): void {
    this.#entries.delete(path);
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  used(path: string): boolean {
    return (this.#entries.get(path)?.users.size ?? 0) > 0;
  }

  /** The certificate that a text sent for `path` is about: its own, or the one beside which such a file would be. */
  ownerOf(path: string): { readonly path: string; readonly part: Part } | undefined {
    if (this.#entries.has(path)) return { path, part: 'pem' };
    for (const part of ['key', 'ocsp', 'issuer'] as const) {
      const owner = this.paths().find((each) => this.files.extraFile(each, part) === path);
      if (owner !== undefined) return { path: owner, part };
    }
    return undefined;
  }

  paths(): string[] {
    return [...this.#entries.keys()].toSorted();
  }

  find(path: string): LoadedCertificate | undefined {
    return this.#entries.get(path)?.current;
  }

  /**
   * Keeps a certificate until commit(). A key that is not in the text stays as it is.
   * @throws FileProblem
   */
  stage(path: string, text: string): void {
    const { next } = this.transaction ?? {};
    const before = next ?? this.find(path);
    this.transaction = { path, next: this.files.parse(path, text, { key: before?.key }) };
  }

  /**
   * A part that is sent by itself, which goes with the certificate of `path` or with the one that is sent next.
   * @throws FileProblem
   */
  stagePart(path: string, part: Exclude<Part, 'pem'>, text: string): void {
    const { next } = this.transaction ?? {};
    const before = next ?? this.find(path);
    if (before === undefined) throw new FileProblem(`unable to load the ${part} without a certificate`);
    const { ocsp, issuer, key, chain } = before;
    if (part === 'key') this.transaction = { path, next: this.files.parse(path, text + chain, { ocsp, issuer }) };
    else {
      const sent = part === 'ocsp' ? { ocsp: decodeBase64(text) } : { issuer: readIssuer(text) };
      const parsed = this.files.parse(path, chain, { key, ocsp, issuer, ...sent });
      this.transaction = { path, next: { ...parsed, keyType: before.keyType } };
    }
  }

  /** Stages and commits at once. @throws FileProblem, TlsProblem */
  replace(path: string, text: string, extras: Extras): void {
    this.commit({ path, next: this.files.parse(path, text, extras) });
  }

  /** Puts it into force everywhere or nowhere. @returns how many used it @throws TlsProblem */
  commit({ path, next: staged }: Transaction): number {
    const entry = this.#entries.get(path);
    if (entry === undefined) return 0;
    const next = staged.keyType === '' ? withKeyType(staged) : staged;
    checkOcsp(next);
    const changes = Array.from(entry.users, (adopt) => adopt(next));
    for (const change of changes) change();
    entry.current = next;
    this.transaction = undefined;
    this.ocsp.keep(new Set([...this.#entries.values()].map(({ current }) => current?.ocspKey ?? '')));
    return changes.length;
  }
}
