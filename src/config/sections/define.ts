import type { Registry } from '../../base/registry.js';
import { ConfigError } from '../diagnostics.js';
import type { Cursor } from '../cursor.js';
import type { KeywordFacts, ParseContext, SectionKeyword } from '../keyword.js';
import type { Inheritance } from './inheritance.js';

/** A kind of section: the word that opens it and what its lines mean. */
export interface SectionDefinition extends KeywordFacts {
  /** Keywords of its lines, for suggestions and inventories. */
  readonly keywords: readonly KeywordFacts[];
  /**
   * Reads the opening line. What is wrong with it is reported, not thrown, wherever the section's lines can still be
   * read, so that their problems show in the same run.
   * @param words the section's kind is taken already
   */
  open(words: Cursor, reading: Reading): SectionBody;
}

/** An opened section. */
export interface SectionBody {
  /** What `.SECTION` gives: its name, or its kind when it has none. */
  readonly title: string;
  /** Reads one line; its keyword is taken already. @throws ConfigError */
  line(words: Cursor, context: ParseContext): void;
  /** The section ends: what only all of its lines together can say. */
  close?(context: ParseContext): void;
}

/** What sections share while a configuration is read. */
export interface Reading {
  readonly context: ParseContext;
  readonly inheritance: Inheritance;
  /** Throws the complaint about a keyword that the section does not know. */
  unknown(words: Cursor, section: string, known: readonly string[], message?: string): never;
}

const NEGATION =
  'negation/default currently supported only for options, log, busy-polling, set-dumpable, strict-limits, insecure-fork-wanted and numa-cpu-mapping.';

/** Hands a line to the keyword that opens it. @param message replaces HAProxy's usual words for an unknown one */
export function dispatch<Target>(
  registry: Registry<SectionKeyword<Target>>,
  words: Cursor,
  target: Target,
  context: ParseContext,
  unknown: (known: readonly string[]) => never,
): void {
  const keyword = registry.get(words.keyword.text);
  if (keyword === undefined) return unknown(registry.names());
  refuseNegation(keyword, words, context);
  keyword.parse(words, target, context);
}

/** `no` and `default` mean something before few keywords only. */
export function refuseNegation(keyword: KeywordFacts, words: Cursor, context: ParseContext): void {
  if (!context.negated && context.restoresDefault !== true) return;
  if (keyword.negatable !== true) throw new ConfigError(words.keyword.span, NEGATION);
}

/** Characters of names, manual 4. @returns the first other one */
export function invalidCharacter(name: string): string | undefined {
  return /[^A-Za-z0-9_.:-]/.exec(name)?.[0];
}

/** Reports a name with a character that names must not have. */
export function checkName(words: Cursor, kind: string, name: { text: string; span: Cursor['lineSpan'] }): void {
  const character = invalidCharacter(name.text);
  if (character === undefined) return;
  words.diagnostics.alert(
    name.span,
    `character '${character}' is not permitted in '${kind}' name '${name.text}'.`,
    "names have letters, digits, '-', '_', '.' and ':'",
  );
}

/** Reports words that nobody took. */
export function refuseRest(words: Cursor, kind: string): void {
  const extra = words.peek();
  if (extra === undefined) return;
  words.diagnostics.alert(extra.span, `'${kind}' cannot handle unexpected argument '${extra.text}'.`);
  words.rest();
}
