import type { CertificateFiles, LoadedCertificate } from './files.js';

/** Makes what uses a certificate ready for another one. @returns what puts it into force @throws TlsProblem, FileProblem */
export type Adopt = (next: LoadedCertificate) => () => void;

interface Entry {
  current: LoadedCertificate;
  readonly users: Adopt[];
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

  constructor(private readonly files: CertificateFiles) {}

  /** Something uses a certificate. @param adopt how it takes another */
  use(loaded: LoadedCertificate, adopt: Adopt): void {
    const entry = this.#entries.get(loaded.path);
    if (entry === undefined) this.#entries.set(loaded.path, { current: loaded, users: [adopt] });
    else entry.users.push(adopt);
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
    const key = (next ?? this.find(path))?.key;
    this.transaction = { path, next: this.files.parse(path, text, key) };
  }

  /** Stages and commits at once. @throws FileProblem, TlsProblem */
  replace(path: string, text: string): void {
    this.commit({ path, next: this.files.parse(path, text) });
  }

  /** Puts it into force everywhere or nowhere. @returns how many used it @throws TlsProblem */
  commit({ path, next }: Transaction): number {
    const entry = this.#entries.get(path);
    if (entry === undefined) return 0;
    const changes = entry.users.map((adopt) => adopt(next));
    for (const change of changes) change();
    entry.current = next;
    this.transaction = undefined;
    return changes.length;
  }
}
