import { readFileSync } from 'node:fs';
import type { Word } from '../../config/cursor.js';
import type { SourceLine } from '../../config/diagnostics.js';
import type { TlsWord } from '../../config/model.js';
import { FileProblem, reasonOf } from './files.js';

/** One line of a `crt-list` file (manual 5.1). */
export interface CrtListEntry {
  readonly path: Word;
  /** Parameters in brackets. */
  readonly parameters: readonly TlsWord[];
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

const VALUES = new Set([
  'alpn',
  'ca-file',
  'ca-verify-file',
  'ciphers',
  'ciphersuites',
  'client-sigalgs',
  'crl-file',
  'curves',
  'ecdhe',
  'npn',
  'ocsp-update',
  'sigalgs',
  'ssl-max-ver',
  'ssl-min-ver',
  'verify',
]);
const FLAGS = new Set(['allow-0rtt', 'no-alpn', 'no-ca-names']);
const WITHOUT_EFFECT = new Set(['allow-0rtt', 'client-sigalgs', 'no-ca-names', 'npn', 'ocsp-update']);

/** @throws FileProblem, CrtListProblem */
export function readCrtList(path: string): CrtListEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new FileProblem(`cannot open file '${path}' : ${reasonOf(error)}`);
  }
  return text.split('\n').flatMap((line, index) => {
    const words = wordsOf({ file: path, line: index + 1, text: line.replace(/\r$/, '') });
    return words.length === 0 ? [] : entryOf(words);
  });
}

/** Blanks separate; brackets are words of their own; `#` begins a comment. */
function wordsOf(source: SourceLine): Word[] {
  if (/^\s*#/.test(source.text)) return [];
  return [...source.text.matchAll(/(?:\\.|[^\s[\]])+|[[\]]/g)].map((match) => ({
    text: match[0].replaceAll(/\\(.)/g, '$1'),
    span: { source, column: match.index + 1, length: match[0].length },
  }));
}

function entryOf([path, ...rest]: readonly Word[]): CrtListEntry {
  const parameters: TlsWord[] = [];
  const warnings: { word: Word; message: string }[] = [];
  let at = 0;
  if (rest[0]?.text === '[') {
    for (at = 1; rest[at]?.text !== ']'; at++) {
      const keyword = rest[at];
      if (keyword === undefined) throw new CrtListProblem(rest[0], `unterminated ssl options block, missing ']'`);
      const value = VALUES.has(keyword.text) ? rest[++at] : undefined;
      if (value === undefined && !FLAGS.has(keyword.text)) {
        throw new CrtListProblem(keyword, `unknown ssl keyword ${keyword.text}`);
      }
      if (WITHOUT_EFFECT.has(keyword.text)) {
        warnings.push({ word: keyword, message: `crt-list … ${keyword.text} is not acted on` });
      } else parameters.push({ keyword, value });
    }
    at++;
  }
  return { path, parameters, filters: rest.slice(at).map(({ text }) => text), warnings };
}
