import { closest } from '../../base/closest.js';
import { RegexError, translateRegex, type Regex } from '../../base/regex.js';
import { Cursor, type Word } from '../../config/cursor.js';
import { ConfigError, Diagnostics } from '../../config/diagnostics.js';
import type { RuleModel } from '../../config/model.js';
import type { CheckFacts, CheckParseContext } from '../plan.js';

/** One `tcp-check …` or `http-check …` line being read: words, and HAProxy's way of complaining about them. */
export class RuleLine {
  /** Words after `http-check ACTION`. */
  readonly words: Cursor;
  /** `http-check expect`, for complaints. */
  readonly name: string;
  readonly action: string;

  constructor(
    readonly rule: RuleModel,
    readonly context: CheckParseContext,
    /** Position among the rules, from 1. */
    readonly id: number,
  ) {
    this.words = new Cursor(rule.words, new Diagnostics());
    const family = this.words.next('a check').text;
    this.action = this.words.more() ? this.words.next('an action').text : '';
    this.name = `${family} ${this.action}`;
  }

  fail(message: string, at?: Word, hint?: string): never {
    throw new ConfigError(at?.span ?? this.words.peek()?.span ?? this.rule.span, `'${this.name}' : ${message}`, hint);
  }

  /** An argument that must be there. */
  argument(option: string, what: string): Word {
    if (!this.words.more()) this.fail(`'${option}' expects ${what}.`, this.words.words.at(-1));
    return this.words.next(what);
  }

  /** A word that is none of the known ones. */
  unknown(word: Word, expected: string, known: readonly string[]): never {
    const near = closest(word.text, known);
    return this.fail(
      `${expected} but got '${word.text}' as argument..`,
      word,
      near === undefined ? undefined : `did you mean '${near}'?`,
    );
  }

  regex(word: Word, insensitive = false): Regex {
    try {
      return translateRegex(word.text, { insensitive });
    } catch (error) {
      if (error instanceof RegexError) return this.fail(`${error.message}.`, word);
      throw error;
    }
  }

  /** A log-format string; plain text needs no language. */
  format(word: Word): (facts: CheckFacts) => string {
    const { text } = word;
    if (!text.includes('%')) return () => text;
    const compiled = this.context.language.format(word);
    return (facts) => compiled(facts.stream);
  }

  number(word: Word): (facts: CheckFacts) => number | undefined {
    const compiled = this.context.language.number(word);
    return (facts) => compiled(facts.stream);
  }
}
