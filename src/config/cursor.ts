import { closest } from '../base/closest.js';
import { parseDuration, parseSize, type TimeUnit, type UnitResult } from '../base/units.js';
import { ConfigError, type Diagnostics, type Span } from './diagnostics.js';

/** One word of a line after quotes, escapes and variables are resolved. */
export interface Word {
  readonly text: string;
  readonly span: Span;
}

/**
 * Walks the words of one line. The only thing that touches positions: keyword parsers ask for what they expect, and
 * every complaint points at its word.
 */
export class Cursor {
  #position = 0;
  /** What complaints call the line: its keyword, or more once a sub-keyword is known (`timeout connect`). */
  label: string;

  /** @param words never empty: the first is the keyword (or the section name) itself */
  constructor(
    readonly words: readonly Word[],
    readonly diagnostics: Diagnostics,
  ) {
    this.label = words[0].text;
  }

  /** The keyword that opened the line. */
  get keyword(): Word {
    return this.words[0];
  }

  /** The word taken last; the keyword before any other was. */
  get taken(): Word {
    return this.words[Math.max(0, this.#position - 1)];
  }

  /** The whole line, for complaints about all of it. */
  get lineSpan(): Span {
    return spanOf(this.words);
  }

  more(): boolean {
    return this.#position < this.words.length;
  }

  /** The next word without taking it. */
  peek(ahead = 0): Word | undefined {
    return this.words[this.#position + ahead];
  }

  /** True, and taken, when the next word is exactly `text`. */
  take(text: string): boolean {
    if (this.peek()?.text !== text) return false;
    this.#position++;
    return true;
  }

  /** The next word. @throws ConfigError when the line ends before it, naming what was expected */
  next(what: string): Word {
    const word = this.peek();
    if (word === undefined) this.fail(`'${this.#context()}' expects ${what}`, this.#endSpan());
    this.#position++;
    return word;
  }

  /** All remaining words, taken. */
  rest(): Word[] {
    const words = this.words.slice(this.#position);
    this.#position = this.words.length;
    return words;
  }

  /** Steps back one word. */
  back(): void {
    this.#position--;
  }

  integer(what: string, range: { min?: number; max?: number } = {}): number {
    const word = this.next(what);
    if (!/^[+-]?\d+$/.test(word.text)) {
      const tail = /^[+-]?\d+(?=\D)/.exec(word.text)?.[0];
      const hint = tail === undefined ? undefined : `is a space missing? '${tail} ${word.text.slice(tail.length)}'`;
      this.fail(`'${this.#context()}' expects ${what} (an integer), not '${word.text}'`, word.span, hint);
    }
    const value = Number(word.text);
    const { min = -Infinity, max = Infinity } = range;
    if (value < min || value > max) {
      this.fail(`'${this.#context()}': ${what} must be ${describeRange(range)}, not ${word.text}`, word.span);
    }
    return value;
  }

  /** A time. @returns milliseconds */
  duration(what: string, unit: TimeUnit = 'ms'): number {
    return this.#unit(what, (text) => parseDuration(text, unit));
  }

  /** A size. @returns bytes */
  size(what: string): number {
    return this.#unit(what, parseSize);
  }

  #unit(what: string, parse: (text: string) => UnitResult): number {
    const word = this.next(what);
    const result = parse(word.text);
    if (result.ok) return result.value;
    const span = {
      ...word.span,
      column: word.span.column + result.at,
      length: Math.max(1, word.span.length - result.at),
    };
    return this.fail(`'${this.#context()}': ${what}: ${result.why}, in '${word.text}'`, span);
  }

  /** One of a closed set of words, with a suggestion when it is nearly one. */
  oneOf<T extends string>(what: string, allowed: readonly T[]): T {
    const word = this.next(`${what} (${allowed.join(', ')})`);
    const found = allowed.find((candidate) => candidate === word.text);
    if (found !== undefined) return found;
    const near = closest(word.text, allowed);
    return this.fail(
      `'${this.#context()}': unknown ${what} '${word.text}', expected ${allowed.map((a) => `'${a}'`).join(', ')}`,
      word.span,
      near === undefined ? undefined : `did you mean '${near}'?`,
    );
  }

  /** The line must end here. */
  end(): void {
    const word = this.peek();
    if (word !== undefined)
      this.fail(`'${this.#context()}' cannot handle unexpected argument '${word.text}'`, word.span);
  }

  /** Gives up the line. */
  fail(message: string, at: Span | Word | undefined = this.peek() ?? this.keyword, hint?: string): never {
    throw new ConfigError(asSpan(at), message, hint);
  }

  /** Complains without giving up. */
  warn(message: string, at: Span | Word | undefined = this.keyword, hint?: string): void {
    this.diagnostics.warning(asSpan(at), message, hint);
  }

  #context(): string {
    return this.label;
  }

  /** Just behind the last word: where something is missing. */
  get endSpan(): Span {
    return this.#endSpan();
  }

  #endSpan(): Span {
    const last = this.words[this.words.length - 1].span;
    return { source: last.source, column: last.column + last.length, length: 1 };
  }
}

function asSpan(at: Span | Word | undefined): Span | undefined {
  return at !== undefined && 'span' in at ? at.span : at;
}

/** From the first to the last of some words of one line. */
export function spanOf(words: readonly Word[]): Span {
  const first = words[0].span;
  const last = words[words.length - 1].span;
  return { source: first.source, column: first.column, length: last.column + last.length - first.column };
}

function describeRange({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return `between ${min} and ${max}`;
  return min !== undefined ? `at least ${min}` : `at most ${max}`;
}
