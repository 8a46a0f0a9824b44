import { readFileSync } from 'node:fs';
import type { Cursor, Word } from '../../cursor.js';
import type { GlobalKeyword, ParseContext } from '../../keyword.js';
import { globalKeyword } from './define.js';

/** @returns what is wrong with the pair in HAProxy's words; undefined = it was added */
function add(names: Map<string, string>, from: string, to: string): string | undefined {
  if (from.toLowerCase() !== to.toLowerCase()) return '<from> and <to> must not differ except the case';
  if (names.has(from)) return `duplicate entry '${from}'`;
  names.set(from, to);
  return undefined;
}

const BLANK = /[ \t]+/;

function readNames(words: Cursor, file: Word, context: ParseContext): Map<string, string> {
  const names = new Map<string, string>();
  if (context.offline) return names;
  const label = `h1-headers-case-adjust-file '${file.text}' : `;
  let text: string;
  try {
    text = readFileSync(file.text, 'latin1');
  } catch {
    return words.fail(`${label}failed to open file.`, file);
  }
  text.split(/\r?\n/).forEach((line, index) => {
    const [from = '', to = '', extra] = line.trim().split(BLANK);
    if (from === '' || from.startsWith('#')) return;
    const wrong = extra === undefined ? add(names, from, to) : '2 header names are expected';
    if (wrong !== undefined) words.fail(`${label}${wrong} at line ${index + 1}.`, file);
  });
  return names;
}

/** In which case names of fields are sent to those who cannot read them otherwise. */
export const headerCaseKeywords: readonly GlobalKeyword[] = [
  globalKeyword({
    name: 'h1-case-adjust',
    summary: 'the case of a header name, for clients and servers that depend on it',
    parse(words, global) {
      const [from, to] = [words.peek(), words.peek(1)];
      if (from === undefined || to === undefined)
        return words.fail("'h1-case-adjust' expects <from> and <to> as argument.", words.endSpan);
      words.next('a name');
      words.next('a name');
      words.end();
      const wrong = add(global.headerCase, from.text, to.text);
      if (wrong !== undefined) words.fail(wrong, from);
    },
  }),
  globalKeyword({
    name: 'h1-case-adjust-file',
    summary: 'the same for pairs of names in a file',
    parse(words, global, context) {
      const file = words.peek();
      if (file === undefined) return words.fail("'h1-case-adjust-file' expects <file> as argument.", words.endSpan);
      words.next('a file name');
      words.end();
      global.headerCaseFile = readNames(words, file, context);
    },
  }),
];
