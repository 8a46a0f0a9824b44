import { parseIp } from '../ip.js';
import type { Flow } from '../values.js';
import type { Matcher, Parsed } from './matcher.js';
import { isTree, type MatchContext, type MatchMethod } from './methods.js';
import type { EntryChange, PatternFinding, PatternReference, PatternUser } from './reference.js';

/** Where patterns come from, and how their case counts. */
export interface PatternSource {
  readonly reference: PatternReference;
  readonly insensitive: boolean;
  readonly operator?: string;
}

/** A matcher over references that may change at run time: it is built again when one did. */
export class LivePatterns implements Matcher<Flow>, PatternUser {
  #matcher: Matcher<Flow>;
  #changes: number;
  /** What the matcher knows of each source's changes. */
  readonly #seen: number[] = [];
  /** Patterns that have been put into the matcher. */
  #count = 0;

  /**
   * @param answers type of a map's values; undefined for ACLs
   * @throws PatternError or RegexError when a pattern does not suit the method
   */
  constructor(
    readonly method: MatchMethod,
    readonly sources: readonly PatternSource[],
    readonly context: MatchContext,
    readonly answers?: string,
  ) {
    this.#matcher = this.#build(sources);
    this.#changes = this.#total();
    this.#note();
    for (const { reference } of sources) reference.users.push(this);
  }

  find(value: Flow): Parsed | undefined {
    if (this.#total() !== this.#changes) this.#catchUp();
    return this.#matcher.find(value);
  }

  /** Does in the matcher what was done in the sources; builds another one where that cannot be. */
  #catchUp(): void {
    this.#changes = this.#total();
    if (!this.#follow()) this.#matcher = this.#build(this.sources);
    this.#note();
  }

  #note(): void {
    for (const [at, { reference }] of this.sources.entries()) this.#seen[at] = reference.changes;
  }

  /** @returns false when something could not be done */
  #follow(): boolean {
    return this.sources.every((source, at) => {
      const changes = source.reference.since(this.#seen[at]);
      // what is added to one source would stand before the next one's
      const last = at === this.sources.length - 1;
      return changes?.every((change) => this.#apply(change, source, last)) ?? false;
    });
  }

  #apply(change: EntryChange, { insensitive, operator }: PatternSource, last: boolean): boolean {
    const { method } = this;
    const matcher = this.#matcher;
    if (change.op === 'set') return true; // the matcher's patterns refer to the entries
    const { pattern } = change.entry;
    const parsed = method.prepare({ pattern, entry: change.entry, insensitive, index: this.#count, operator });
    if (change.op === 'delete') return this.sources.length === 1 && matcher.remove?.(parsed.pattern) === true;
    if (!last || matcher.add === undefined) return false;
    matcher.add(parsed);
    this.#count++;
    return true;
  }

  get matcher(): Matcher<Flow> {
    return this.#matcher;
  }

  check(pattern: string): void {
    const insensitive = this.sources.some((source) => source.insensitive);
    this.method.build([{ pattern, entry: { value: '' }, insensitive, index: 0 }], this.context);
  }

  lookUp(text: string, reference: PatternReference): PatternFinding {
    const { method, answers } = this;
    const sources = this.sources.filter((source) => source.reference === reference);
    const insensitive = sources.some((source) => source.insensitive);
    const value = readSample(text, method.input);
    const matcher = sources.length === this.sources.length ? this : matcherOf(sources, method, this.context);
    const found = value === undefined ? undefined : matcher.find(value);
    return {
      method: method.name,
      insensitive,
      answers,
      found: found && { pattern: found.pattern, value: found.entry.value, tree: isTree(method, insensitive) },
    };
  }

  #total(): number {
    let total = 0;
    for (let index = 0; index < this.sources.length; index++) total += this.sources[index].reference.changes;
    return total;
  }

  #build(sources: readonly PatternSource[]): Matcher<Flow> {
    this.#count = sources.reduce((sum, { reference }) => sum + reference.entries.length, 0);
    return matcherOf(sources, this.method, this.context);
  }
}

function matcherOf(sources: readonly PatternSource[], method: MatchMethod, context: MatchContext): Matcher<Flow> {
  const patterns: Parsed[] = [];
  for (const { reference, insensitive, operator } of sources) {
    for (const entry of reference.entries) {
      const { pattern } = entry;
      patterns.push({ pattern, entry, insensitive, index: patterns.length, operator });
    }
  }
  return method.build(patterns, context);
}

/** A text as a sample of the type that a method compares. */
function readSample(text: string, type: MatchMethod['input']): Flow | undefined {
  if (type === 'sint') return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  if (type === 'bool') return /^\d+$/.test(text) ? Number(text) !== 0 : undefined;
  return type === 'addr' ? parseIp(text) : text;
}
