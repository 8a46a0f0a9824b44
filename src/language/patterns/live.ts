import { parseIp } from '../ip.js';
import type { Flow } from '../values.js';
import type { Matcher, Parsed } from './matcher.js';
import { isTree, type MatchContext, type MatchMethod } from './methods.js';
import type { PatternFinding, PatternReference, PatternUser } from './reference.js';

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
    for (const { reference } of sources) reference.users.push(this);
  }

  find(value: Flow): Parsed | undefined {
    if (this.#total() !== this.#changes) {
      this.#changes = this.#total();
      this.#matcher = this.#build(this.sources);
    }
    return this.#matcher.find(value);
  }

  get matcher(): Matcher<Flow> {
    return this.#matcher;
  }

  check(pattern: string): void {
    const insensitive = this.sources.some((source) => source.insensitive);
    this.method.build([{ pattern, value: '', insensitive, index: 0 }], this.context);
  }

  lookUp(text: string, reference: PatternReference): PatternFinding {
    const { method, answers } = this;
    const sources = this.sources.filter((source) => source.reference === reference);
    const insensitive = sources.some((source) => source.insensitive);
    const value = readSample(text, method.input);
    const found = value === undefined ? undefined : this.#build(sources).find(value);
    return {
      method: method.name,
      insensitive,
      answers,
      found: found && { pattern: found.pattern, value: found.value, tree: isTree(method, insensitive) },
    };
  }

  #total(): number {
    let total = 0;
    for (let index = 0; index < this.sources.length; index++) total += this.sources[index].reference.changes;
    return total;
  }

  #build(sources: readonly PatternSource[]): Matcher<Flow> {
    const patterns: Parsed[] = [];
    for (const { reference, insensitive, operator } of sources) {
      for (const { pattern, value } of reference.entries) {
        patterns.push({ pattern, value, insensitive, index: patterns.length, operator });
      }
    }
    return this.method.build(patterns, this.context);
  }
}

/** A text as a sample of the type that a method compares. */
function readSample(text: string, type: MatchMethod['input']): Flow | undefined {
  if (type === 'sint') return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  if (type === 'bool') return /^\d+$/.test(text) ? Number(text) !== 0 : undefined;
  return type === 'addr' ? parseIp(text) : text;
}
