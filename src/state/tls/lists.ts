import type { Word } from '../../config/cursor.js';
import type { TlsWord } from '../../config/model.js';
import { TlsProblem } from './context.js';
import { CrtListProblem, parseCrtListLine, readCrtList } from './crt-list.js';
import { type CertificateFiles, FileProblem, type LoadedCertificate } from './files.js';
import type { LiveCertificates } from './live.js';
import type { TrustFiles, TrustKind } from './trust.js';

/** A certificate of a list, with what its line says of it. */
export interface ListEntry {
  /** As `show ssl cert` knows it. */
  readonly path: string;
  /** Line of the file, or its number among those added later; 0 = found in a directory. */
  readonly line: number;
  /** undefined = the line has no brackets. */
  readonly parameters: readonly TlsWord[] | undefined;
  readonly filters: readonly string[];
  /** Where complaints belong to. */
  readonly word: Word;
  readonly warnings: readonly { readonly word: Word; readonly message: string }[];
}

/** What a `bind` line has made of an entry. */
export interface InstalledEntry {
  /** It is shown when no other certificate fits, and the line must have such a one. */
  readonly isDefault: boolean;
  remove(): void;
}

/** A `bind` line that uses a list. */
export interface ListUser {
  /** `haproxy.cfg:12` */
  readonly place: string;
  /** A complaint with the line that it is about. */
  about(message: string): string;
  /** Puts the certificate under its names. @throws TlsProblem, whose message is that of the line */
  install(entry: ListEntry, loaded: LoadedCertificate): InstalledEntry;
}

/** A `crt-list` file, or a directory of certificates, which HAProxy treats the same way. */
export class CertificateList {
  readonly entries: ListEntry[] = [];
  /** In the order of the configuration. */
  readonly users: ListUser[] = [];
  /** What the users have made of each entry, in their order. */
  readonly installed = new Map<ListEntry, InstalledEntry[]>();

  constructor(
    readonly path: string,
    readonly isDirectory: boolean,
    /** Lines so far: the next one gets the number behind it. */
    public lineCount: number,
  ) {}

  of(path: string): ListEntry[] {
    return this.entries.filter((entry) => entry.path === path);
  }

  remove(entry: ListEntry): void {
    for (const each of this.installed.get(entry) ?? []) each.remove();
    this.installed.delete(entry);
    this.entries.splice(this.entries.indexOf(entry), 1);
  }
}

/** An addition was stopped by what a `bind` line cannot do. @param tried lines that were asked, the refusing one included */
export class ListRefusal extends Error {
  constructor(
    message: string,
    readonly tried: number,
  ) {
    super(message);
  }
}

const CA_OR_CRL: Readonly<Record<string, TrustKind>> = { 'ca-file': 'ca', 'ca-verify-file': 'ca', 'crl-file': 'crl' };

/** The lists in use, which the runtime API shows and changes (management manual 9.3 `add ssl crt-list`). */
export class CertificateLists {
  readonly #lists = new Map<string, CertificateList>();

  constructor(
    private readonly files: CertificateFiles,
    private readonly live: LiveCertificates,
    private readonly trust: TrustFiles,
  ) {}

  /** `directory/` is the same as `directory`. */
  find(path: string): CertificateList | undefined {
    return this.#lists.get(path) ?? this.#lists.get(path.replace(/\/+$/, ''));
  }

  paths(): string[] {
    return [...this.#lists.keys()].toSorted();
  }

  /** Reads a list once. @throws FileProblem, CrtListProblem */
  openFile(path: string): CertificateList {
    const known = this.find(path);
    if (known !== undefined) return known;
    const { lines, lineCount } = readCrtList(path);
    const list = new CertificateList(path, false, lineCount);
    for (const { path: word, ...line } of lines) {
      for (const { path: file } of this.#loadLine(word)) {
        list.entries.push({ ...line, path: file, line: word.span.source.line, word });
      }
    }
    this.#lists.set(path, list);
    return list;
  }

  #loadLine(word: Word): LoadedCertificate[] {
    try {
      return this.files.load(this.files.locate(word.text));
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      throw new CrtListProblem(word, error.message);
    }
  }

  /** The certificates of a directory, as loaded. @param word the `crt` that names it */
  openDirectory(path: string, found: readonly LoadedCertificate[], word: Word): CertificateList {
    const name = path.replace(/\/+$/, '');
    const known = this.find(name);
    if (known !== undefined) return known;
    const list = new CertificateList(name, true, 0);
    for (const { path: file } of found) {
      list.entries.push({ path: file, line: 0, parameters: undefined, filters: [], word, warnings: [] });
    }
    this.#lists.set(name, list);
    return list;
  }

  /** Installs all that is in a list for one more line. @param attempt runs what may throw TlsProblem or FileProblem */
  use(list: CertificateList, user: ListUser, attempt: (entry: ListEntry, task: () => void) => void): void {
    list.users.push(user);
    for (const entry of list.entries) {
      const installed = list.installed.get(entry) ?? [];
      list.installed.set(entry, installed);
      attempt(entry, () =>
        installed.push(user.install(entry, this.live.find(entry.path) ?? this.files.one(entry.path))),
      );
    }
  }

  /** Understands a line that was sent. Nothing is read from disk. @throws CrtListProblem */
  parse(list: CertificateList, text: string): ListEntry {
    const { path: word, ...line } = parseCrtListLine({ file: 'CLI', line: 1, text });
    for (const { keyword, value } of line.parameters ?? []) {
      const kind = Object.hasOwn(CA_OR_CRL, keyword.text) ? CA_OR_CRL[keyword.text] : undefined;
      if (kind === undefined || value === undefined || this.trust.knows(kind, value)) continue;
      throw new CrtListProblem(value, `'${keyword.text}' : unable to load ${this.trust.locate(value)}`);
    }
    return { ...line, path: this.files.locate(word.text), line: list.lineCount + 1, word };
  }

  /** Adds an entry for all lines or for none. @returns how many lines use it @throws ListRefusal */
  add(list: CertificateList, entry: ListEntry, loaded: LoadedCertificate): number {
    const installed: InstalledEntry[] = [];
    // HAProxy asks the last line first
    for (const user of list.users.toReversed()) {
      try {
        installed.unshift(user.install(entry, loaded));
      } catch (error) {
        for (const each of installed) each.remove();
        if (!(error instanceof TlsProblem)) throw error;
        throw new ListRefusal(user.about(error.message), installed.length + 1);
      }
    }
    list.entries.push(entry);
    list.installed.set(entry, installed);
    list.lineCount++;
    return installed.length;
  }

  /** Does in this thread what add() has done in another one. */
  repeatAdd(path: string, text: string): void {
    const list = this.find(path);
    if (list === undefined) return;
    const entry = this.parse(list, text.replace(/\n$/, ''));
    const loaded = this.live.find(entry.path);
    if (loaded !== undefined) this.add(list, entry, loaded);
  }

  /** @param position among the entries of the list */
  repeatRemove(path: string, position: number): void {
    const list = this.find(path);
    const entry = list?.entries.at(position);
    if (entry !== undefined) list?.remove(entry);
  }
}
