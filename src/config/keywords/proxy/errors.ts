import type { Cursor } from '../../cursor.js';
import { ERROR_STATUSES, readErrorFile, takeErrorStatus } from '../../error-file.js';
import type { ProxyKeyword } from '../../keyword.js';
import { proxyKeyword } from './define.js';

function pair(words: Cursor, keyword: string, what: string): void {
  if (words.peek(1) === undefined)
    words.fail(`${keyword} : expects <status_code> and <${what}> as arguments.`, words.endSpan);
}

const errorfile = proxyKeyword({
  name: 'errorfile',
  manual: '4.2',
  summary: 'a file that is sent in place of an error page',
  side: 'both',
  defaults: true,
  parse(words, proxy, context) {
    pair(words, 'errorfile', 'file');
    const { status: code } = takeErrorStatus(words, 'errorfile');
    const path = words.next('a file');
    const content = readErrorFile(words, path, context);
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
      const { status: code } = takeErrorStatus(words, name);
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
    parse(words, proxy) {
      if (!words.more()) words.fail('errorfiles : expects <name> as argument.', words.endSpan);
      const section = words.next('a name');
      const listed: number[] = [];
      while (words.more()) listed.push(takeErrorStatus(words, 'errorfiles').status);
      for (const code of listed.length > 0 ? listed : ERROR_STATUSES) {
        const otherwise = proxy.errorReplies.get(code);
        const listedHere = listed.length > 0;
        proxy.errorReplies.set(code, { kind: 'section', section, listed: listedHere, otherwise, span: words.lineSpan });
      }
    },
  }),
  proxyKeyword({
    name: 'http-error',
    manual: '4.2',
    summary: 'an answer in place of an error page',
    side: 'both',
    defaults: true,
    parse(words, proxy) {
      if (words.peek()?.text !== 'status' || words.peek(1) === undefined) {
        words.fail('http-error : expects at least a <status> as arguments.', words.peek() ?? words.endSpan);
      }
      words.next('');
      const { status: code } = takeErrorStatus(words, 'http-error', ': ');
      const rule = { span: words.lineSpan, words: words.words };
      proxy.httpErrors.push(rule);
      proxy.errorReplies.set(code, { kind: 'reply', rule, span: rule.span });
      words.rest(); // the arguments are those of `http-request return`, which rules/ reads
    },
  }),
];
