import { readFileSync } from 'node:fs';
import { Cursor, type Word } from '../../config/cursor.js';
import { ConfigError, Diagnostics, type SourceLine } from '../../config/diagnostics.js';
import { crtListKeywords } from '../../config/keywords/crt-list.js';
import type { TlsWord } from '../../config/model.js';
import { FileProblem, reasonOf } from './files.js';

/** One line of a `crt-list` file (manual 5.1). */
export interface CrtListLine {
  readonly path: Word;
  /** Parameters in brackets, those included that nothing is done about; undefined = there are no brackets. */
  readonly parameters: readonly TlsWord[] | undefined;
  /** Names, wildcards, and with `!` in front names that it is not for. */
  readonly filters: readonly string[];
  readonly warnings: readonly { readonly word: Word; readonly message: string }[];
}

/** A line of the list cannot be understood. */
export class CrtListProblem extends Error {
  constructor(
    readonly word: Word,
    message: string,
  ) {
    super(message);
  }
}

/** @throws FileProblem, CrtListProblem */
export function readCrtList(path: string): { readonly lines: CrtListLine[]; readonly lineCount: number } {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new FileProblem(`cannot open file '${path}' : ${reasonOf(error)}`);
  }
  const sources = text.replace(/\n$/, '').split('\n');
  const lines = sources.flatMap((each, index) => {
    const source = { file: path, line: index + 1, text: each.replace(/\r$/, '') };
    return /^\s*(?:#|$)/.test(source.text) ? [] : parseCrtListLine(source);
  });
  return { lines, lineCount: sources.length };
}

/** Blanks separate; brackets are words of their own. A `#` further on begins nothing: HAProxy reads a name there too. */
function wordsOf(source: SourceLine): Word[] {
  return [...source.text.matchAll(/[^\s[\]]+|[[\]]/g)].map((match) => ({
    text: match[0],
    span: { source, column: match.index + 1, length: match[0].length },
  }));
}

/** @param source a line that has a word @throws CrtListProblem */
export function parseCrtListLine(source: SourceLine): CrtListLine {
  const [path, ...rest] = wordsOf(source);
  const bad = (word: Word, message: string): never => {
    throw new CrtListProblem(word, `parsing [${source.file}:${source.line}]: ${message}`);
  };
  if (path.text === '[' || path.text === ']') bad(path, 'file must start with a cert');
  const open = rest.findIndex(({ text }) => text === '[');
  const close = rest.findIndex(({ text }) => text === ']');
  if (close >= 0 && (open < 0 || close < open)) bad(rest[close], "missing '['");
  const isOpening = ({ text }: Word, at: number): boolean => text === '[' && at > open;
  const second = rest.findIndex(isOpening);
  if (second >= 0) bad(rest[second], "too many '['");
  const another = rest.findIndex(({ text }, at) => text === ']' && at > close);
  if (another >= 0) bad(rest[another], "too many ']'");

  const warnings: { word: Word; message: string }[] = [];
  if (open > 0) {
    const message = `parsing [${source.file}:${source.line}]: malformated line, filters can't be between filename and options!`;
    warnings.push({ word: rest[0], message });
  }
  if (open >= 0 && close < 0) {
    warnings.push({ word: rest[open], message: "'[' without ']': the words behind it are taken as names" });
  }
  const inside = close < 0 ? [] : rest.slice(open + 1, close);
  const outside = close < 0 ? rest.toSpliced(open, open < 0 ? 0 : 1) : rest.toSpliced(open, close - open + 1);
  return {
    path,
    parameters: open < 0 ? undefined : parametersOf(inside, warnings, bad),
    // HAProxy forgets the ones in front of the brackets
    filters: (open > 0 ? outside.slice(open) : outside).map(({ text }) => text),
    warnings,
  };
}

function parametersOf(
  words: readonly Word[],
  warnings: { word: Word; message: string }[],
  bad: (word: Word, message: string) => never,
): TlsWord[] {
  const parameters: TlsWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const keyword = words[at];
    const known = crtListKeywords.get(keyword.text) ?? bad(keyword, `unknown ssl keyword ${keyword.text}`);
    const value = known.takes === 1 ? words.at(at + 1) : undefined;
    if (known.takes === 1 && value === undefined) bad(keyword, `ssl args out of '[]' for ${keyword.text}`);
    if (value !== undefined) {
      at++;
      check(keyword, value, known.check);
    }
    if (known.undone !== undefined) {
      warnings.push({ word: keyword, message: `crt-list … ${keyword.text} is not acted on: ${known.undone}` });
    }
    parameters.push({ keyword, value });
  }
  return parameters;
}

type Check = NonNullable<ReturnType<typeof crtListKeywords.all>[number]['check']>;

/** @throws CrtListProblem with what a `bind` line would say */
function check(keyword: Word, value: Word, look: Check | undefined): void {
  try {
    look?.(value, new Cursor([keyword, value], new Diagnostics()), keyword.text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CrtListProblem(value, error.message);
  }
}
