import type { Word } from './cursor.js';
import { ConfigError, type SourceLine, type Span } from './diagnostics.js';
import type { Environment } from './environment.js';
import { parse, SyntaxError as GrammarError } from './grammar/line.generated.js';

/** What the grammar makes of a word: text, a variable, or the inside of double quotes. */
type Piece =
  | { readonly text: string }
  | { readonly pieces: readonly Piece[] }
  | { readonly name: string; readonly list: boolean; readonly fallback: string | null };

interface ParsedWord {
  readonly pieces: readonly Piece[];
  readonly start: number;
  readonly end: number;
}

/** Where variables get their values from. */
export interface Surroundings {
  readonly env: Environment;
  /** Name of the section being read, its kind when it has no name, '' before the first: `.SECTION`. */
  readonly section: string;
}

/** What separates the values of a list variable, as in C's isspace(). */
const BLANKS = /[ \t\v\f\r\n]+/;

/**
 * Cuts a line into words: quotes, escapes and variables are resolved (manual 2.2 and 2.3).
 * @throws ConfigError with HAProxy's wording, at the offending character
 */
export function splitWords(source: SourceLine, around: Surroundings): Word[] {
  const parsed = parseLine(source, 0, false) as ParsedWord[];
  return parsed.flatMap((word) => expand(word, source, around));
}

/**
 * The rest of a line as one word in which blanks are kept, for conditions.
 * @param from offset where it begins
 * @throws ConfigError as splitWords
 */
export function wholeWord(source: SourceLine, from: number, around: Surroundings): Word {
  const parsed = parseLine(source, from, true) as ParsedWord;
  const text = expand(parsed, source, around)
    .map((word) => word.text)
    .join(' ')
    .trim();
  const length = Math.max(1, parsed.end - parsed.start);
  return { text, span: { source, column: from + parsed.start + 1, length } };
}

function parseLine(source: SourceLine, from: number, whole: boolean): unknown {
  try {
    return parse(source.text.slice(from), { whole });
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    const column = from + error.location.start.offset + 1;
    throw new ConfigError(
      { source, column, length: 1 },
      `${error.message} at position ${column}`,
      hintFor(error.message),
    );
  }
}

function hintFor(message: string): string | undefined {
  if (message === 'unmatched quote') return 'close it on the same line, or write \\\' or \\" for the character itself';
  if (message.startsWith('truncated or invalid hex'))
    return "two hexadecimal digits must follow '\\x'; a backslash itself is '\\\\'";
  if (message.startsWith('forbidden first char')) return "in double quotes, write '\\$' for a dollar sign";
  return undefined;
}

/** One word as written becomes several when it holds the expansion of a list. */
function expand(word: ParsedWord, source: SourceLine, around: Surroundings): Word[] {
  const span: Span = { source, column: word.start + 1, length: word.end - word.start };
  const texts = [''];
  append(word.pieces, texts, (name) => lookUp(name, source, around));
  return texts.map((text) => ({ text: untilNul(text), span }));
}

function append(pieces: readonly Piece[], texts: string[], value: (name: string) => string | undefined): void {
  for (const piece of pieces) {
    if ('pieces' in piece) append(piece.pieces, texts, value);
    else if ('text' in piece) texts[texts.length - 1] += piece.text;
    else {
      const text = value(piece.name) ?? piece.fallback ?? '';
      const [first, ...others] = piece.list ? text.split(BLANKS).filter((part) => part !== '') : [text];
      texts[texts.length - 1] += first ?? '';
      texts.push(...others);
    }
  }
}

function lookUp(name: string, source: SourceLine, around: Surroundings): string | undefined {
  if (name === '.FILE') return source.file;
  if (name === '.LINE') return String(source.line);
  if (name === '.SECTION') return around.section;
  return around.env.get(name);
}

/** `\x00` ends a word: HAProxy's strings are C's. */
function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
