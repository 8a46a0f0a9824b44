/** A pattern ready to be put into a matcher. */
export interface Parsed {
  readonly pattern: string;
  /** What a map answers, which may change. */
  readonly entry: { readonly value: string };
  readonly insensitive: boolean;
  /** Position in the order written: where several match, methods that keep a list answer with the first. */
  readonly index: number;
  /** `eq`, `gt`… before integers. */
  readonly operator?: string;
}

/** Looks values up among patterns. */
export interface Matcher<T> {
  find(value: T): Parsed | undefined;
  /** Puts a pattern behind all others. Where it is missing, a changed set of patterns takes a new matcher. */
  add?(parsed: Parsed): void;
  /** Removes every pattern that was written so. @returns false when that takes a new matcher */
  remove?(pattern: string): boolean;
}

/** A pattern does not suit its method; the message is HAProxy's. */
export class PatternError extends Error {}
