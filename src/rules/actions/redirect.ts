import { closest } from '../../base/closest.js';
import type { Cursor, Word } from '../../config/cursor.js';
import { Outcome, type Reply, type StreamControl } from '../../core/action.js';
import { compileFormat, type Format } from '../../language/log-format/compile.js';
import { pathWithQuery } from '../../language/http/target.js';
import type { Scope } from '../../language/scope.js';
import { argumentOf, atCondition, defineAction, type ActionCode } from '../definition.js';

const CODES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
};
const KEYWORDS = [
  'code',
  'prefix',
  'location',
  'scheme',
  'set-cookie',
  'clear-cookie',
  'drop-query',
  'ignore-empty',
  'append-slash',
];

interface Redirect {
  kind: 'location' | 'prefix' | 'scheme' | undefined;
  target: Word | undefined;
  code: number;
  cookie: string | undefined;
  dropQuery: boolean;
  appendSlash: boolean;
  ignoreEmpty: boolean;
}

/** `redirect …` behind its keyword, both as an action and as a line of its own (manual 4.2, `redirect`). */
export function compileRedirect(cursor: Cursor, scope: Scope, response: boolean): ActionCode {
  const redirect = readRedirect(cursor);
  const { kind, target } = redirect;
  if (kind === undefined || target === undefined) {
    return cursor.fail(
      "redirection type expected ('prefix', 'location', or 'scheme').",
      cursor.peek() ?? cursor.endSpan,
    );
  }
  if (response && kind !== 'location') cursor.fail("response only supports redirect type 'location'.", target);
  const format = compileFormat(target, scope);
  const locate = locator(kind, format, redirect);
  return (stream) => {
    const value = locate(stream);
    if (value === undefined) return Outcome.Continue;
    stream.reply = replyTo(value, redirect);
    return Outcome.Done;
  };
}

function readRedirect(cursor: Cursor): Redirect {
  const redirect: Redirect = {
    kind: undefined,
    target: undefined,
    code: 302,
    cookie: undefined,
    dropQuery: false,
    appendSlash: false,
    ignoreEmpty: false,
  };
  while (!atCondition(cursor)) {
    const keyword = cursor.next('a redirection');
    switch (keyword.text) {
      case 'location':
      case 'prefix':
      case 'scheme':
        redirect.kind = keyword.text;
        redirect.target = argumentOf(cursor, keyword);
        break;
      case 'set-cookie':
        redirect.cookie = `${argumentOf(cursor, keyword).text}; path=/;`;
        break;
      case 'clear-cookie':
        redirect.cookie = `${argumentOf(cursor, keyword).text}; path=/; Max-Age=0;`;
        break;
      case 'code':
        redirect.code = readCode(cursor, keyword);
        break;
      case 'drop-query':
        redirect.dropQuery = true;
        break;
      case 'append-slash':
        redirect.appendSlash = true;
        break;
      case 'ignore-empty':
        redirect.ignoreEmpty = true;
        break;
      default:
        failKeyword(cursor, keyword);
    }
  }
  return redirect;
}

function failKeyword(cursor: Cursor, keyword: Word): never {
  const near = closest(keyword.text, KEYWORDS);
  const hint = near === undefined ? undefined : `did you mean '${near}'?`;
  return cursor.fail(
    "expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', 'ignore-empty' or " +
      `'append-slash' (was '${keyword.text}').`,
    keyword,
    hint,
  );
}

function readCode(cursor: Cursor, keyword: Word): number {
  const word = argumentOf(cursor, keyword);
  const code = Number(word.text);
  if (!(code in CODES))
    cursor.fail(`'code': unsupported HTTP code '${word.text}' (must be one of 301, 302, 303, 307 or 308).`, word);
  return code;
}

/** Makes the location; undefined = nothing to redirect to. */
function locator(
  kind: 'location' | 'prefix' | 'scheme',
  format: Format,
  redirect: Redirect,
): (stream: StreamControl) => string | undefined {
  switch (kind) {
    case 'location':
      return (stream) => {
        const value = format(stream);
        return value === '' && redirect.ignoreEmpty ? undefined : value;
      };
    case 'prefix':
      return (stream) => {
        const path = pathOf(stream, redirect);
        const prefix = format(stream);
        if (prefix === '' && redirect.ignoreEmpty) return undefined;
        // A bare "/" before a path that begins with one would make it a network-path reference.
        return prefix === '/' ? path : prefix + path;
      };
    case 'scheme':
      return (stream) => {
        const scheme = format(stream);
        if (scheme === '' && redirect.ignoreEmpty) return undefined;
        return `${scheme}://${stream.request?.headers.get('host') ?? ''}${pathOf(stream, redirect)}`;
      };
  }
}

function pathOf(stream: StreamControl, { dropQuery, appendSlash }: Redirect): string {
  const path = pathWithQuery(stream.request?.target ?? '') ?? '/';
  if (!dropQuery) return path;
  const mark = path.indexOf('?');
  const bare = mark < 0 ? path : path.slice(0, mark);
  return appendSlash && !bare.endsWith('/') ? `${bare}/` : bare;
}

function replyTo(location: string, { code, cookie }: Redirect): Reply {
  const headers: [string, string][] = [
    ['content-length', '0'],
    ['location', location],
  ];
  // Only these may be cached by default, so only the others say no.
  if (code === 302 || code === 303 || code === 307) headers.push(['cache-control', 'no-cache']);
  if (cookie !== undefined) headers.push(['set-cookie', cookie]);
  return { status: code, reason: CODES[code], headers, body: '' };
}

export const redirect = defineAction({
  name: 'redirect',
  rulesets: ['http-request', 'http-response'],
  manual: '4.2',
  summary: 'answers with a redirection',
  final: true,
  compile: (cursor, scope, call) => compileRedirect(cursor, scope, call.ruleset === 'http-response'),
});
