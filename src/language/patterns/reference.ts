/** One pattern of a reference. */
export interface PatternEntry {
  /** Names it in `del map #0x…`, as long as it lives. */
  readonly id: number;
  readonly pattern: string;
  value: string;
}

/** Who compares samples with a reference's patterns. */
export interface PatternUser {
  /** @throws PatternError or RegexError when the pattern cannot be compared with */
  check(pattern: string): void;
  /** What it finds for a text, as `get map` and `get acl` tell it. */
  lookUp(text: string, reference: PatternReference): PatternFinding;
}

export interface PatternFinding {
  /** Match method: `str`, `ip`… */
  readonly method: string;
  readonly insensitive: boolean;
  /** Type of a map's values; undefined = an ACL, which has none. */
  readonly answers: string | undefined;
  readonly found: { readonly pattern: string; readonly value: string; readonly tree: boolean } | undefined;
}

/** Where the configuration uses a reference. */
export interface PatternUse {
  readonly kind: 'acl' | 'map';
  readonly file: string;
  readonly line: number;
  /** Of an ACL, its fetch. */
  readonly fetch: string;
}

/** A change of what is looked up, for other threads to follow. */
export type PatternChange =
  | { readonly op: 'add'; readonly pattern: string; readonly value: string }
  | { readonly op: 'set'; readonly pattern: string; readonly value: string }
  | { readonly op: 'delete'; readonly pattern: string }
  | { readonly op: 'replace'; readonly entries: readonly (readonly [pattern: string, value: string])[] };

/** A change of single entries, for matchers to follow. */
export interface EntryChange {
  readonly op: 'add' | 'set' | 'delete';
  /** Which was added, or one of those with its pattern. */
  readonly entry: PatternEntry;
}

/** So many changes are remembered: a matcher that is asked less often is built anew. */
const REMEMBERED = 1000;

/** Entries are numbered through, so that no two of a process have one number. */
let lastId = 0x1000;

const newEntry = (pattern: string, value: string): PatternEntry => ({ id: (lastId += 0x10), pattern, value });

/**
 * The patterns of one file (or of one ACL's line), editable at run time; readers notice by `changes`.
 *
 * There may be several versions (management manual 9.3 `prepare map`). The current one is looked up; later ones are
 * being prepared and become the current one at once when they are committed.
 */
export class PatternReference {
  /** Of the current version. */
  readonly entries: PatternEntry[] = [];
  /** Its lines are keys with values. */
  pairs = false;
  /** Counts changes of what is looked up. */
  changes = 0;
  /** Version in use, and the last one prepared. */
  current = 0;
  next = 0;
  /** It is not what the configuration made it any more. */
  edited = false;
  /** Told of changes made here. */
  onChange: ((change: PatternChange) => void) | undefined = undefined;
  readonly uses: PatternUse[] = [];
  readonly users: PatternUser[] = [];
  readonly #prepared = new Map<number, PatternEntry[]>();
  /** The last changes; a greater one than of single entries empties it. */
  #recent: EntryChange[] = [];

  constructor(
    /** The file's name, or '' for patterns written in the configuration. */
    readonly file: string,
  ) {}

  /** A pattern from a file that is being read. */
  load(pattern: string, value: string): void {
    this.entries.push(newEntry(pattern, value));
  }

  add(pattern: string, value = ''): void {
    const entry = newEntry(pattern, value);
    this.entries.push(entry);
    this.#changed({ op: 'add', pattern, value }, entry);
  }

  /** What has changed since `changes` was so; undefined = too much. */
  since(changes: number): readonly EntryChange[] | undefined {
    const missed = this.changes - changes;
    return missed > this.#recent.length ? undefined : this.#recent.slice(this.#recent.length - missed);
  }

  /** Adds to a version, current or prepared. */
  addTo(version: number, pattern: string, value: string): void {
    if (version === this.current) return this.add(pattern, value);
    const entries = this.#prepared.get(version) ?? [];
    entries.push(newEntry(pattern, value));
    this.#prepared.set(version, entries);
  }

  /** @throws what a user complains about */
  check(pattern: string): void {
    for (const user of this.users) user.check(pattern);
  }

  /** @param change undefined = too much of one to be told otherwise than by all that is there now */
  #changed(change: PatternChange | undefined, entry?: PatternEntry): void {
    this.changes++;
    this.#remember(change, entry);
    if (this.uses.length === 0) return; // it is being filled with what stands on a line
    this.edited = true;
    this.onChange?.(change ?? this.contents());
  }

  #remember(change: PatternChange | undefined, entry: PatternEntry | undefined): void {
    if (entry === undefined || change === undefined || change.op === 'replace') this.#recent = [];
    else {
      this.#recent.push({ op: change.op, entry });
      if (this.#recent.length >= 2 * REMEMBERED) this.#recent = this.#recent.slice(-REMEMBERED);
    }
  }

  /** Does what another thread did. */
  apply(change: PatternChange): void {
    const { onChange } = this;
    this.onChange = undefined;
    if (change.op === 'add') this.add(change.pattern, change.value);
    else if (change.op === 'set') this.set(change.pattern, change.value);
    else if (change.op === 'delete') this.delete(change.pattern);
    else this.#replace(change.entries.map(([pattern, value]) => newEntry(pattern, value)));
    this.onChange = onChange;
  }

  /** All that is looked up, as a change. */
  contents(): PatternChange {
    return { op: 'replace', entries: this.entries.map(({ pattern, value }) => [pattern, value]) };
  }

  /** @returns how many entries had this pattern */
  delete(pattern: string): number {
    return this.#remove((entry) => entry.pattern === pattern, { op: 'delete', pattern });
  }

  deleteId(id: number): number {
    return this.#remove((entry) => entry.id === id);
  }

  #remove(unwanted: (entry: PatternEntry) => boolean, change?: PatternChange): number {
    const first = this.entries.find(unwanted);
    const kept = first === undefined ? this.entries : this.entries.filter((entry) => !unwanted(entry));
    let deleted = this.entries.length - kept.length;
    if (deleted > 0) this.#replace(kept, change, first);
    for (const [version, entries] of this.#prepared) {
      const left = entries.filter((entry) => !unwanted(entry));
      deleted += entries.length - left.length;
      this.#prepared.set(version, left);
    }
    return deleted;
  }

  /** Sets the value of all entries with this pattern. @returns how many there were */
  set(pattern: string, value: string): number {
    return this.#change((entry) => entry.pattern === pattern, value, { op: 'set', pattern, value });
  }

  setId(id: number, value: string): number {
    return this.#change((entry) => entry.id === id, value);
  }

  #change(wanted: (entry: PatternEntry) => boolean, value: string, change?: PatternChange): number {
    let changed = 0;
    let last: PatternEntry | undefined;
    for (const entries of [this.entries, ...this.#prepared.values()]) {
      for (const entry of entries) {
        if (!wanted(entry)) continue;
        entry.value = value;
        last = entry;
        changed++;
      }
    }
    if (changed > 0) this.#changed(change, last);
    return changed;
  }

  has(pattern: string): boolean {
    return this.entries.some((entry) => entry.pattern === pattern);
  }

  clear(version = this.current): void {
    if (version === this.current) this.#replace([]);
    else this.#prepared.delete(version);
  }

  /** Entries of a version; one that does not exist has none. */
  versionEntries(version: number): readonly PatternEntry[] {
    return version === this.current ? this.entries : (this.#prepared.get(version) ?? []);
  }

  /** Of all versions. */
  get size(): number {
    let size = this.entries.length;
    for (const entries of this.#prepared.values()) size += entries.length;
    return size;
  }

  /** @returns the number of a new, empty version */
  prepare(): number {
    return ++this.next;
  }

  /** Makes a prepared version the current one; those before it are gone. @returns false when it is not prepared */
  commit(version: number): boolean {
    if (version <= this.current || version > this.next) return false;
    const entries = this.#prepared.get(version) ?? [];
    this.current = version;
    for (const prepared of this.#prepared.keys()) if (prepared <= version) this.#prepared.delete(prepared);
    this.#replace(entries);
    return true;
  }

  #replace(entries: readonly PatternEntry[], change?: PatternChange, deleted?: PatternEntry): void {
    this.entries.length = 0;
    for (const entry of entries) this.entries.push(entry);
    this.#changed(change, deleted);
  }
}
