import type { Word } from '../../config/cursor.js';
import type { GlobalTlsModel } from '../../config/model.js';
import { type Authorities, loadAuthorities, readAuthorities } from './files.js';
import type { TlsSettings } from './settings.js';

/** `ca-file` and `crl-file`: two kinds of file, which commands of the runtime API tell apart. */
export type TrustKind = 'ca' | 'crl';

/** Makes a context anew, with what the files hold now. @returns what puts it into force @throws TlsProblem */
export type Remake = () => () => void;

interface Entry {
  current: Authorities;
  readonly users: Set<Remake>;
}

/** Contents that were sent and are not in force yet (`set ssl ca-file`). */
export interface TrustTransaction {
  readonly path: string;
  readonly next: Authorities;
}

const SYSTEM = '@system-ca';
const NOTHING: Authorities = { certificates: [], revocations: [] };

/** Files of authorities and of revocations in use, which the runtime API shows and replaces (management manual 9.3). */
export class TrustFiles {
  readonly #entries: Readonly<Record<TrustKind, Map<string, Entry>>> = { ca: new Map(), crl: new Map() };
  readonly transactions: Record<TrustKind, TrustTransaction | undefined> = { ca: undefined, crl: undefined };

  constructor(private readonly global: GlobalTlsModel) {}

  /** The path that a parameter names: relative ones are under `ca-base`. */
  locate({ text }: Word): string {
    const { caBase } = this.global;
    return text.startsWith('/') || text.startsWith('@') || caBase === undefined ? text : `${caBase}/${text}`;
  }

  /** Whether it was read, or made at run time. */
  knows(kind: TrustKind, word: Word): boolean {
    return this.#entries[kind].has(word.text) || this.#entries[kind].has(this.locate(word));
  }

  /** What the file of a parameter holds; read once. @throws FileProblem */
  read(kind: TrustKind, word: Word): Authorities {
    const entries = this.#entries[kind];
    const known = entries.get(word.text);
    if (known !== undefined) return known.current;
    const path = this.locate(word);
    let entry = entries.get(path);
    if (entry === undefined) {
      entry = { current: loadAuthorities(path), users: new Set() };
      entries.set(path, entry);
    }
    return entry.current;
  }

  /** Something was made from the files of `settings`. @returns what takes it off the list of their users */
  use({ caFile, caVerifyFile, crlFile }: TlsSettings, remake: Remake): () => void {
    const lists: Set<Remake>[] = [];
    const add = (kind: TrustKind, word: Word | undefined): void => {
      const entries = this.#entries[kind];
      const users = word && (entries.get(word.text) ?? entries.get(this.locate(word)))?.users;
      if (users !== undefined) lists.push(users.add(remake));
    };
    add('ca', caFile);
    add('ca', caVerifyFile);
    add('crl', crlFile);
    return () => {
      for (const list of lists) list.delete(remake);
    };
  }

  paths(kind: TrustKind): string[] {
    // HAProxy always has what the system trusts at hand
    const system = kind === 'ca' && !this.#entries.ca.has(SYSTEM);
    if (system) this.#entries.ca.set(SYSTEM, { current: loadAuthorities(SYSTEM), users: new Set() });
    return [...this.#entries[kind].keys()].toSorted();
  }

  find(kind: TrustKind, path: string): Authorities | undefined {
    return this.#entries[kind].get(path)?.current;
  }

  used(kind: TrustKind, path: string): boolean {
    return (this.#entries[kind].get(path)?.users.size ?? 0) > 0;
  }

  /** An empty file. */
  create(kind: TrustKind, path: string): void {
    this.#entries[kind].set(path, { current: NOTHING, users: new Set() });
  }

  delete(kind: TrustKind, path: string): void {
    this.#entries[kind].delete(path);
  }

  /** Keeps contents until commit(). @returns false when there is nothing in them */
  stage(kind: TrustKind, path: string, text: string): boolean {
    const next = readAuthorities(text);
    const wanted = kind === 'ca' ? next.certificates : next.revocations;
    if (wanted.length === 0) return false;
    this.transactions[kind] = { path, next };
    return true;
  }

  /** Puts contents into force everywhere or nowhere. @returns how many used them @throws TlsProblem */
  commit(kind: TrustKind, path: string, next: Authorities): number {
    const entry = this.#entries[kind].get(path);
    if (entry === undefined) return 0;
    const before = entry.current;
    entry.current = next;
    let changes: (() => void)[];
    try {
      changes = Array.from(entry.users, (remake) => remake());
    } catch (error) {
      entry.current = before;
      throw error;
    }
    for (const change of changes) change();
    this.transactions[kind] = undefined;
    return changes.length;
  }
}
