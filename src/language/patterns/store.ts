import { PatternError } from './matcher.js';

/** The patterns of one file (or of one ACL's line), editable at run time; readers notice by its version. */
export class PatternReference {
  readonly entries: { pattern: string; value: string }[] = [];
  version = 0;
  /** Its lines are keys with values. */
  pairs = false;

  constructor(
    /** The file's name, or '' for patterns written in the configuration. */
    readonly file: string,
    readonly id: number,
  ) {}

  add(pattern: string, value = ''): void {
    this.entries.push({ pattern, value });
    this.version++;
  }

  /** @returns how many entries had this pattern */
  delete(pattern: string): number {
    const kept = this.entries.filter((entry) => entry.pattern !== pattern);
    const deleted = this.entries.length - kept.length;
    if (deleted > 0) this.#replace(kept);
    return deleted;
  }

  /** Sets the value of all entries with this pattern. @returns how many there were */
  set(pattern: string, value: string): number {
    let changed = 0;
    for (const entry of this.entries) {
      if (entry.pattern !== pattern) continue;
      entry.value = value;
      changed++;
    }
    if (changed > 0) this.version++;
    return changed;
  }

  has(pattern: string): boolean {
    return this.entries.some((entry) => entry.pattern === pattern);
  }

  clear(): void {
    this.#replace([]);
  }

  #replace(entries: { pattern: string; value: string }[]): void {
    this.entries.length = 0;
    for (const entry of entries) this.entries.push(entry);
    this.version++;
  }
}

/** All pattern files of a configuration: one reference per file, whoever uses it. */
export class PatternStore {
  readonly #files = new Map<string, PatternReference>();
  readonly #all: PatternReference[] = [];

  /**
   * The patterns of a file, read on first use.
   * @param read gives the file's text; may throw
   * @param pairs whether lines are a key and a value (maps, `-M`)
   * @throws PatternError when it was read the other way before
   */
  open(file: string, pairs: boolean, read: (file: string) => string): PatternReference {
    const known = this.#files.get(file);
    if (known !== undefined) {
      if (known.pairs === pairs) return known;
      const [before, now] = known.pairs ? ['two', 'one'] : ['one', 'two'];
      throw new PatternError(
        `The file "${file}" is already used as ${before} column file and cannot be used by as ${now} column file.`,
      );
    }
    const text = read(file);
    const reference = this.create(file);
    reference.pairs = pairs;
    if (pairs) parsePairs(text, reference);
    else parseLines(text, reference);
    this.#files.set(file, reference);
    return reference;
  }

  /** An empty reference, for patterns on the line and for files that are not opened (offline). */
  create(file = ''): PatternReference {
    const reference = new PatternReference(file, this.#all.length);
    this.#all.push(reference);
    return reference;
  }

  find(file: string): PatternReference | undefined {
    return this.#files.get(file);
  }

  /** For `show acl` and `show map`. */
  all(): readonly PatternReference[] {
    return this.#all;
  }
}

/** Lines of `acl -f`: leading blanks go, empty lines and those that begin with `#` are skipped (manual 7.1). */
function parseLines(text: string, into: PatternReference): void {
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('#')) continue;
    const pattern = line.replace(/^[ \t]+/, '');
    if (pattern !== '') into.entries.push({ pattern, value: '' });
  }
}

/** Lines of a map: key, blanks, value without blanks at its end (manual 7.3.1, `map`). */
function parsePairs(text: string, into: PatternReference): void {
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('#')) continue;
    const parts = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/.exec(line);
    if (parts !== null) into.entries.push({ pattern: parts[1], value: parts[2] });
  }
}
