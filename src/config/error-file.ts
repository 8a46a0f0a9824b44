import { readFileSync } from 'node:fs';
import type { Cursor, Word } from './cursor.js';
import type { ParseContext } from './keyword.js';

/** Statuses whose page can be replaced (manual 4.2 `errorfile`). */
export const ERROR_STATUSES: ReadonlySet<number> = new Set([
  200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
]);

/** Takes a status of that set. @param colon what stands behind the keyword in HAProxy's complaint */
export function takeErrorStatus(words: Cursor, keyword: string, colon = ' : '): { status: number; word: Word } {
  const word = words.next('a status');
  if (!ERROR_STATUSES.has(Number(word.text))) {
    words.fail(`${keyword}${colon}status code '${word.text}' not handled.`, word);
  }
  return { status: Number(word.text), word };
}

/** The largest answer that fits HAProxy's buffer. */
const LARGEST = 16384;

/** A whole answer from a file, checked as HAProxy checks it. '' under `-c --offline`. */
export function readErrorFile(words: Cursor, word: Word, context: ParseContext): string {
  if (context.offline) return '';
  let content: string;
  try {
    content = readFileSync(word.text, 'latin1');
  } catch (error) {
    const what = error instanceof Error && 'code' in error && error.code === 'EISDIR' ? 'reading' : 'opening';
    return words.fail(`errorfile : error ${what} file '${word.text}'.`, word);
  }
  const complaint = replyComplaint(content);
  if (complaint !== undefined) words.fail(`errorfile : '${word.text}': ${complaint}`, word);
  return content;
}

/** Checks what HAProxy checks when it reads a reply. An empty file is allowed: nothing is sent. */
function replyComplaint(content: string): string | undefined {
  if (content === '') return undefined;
  const head = /^HTTP\/\d\.\d \d{3}[^\r\n]*\r?\n((?:[^\s:]+:[^\r\n]*\r?\n)*)\r?\n/.exec(content);
  if (head === null) return 'unable to parse headers (error offset: 0)';
  if (content.length > LARGEST) return 'unable to add payload into the HTX message';
  const announced = /^content-length:\s*(\d+)\s*$/im.exec(head[1])?.[1];
  const size = content.length - head[0].length;
  if (announced !== undefined && Number(announced) !== size) {
    return `payload size does not match the announced content-length (${size} != ${announced})`;
  }
  return undefined;
}
