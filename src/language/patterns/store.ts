import type { Span } from '../../config/diagnostics.js';
import { PatternError } from './matcher.js';
import { PatternReference } from './reference.js';

export type { PatternReference } from './reference.js';

/** A reference with the number that `show acl` and `show map` give it. */
export interface NumberedReference {
  readonly id: number;
  readonly reference: PatternReference;
}

/** All pattern files of a configuration: one reference per file, whoever uses it. */
export class PatternStore {
  readonly #files = new Map<string, PatternReference>();
  readonly #all = new Set<PatternReference>();
  /** Numbers that `-u` gave. */
  readonly #reserved = new Map<PatternReference, number>();
  #place = { file: '', line: 0 };
  #numbered: NumberedReference[] | undefined = undefined;

  /** What is compiled from now on stands there. */
  compiling({ source }: Span): void {
    // a predefined ACL stands where it is named
    if (source.line > 0) this.#place = source;
  }

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
    return new PatternReference(file);
  }

  /** Records who uses a reference, which is how lists show it. @param id `-u` */
  use(reference: PatternReference, kind: 'acl' | 'map', fetch = '', id?: number): void {
    reference.uses.push({ kind, fetch, file: this.#place.file, line: this.#place.line });
    this.#all.add(reference);
    if (id !== undefined) this.#reserved.set(reference, id);
    this.#numbered = undefined;
  }

  find(file: string): PatternReference | undefined {
    return this.#files.get(file);
  }

  /** All, by number: in the order of the configuration's lines, those with a number of their own left out of it. */
  all(): readonly NumberedReference[] {
    this.#numbered ??= this.#number();
    return this.#numbered;
  }

  #number(): NumberedReference[] {
    const files = [...new Set([...this.#all].map(({ uses }) => uses[0].file))];
    const position = ({ uses: [first] }: PatternReference): number => files.indexOf(first.file) * 1e7 + first.line;
    const taken = new Set(this.#reserved.values());
    let next = 0;
    const numbered = [...this.#all]
      .toSorted((a, b) => position(a) - position(b))
      .map((reference) => {
        const own = this.#reserved.get(reference);
        if (own !== undefined) return { id: own, reference };
        while (taken.has(next)) next++;
        return { id: next++, reference };
      });
    return numbered.toSorted((a, b) => a.id - b.id);
  }
}

/** Lines of `acl -f`: leading blanks go, empty lines and those that begin with `#` are skipped (manual 7.1). */
function parseLines(text: string, into: PatternReference): void {
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('#')) continue;
    const pattern = line.replace(/^[ \t]+/, '');
    if (pattern !== '') into.load(pattern, '');
  }
}

/** Lines of a map: key, blanks, value without blanks at its end (manual 7.3.1, `map`). */
function parsePairs(text: string, into: PatternReference): void {
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('#')) continue;
    const parts = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t]*$/.exec(line);
    if (parts !== null) into.load(parts[1], parts[2]);
  }
}
