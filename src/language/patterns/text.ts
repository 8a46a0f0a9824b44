import { translateRegex, type Regex } from '../../base/regex.js';
import type { Matcher, Parsed } from './matcher.js';

/** Lower case of ASCII letters only: what HAProxy compares with `-i`. */
export function asciiLower(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text.toLowerCase();
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Exact strings: one table for each way to compare. */
export class ExactMatcher implements Matcher<string> {
  readonly #sensitive = new Map<string, Parsed>();
  readonly #insensitive = new Map<string, Parsed>();
  /** Some pattern is not in its table, since an earlier one says the same. */
  #hidden = false;

  constructor(patterns: readonly Parsed[]) {
    for (const parsed of patterns) this.add(parsed);
  }

  add(parsed: Parsed): void {
    const table = parsed.insensitive ? this.#insensitive : this.#sensitive;
    const key = parsed.insensitive ? asciiLower(parsed.pattern) : parsed.pattern;
    if (table.has(key)) this.#hidden = true;
    else table.set(key, parsed);
  }

  remove(pattern: string): boolean {
    if (this.#hidden) return false;
    this.#sensitive.delete(pattern);
    const key = asciiLower(pattern);
    if (this.#insensitive.get(key)?.pattern === pattern) this.#insensitive.delete(key);
    return true;
  }

  find(value: string): Parsed | undefined {
    const found = this.#sensitive.size === 0 ? undefined : this.#sensitive.get(value);
    if (found !== undefined || this.#insensitive.size === 0) return found;
    return this.#insensitive.get(asciiLower(value));
  }
}

/** Patterns of one length, by text. */
interface SameLength {
  readonly length: number;
  readonly table: Map<string, Parsed>;
}

/** Prefixes or suffixes: one look-up for each length that occurs, whatever their number. */
export class AffixMatcher implements Matcher<string> {
  readonly #sensitive: SameLength[] = [];
  readonly #insensitive: SameLength[] = [];
  /** As in ExactMatcher. */
  #hidden = false;

  /** @param end suffixes instead of prefixes */
  constructor(
    patterns: readonly Parsed[],
    readonly end: boolean,
  ) {
    for (const parsed of patterns) this.add(parsed);
  }

  add(parsed: Parsed): void {
    const lengths = parsed.insensitive ? this.#insensitive : this.#sensitive;
    const text = parsed.insensitive ? asciiLower(parsed.pattern) : parsed.pattern;
    const { table } = ofLength(lengths, text.length);
    if (table.has(text)) this.#hidden = true;
    else table.set(text, parsed);
  }

  remove(pattern: string): boolean {
    if (this.#hidden) return false;
    const lower = asciiLower(pattern);
    for (const { table } of this.#sensitive) table.delete(pattern);
    for (const { table } of this.#insensitive) if (table.get(lower)?.pattern === pattern) table.delete(lower);
    return true;
  }

  find(value: string): Parsed | undefined {
    const found = this.#search(value, this.#sensitive);
    if (found !== undefined || this.#insensitive.length === 0) return found;
    return this.#search(asciiLower(value), this.#insensitive);
  }

  /** The longest prefix wins, as in HAProxy's trees; suffixes are a list there, so the first written wins. */
  #search(value: string, lengths: readonly SameLength[]): Parsed | undefined {
    let best: Parsed | undefined;
    for (const { length, table } of lengths) {
      if (length > value.length) continue;
      const found = table.get(this.end ? value.slice(value.length - length) : value.slice(0, length));
      if (found === undefined) continue;
      if (!this.end) return found;
      if (best === undefined || found.index < best.index) best = found;
    }
    return best;
  }
}

/** The table for a length, made where it is missing; the longest come first. */
function ofLength(lengths: SameLength[], length: number): SameLength {
  let at = lengths.findIndex((one) => one.length <= length);
  if (at < 0) at = lengths.length;
  if (lengths[at]?.length !== length) lengths.splice(at, 0, { length, table: new Map() });
  return lengths[at];
}

/** Tries patterns one after the other, in the order written. */
export class ListMatcher implements Matcher<string> {
  readonly #list: { readonly parsed: Parsed; readonly text: string }[] = [];
  #fold = false;

  /** @param holds compares a value with a pattern; both are in lower case where case is ignored */
  constructor(
    patterns: readonly Parsed[],
    readonly holds: (value: string, pattern: string) => boolean,
    readonly prepare: (pattern: string) => string = (pattern) => pattern,
  ) {
    for (const parsed of patterns) this.add(parsed);
  }

  add(parsed: Parsed): void {
    const text = this.prepare(parsed.pattern);
    this.#list.push({ parsed, text: parsed.insensitive ? asciiLower(text) : text });
    this.#fold ||= parsed.insensitive;
  }

  remove(pattern: string): boolean {
    removeFrom(this.#list, pattern);
    return true;
  }

  find(value: string): Parsed | undefined {
    const lower = this.#fold ? asciiLower(value) : value;
    for (const { parsed, text } of this.#list) {
      if (this.holds(parsed.insensitive ? lower : value, text)) return parsed;
    }
    return undefined;
  }
}

export class RegexMatcher implements Matcher<string> {
  readonly #list: { readonly parsed: Parsed; readonly regex: Regex }[] = [];

  /** @throws RegexError */
  constructor(patterns: readonly Parsed[]) {
    for (const parsed of patterns) this.add(parsed);
  }

  /** @throws RegexError */
  add(parsed: Parsed): void {
    const { pattern, insensitive } = parsed;
    this.#list.push({ parsed, regex: translateRegex(pattern, { insensitive }) });
  }

  remove(pattern: string): boolean {
    removeFrom(this.#list, pattern);
    return true;
  }

  find(value: string): Parsed | undefined {
    for (const { parsed, regex } of this.#list) if (regex.test(value)) return parsed;
    return undefined;
  }

  /** The first pattern that matches, with its regex, for replacements by groups (map_regm). */
  findRegex(value: string): { readonly parsed: Parsed; readonly regex: Regex } | undefined {
    return this.#list.find(({ regex }) => regex.test(value));
  }
}

function removeFrom(list: { readonly parsed: Parsed }[], pattern: string): void {
  for (let at = list.length - 1; at >= 0; at--) if (list[at].parsed.pattern === pattern) list.splice(at, 1);
}

/**
 * Whether `word` stands in `value` between delimiters or its ends (`-m dir`, `-m dom`).
 * @param delimiters the characters that delimit
 */
export function holdsWord(value: string, word: string, delimiters: string): boolean {
  if (word === '') return false;
  for (let at = value.indexOf(word); at >= 0; at = value.indexOf(word, at + 1)) {
    const end = at + word.length;
    if ((at === 0 || delimiters.includes(value[at - 1])) && (end === value.length || delimiters.includes(value[end])))
      return true;
  }
  return false;
}

/** Leading and trailing delimiters of such a pattern are ignored. */
export function trimDelimiters(pattern: string, delimiters: string): string {
  let start = 0;
  let end = pattern.length;
  while (start < end && delimiters.includes(pattern[start])) start++;
  while (end > start && delimiters.includes(pattern[end - 1])) end--;
  return pattern.slice(start, end);
}
