import { closest } from '../base/closest.js';
import type { Word } from './cursor.js';
import { ConfigError, type Diagnostics, type Severity, type SourceLine, type Span } from './diagnostics.js';
import { evaluateCondition } from './evaluate.js';
import type { ConditionFacts } from './predicates.js';
import { subSpan } from './subspan.js';
import { wholeWord, type Surroundings } from './words.js';

/** One `.if` that is not closed yet. */
interface Block {
  /** The `.if` itself. */
  readonly opened: Span;
  /** False inside a block that is left out: nothing in here is evaluated. */
  readonly reachable: boolean;
  /** A branch was chosen already. */
  chosen: boolean;
  /** The branch being read is the chosen one. */
  active: boolean;
  inElse: boolean;
}

const MESSAGES: Readonly<Record<string, Severity>> = {
  '.alert': 'alert',
  '.warning': 'warning',
  '.notice': 'notice',
  '.diag': 'diag',
};
const DIRECTIVES = ['.if', '.elif', '.else', '.endif', ...Object.keys(MESSAGES)];

/** Conditional blocks and messages of one file (manual 2.4). */
export class Preprocessor {
  readonly #blocks: Block[] = [];

  constructor(
    readonly facts: ConditionFacts,
    readonly diagnostics: Diagnostics,
  ) {}

  /**
   * Sees every line first.
   * @returns true when the line is a directive or is left out, so that nobody else may look at it
   * @throws ConfigError
   */
  consumes(words: readonly Word[], source: SourceLine, around: Surroundings): boolean {
    const [directive] = words;
    if (!directive.text.startsWith('.')) return !this.#active;
    switch (directive.text) {
      case '.if':
        this.#open(directive, source, around);
        return true;
      case '.elif':
        this.#elif(directive, source, around);
        return true;
      case '.else':
        this.#else(words);
        return true;
      case '.endif':
        refuseArgument(words, 1);
        if (this.#blocks.pop() === undefined) alone(directive);
        return true;
      default:
        if (this.#active) this.#message(words);
        return true;
    }
  }

  /** The file ends here. */
  end(): void {
    for (const { opened } of this.#blocks)
      this.diagnostics.alert(opened, "non-terminated '.if' block.", "add '.endif'");
    this.#blocks.length = 0;
  }

  get #active(): boolean {
    return this.#blocks.at(-1)?.active ?? true;
  }

  #open(directive: Word, source: SourceLine, around: Surroundings): void {
    const reachable = this.#active;
    const block: Block = { opened: directive.span, reachable, chosen: false, active: false, inElse: false };
    // Even when the condition cannot be understood, so that `.endif` finds its block.
    this.#blocks.push(block);
    if (reachable) this.#choose(block, directive, source, around);
  }

  #elif(directive: Word, source: SourceLine, around: Surroundings): void {
    const block = this.#blocks.at(-1) ?? alone(directive);
    if (block.inElse) throw new ConfigError(directive.span, "'.elif' after '.else' is not permitted.");
    block.active = false;
    if (block.reachable && !block.chosen) this.#choose(block, directive, source, around);
  }

  #else(words: readonly Word[]): void {
    const block = this.#blocks.at(-1) ?? alone(words[0]);
    if (block.inElse) throw new ConfigError(words[0].span, "'.else' after '.else' is not permitted.");
    block.inElse = true;
    block.active = block.reachable && !block.chosen;
    refuseArgument(words, 1);
  }

  #choose(block: Block, directive: Word, source: SourceLine, around: Surroundings): void {
    const end = directive.span.column - 1 + directive.span.length;
    const condition = wholeWord(source, end, around);
    const result = evaluateCondition(condition.text, this.facts);
    if (!result.ok) {
      const at = subSpan(condition, result.at, result.at + 1);
      const position = `in '${directive.text}' at position ${result.at + 1}`;
      throw new ConfigError(at, `${result.why} ${position}`, result.hint);
    }
    block.active = result.value;
    block.chosen = result.value;
  }

  #message(words: readonly Word[]): void {
    const [directive, message] = words;
    const severity = MESSAGES[directive.text];
    if (severity === undefined) {
      const near = closest(directive.text, DIRECTIVES);
      const hint = near === undefined ? `directives are ${DIRECTIVES.join(' ')}` : `did you mean '${near}'?`;
      throw new ConfigError(directive.span, `unknown directive '${directive.text}'.`, hint);
    }
    refuseArgument(words, 2);
    this.diagnostics.list.push({
      severity,
      message: `'${message?.text ?? ''}'.`,
      span: directive.span,
      hint: undefined,
    });
  }
}

function alone(directive: Word): never {
  throw new ConfigError(directive.span, `lone '${directive.text}' with no matching '.if'.`);
}

function refuseArgument(words: readonly Word[], position: number): void {
  const extra = words[position];
  if (extra === undefined) return;
  const advice = position === 2 ? ' Use quotes if the message should contain spaces.' : '';
  throw new ConfigError(extra.span, `Unexpected argument '${extra.text}' for '${words[0].text}'.${advice}`);
}
