import { type CertificateFiles, FileProblem, type LoadedCertificate, withKeyType } from './files.js';

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

  /** The certificate that a text sent for `path` is about: its own, or the one whose key file `path` is. */
  ownerOf(path: string): string | undefined {
    if (this.#entries.has(path)) return path;
    return this.paths().find((each) => this.files.keyFile(each) === path);
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
    this.transaction = { path, next: this.files.parse(path, text, before?.key) };
  }

  /** A key sent by itself, which goes with the certificate of `path` or with the one that is sent next. @throws FileProblem */
  stageKey(path: string, text: string): void {
    const { next } = this.transaction ?? {};
    const before = next ?? this.find(path);
    if (before === undefined) throw new FileProblem('unable to load the key without a certificate');
    this.transaction = { path, next: this.files.parse(path, text + before.chain) };
  }

  /** Stages and commits at once. @throws FileProblem, TlsProblem */
  replace(path: string, text: string): void {
    this.commit({ path, next: this.files.parse(path, text) });
  }

  /** Puts it into force everywhere or nowhere. @returns how many used it @throws TlsProblem */
  commit({ path, next: staged }: Transaction): number {
    const entry = this.#entries.get(path);
    if (entry === undefined) return 0;
    const next = staged.keyType === '' ? withKeyType(staged) : staged;
    const changes = Array.from(entry.users, (adopt) => adopt(next));
    for (const change of changes) change();
    entry.current = next;
    this.transaction = undefined;
    return changes.length;
  }
}
