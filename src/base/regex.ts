import { enableLinearEngine, guarded, harmlessLength } from './regex-guard.js';
import { translate, type Translation } from './regex-dialect.js';
import { type Found, linearPattern, type LinearPattern, loadLinearEngine } from './regex-linear.js';
import { literalOf, type Literal } from './regex-literal.js';

/** A pattern that cannot be used, with the reason in PCRE's words where it has some. */
export class RegexError extends Error {
  constructor(
    readonly pattern: string,
    readonly reason: string,
    /** Offset of the offence. */
    readonly offset: number,
  ) {
    super(`regex '${pattern}' is invalid (error=${reason}, erroffset=${offset})`);
  }
}

export interface RegexOptions {
  /** Ignores the case of ASCII letters, as PCRE does without a locale. */
  readonly insensitive?: boolean;
}

/** Where a pattern matched: the whole and its groups, undefined for groups that took no part. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

/** A PCRE pattern, matched against bytes as latin1. */
export class Regex {
  readonly #expression: RegExp;
  readonly #strict: RegExp | undefined;
  readonly #groups: readonly number[];
  readonly #literal: Literal | undefined;
  /** Longer texts are matched under guard. */
  readonly #harmless: number;
  readonly #source: string;
  /** What matches such texts, once the guard had to step in; null = nothing can. */
  #linear: LinearPattern | null | undefined = undefined;

  /** @param strict the same pattern for texts that end with a newline, where `$` needs more care */
  constructor(
    readonly pattern: string,
    translation: Translation,
    strict: Translation,
    literal: Literal | undefined,
  ) {
    this.#expression = new RegExp(translation.source, translation.flags);
    this.#strict = translation.plainEnd ? new RegExp(strict.source, strict.flags) : undefined;
    this.#groups = translation.groups;
    this.#literal = literal;
    this.#source = translation.source;
    this.#harmless = harmlessLength(translation.source, translation.flags);
    if (this.#harmless !== Infinity) void loadLinearEngine();
  }

  #expressionFor(text: string): RegExp {
    return this.#strict !== undefined && text.endsWith('\n') ? this.#strict : this.#expression;
  }

  test(text: string): boolean {
    const literal = this.#literal;
    if (literal !== undefined) return literal.test(text);
    const expression = this.#expressionFor(text);
    expression.lastIndex = 0;
    if (text.length <= this.#harmless) return expression.test(text);
    if (expression !== this.#expression) return guarded(() => expression.test(text)) === true;
    if (this.#linear) return this.#linear.test(text);
    return guarded(() => expression.test(text)) ?? this.#second()?.test(text) ?? false;
  }

  /** The guard stepped in: from now on the other engine does what it can, save where `$` needs more care. */
  #second(): LinearPattern | undefined {
    if (this.#linear === undefined) this.#linear = linearPattern(this.#source) ?? null;
    return this.#linear ?? undefined;
  }

  /** The first match at or after `from`. */
  exec(text: string, from = 0): RegexMatch | undefined {
    const expression = this.#expressionFor(text);
    expression.lastIndex = from;
    const found = text.length <= this.#harmless ? expression.exec(text) : this.#execGuarded(expression, text, from);
    if (found === null) return undefined;
    const groups = this.#groups.map((index) => found[index]);
    return { start: found.index, end: found.index + (groups[0] ?? '').length, groups };
  }

  #execGuarded(expression: RegExp, text: string, from: number): Found | null {
    if (expression !== this.#expression) return guarded(() => expression.exec(text)) ?? null;
    if (this.#linear) return this.#linear.exec(text, from);
    const found = guarded(() => expression.exec(text));
    return found === undefined ? (this.#second()?.exec(text, from) ?? null) : found;
  }
}

/**
 * Translates a PCRE pattern.
 *
 * Case is ignored by spelling both cases out rather than with JavaScript's flag: that is what PCRE does to bytes, and
 * V8 then can fall back to its linear engine when a pattern backtracks too much, so that no request hangs the proxy.
 * What that engine cannot do is interrupted where it is dangerous (see regex-guard.ts).
 * @throws RegexError when it is malformed or cannot be expressed
 */
export function translateRegex(pattern: string, options: RegexOptions = {}): Regex {
  enableLinearEngine();
  const insensitive = options.insensitive === true;
  const fail = (reason: string, offset: number): never => {
    throw new RegexError(pattern, reason, offset);
  };
  const translation = translate(pattern, insensitive, fail);
  const strict = translate(pattern, insensitive, fail, true);
  try {
    return new Regex(pattern, translation, strict, literalOf(pattern, insensitive));
  } catch (error) {
    throw new RegexError(pattern, error instanceof Error ? error.message : String(error), 0);
  }
}

/** Builds a replacement: `\1` is a group, `\\` a backslash, `\xNN` a byte (as HAProxy's exp_replace). */
export function expandReplacement(template: string, match: RegexMatch): string {
  if (!template.includes('\\')) return template;
  return template.replaceAll(
    /\\(?:([0-9])|x([0-9A-Fa-f]{2})|([^]))/g,
    (_, group?: string, hex?: string, other?: string) => {
      if (group !== undefined) return match.groups[Number(group)] ?? '';
      return hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (other as string);
    },
  );
}
