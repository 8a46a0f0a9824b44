import type { Flow } from '../values.js';
import type { Matcher, Parsed } from './matcher.js';
import type { MatchContext, MatchMethod } from './methods.js';
import type { PatternReference } from './store.js';

/** Where patterns come from, and how their case counts. */
export interface PatternSource {
  readonly reference: PatternReference;
  readonly insensitive: boolean;
  readonly operator?: string;
}

/** A matcher over references that may change at run time: it is built again when one did. */
export class LivePatterns implements Matcher<Flow> {
  #matcher: Matcher<Flow>;
  #version: number;

  /** @throws PatternError or RegexError when a pattern does not suit the method */
  constructor(
    readonly method: MatchMethod,
    readonly sources: readonly PatternSource[],
    readonly context: MatchContext,
  ) {
    this.#matcher = this.#build();
    this.#version = this.#total();
  }

  find(value: Flow): Parsed | undefined {
    if (this.#total() !== this.#version) {
      this.#version = this.#total();
      this.#matcher = this.#build();
    }
    return this.#matcher.find(value);
  }

  get matcher(): Matcher<Flow> {
    return this.#matcher;
  }

  #total(): number {
    let total = 0;
    for (let index = 0; index < this.sources.length; index++) total += this.sources[index].reference.version;
    return total;
  }

  #build(): Matcher<Flow> {
    const patterns: Parsed[] = [];
    for (const { reference, insensitive, operator } of this.sources) {
      for (const { pattern, value } of reference.entries) {
        patterns.push({ pattern, value, insensitive, index: patterns.length, operator });
      }
    }
    return this.method.build(patterns, this.context);
  }
}
