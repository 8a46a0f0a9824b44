import { readFileSync } from 'node:fs';
import type { Cursor, Word } from '../../cursor.js';
import type { ParseContext, ProxyKeyword } from '../../keyword.js';
import { proxyKeyword } from './define.js';

/** Statuses whose page can be replaced (manual 4.2 `errorfile`). */
const STATUSES = new Set([
  200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
]);

function status(words: Cursor, keyword: string): { status: number; word: Word } {
  const word = words.next('a status');
  if (!STATUSES.has(Number(word.text))) words.fail(`${keyword} : status code '${word.text}' not handled.`, word);
  return { status: Number(word.text), word };
}

function pair(words: Cursor, keyword: string, what: string): void {
  if (words.peek(1) === undefined)
    words.fail(`${keyword} : expects <status_code> and <${what}> as arguments.`, words.endSpan);
}

/** The largest answer that fits HAProxy's buffer. */
const LARGEST = 16384;

function readReply(words: Cursor, word: Word, context: ParseContext): string {
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

const errorfile = proxyKeyword({
  name: 'errorfile',
  manual: '4.2',
  summary: 'a file that is sent in place of an error page',
  side: 'both',
  defaults: true,
  parse(words, proxy, context) {
    pair(words, 'errorfile', 'file');
    const { status: code } = status(words, 'errorfile');
    const path = words.next('a file');
    const content = readReply(words, path, context);
    proxy.errorReplies.set(code, { kind: 'file', path: path.text, content, span: words.lineSpan });
  },
});

function errorloc(name: 'errorloc' | 'errorloc302' | 'errorloc303', redirectStatus: 302 | 303): ProxyKeyword {
  return proxyKeyword({
    name,
    manual: '4.2',
    summary: `a ${redirectStatus} redirect in place of an error page`,
    side: 'both',
    defaults: true,
    parse(words, proxy) {
      pair(words, name, 'url');
      const { status: code } = status(words, name);
      const location = words.next('a URL').text;
      proxy.errorReplies.set(code, { kind: 'redirect', status: redirectStatus, location, span: words.lineSpan });
    },
  });
}

export const errorKeywords: readonly ProxyKeyword[] = [
  errorfile,
  errorloc('errorloc', 302),
  errorloc('errorloc302', 302),
  errorloc('errorloc303', 303),
  proxyKeyword({
    name: 'errorfiles',
    manual: '4.2',
    summary: 'error pages from an http-errors section',
    side: 'both',
    defaults: true,
    parse(words, _proxy, context) {
      if (!words.more()) words.fail('errorfiles : expects <name> as argument.', words.endSpan);
      const name = words.next('a name');
      while (words.more()) status(words, 'errorfiles');
      context.notDone(name, 'errorfiles', "HAProxy's own error pages are sent", 'served');
    },
  }),
  proxyKeyword({
    name: 'http-error',
    manual: '4.2',
    summary: 'an answer in place of an error page',
    side: 'both',
    defaults: true,
    parse(words, _proxy, context) {
      if (!words.take('status') || !words.more()) {
        words.fail('http-error : expects at least a <status> as arguments.', words.peek() ?? words.endSpan);
      }
      const { word } = status(words, 'http-error');
      words.rest();
      context.notDone(word, 'http-error', "HAProxy's own error page is sent", 'served');
    },
  }),
];
