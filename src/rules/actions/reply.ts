import { closest } from '../../base/closest.js';
import type { Cursor, Word } from '../../config/cursor.js';
import { ConfigError } from '../../config/diagnostics.js';
import type { Reply, StreamControl } from '../../core/action.js';
import { compileFormat, type Format } from '../../language/log-format/compile.js';
import type { Scope } from '../../language/scope.js';
import { argumentOf, atCondition } from '../definition.js';
import { defaultReply, reasonOf, STANDARD_STATUSES } from '../replies.js';

/** Makes an answer from a stream. */
export type ReplyMaker = (stream: StreamControl) => Reply;

/** What the arguments of `return`, `deny` and `tarpit` say (manual 4.2, `http-request return`). */
interface ReplyArguments {
  status: number;
  contentType: string | undefined;
  kind: 'none' | 'default-errorfiles' | 'errorfile' | 'errorfiles' | 'body';
  body: Format | undefined;
  file: Word | undefined;
  readonly headers: { readonly name: string; readonly value: Format }[];
}

const KEYWORDS = [
  'status',
  'deny_status',
  'content-type',
  'default-errorfiles',
  'errorfile',
  'errorfiles',
  'file',
  'lf-file',
  'string',
  'lf-string',
  'hdr',
];

/**
 * Reads the arguments of an answer.
 * @param statusWord how the status is spelled: `status`; `deny`, and `tarpit`, also know `deny_status`
 * @param initial the status when none is given
 * @returns undefined as `make` when the proxy's own page with that status is meant (`deny` without more)
 */
export function readReply(
  cursor: Cursor,
  scope: Scope,
  statusWords: readonly string[],
  initial: number,
  defaults: boolean,
): { status: number; make: ReplyMaker | undefined } {
  const reply: ReplyArguments = {
    status: initial,
    contentType: undefined,
    kind: 'none',
    body: undefined,
    file: undefined,
    headers: [],
  };
  let explicit = false;
  while (!atCondition(cursor)) {
    const keyword = cursor.peek() as Word;
    if (!readArgument(cursor, scope, reply, statusWords)) break;
    // `status` makes an answer without a page, as for `return`; `deny_status` only chooses among the pages.
    explicit ||= keyword.text !== 'deny_status';
  }
  if (defaults && !explicit) reply.kind = 'default-errorfiles';
  check(cursor, reply);
  return { status: reply.status, make: makerOf(reply, scope, cursor, defaults) };
}

function readArgument(cursor: Cursor, scope: Scope, reply: ReplyArguments, statusWords: readonly string[]): boolean {
  const keyword = cursor.next('an argument');
  if (statusWords.includes(keyword.text)) {
    reply.status = readStatus(cursor, keyword);
    return true;
  }
  switch (keyword.text) {
    case 'content-type':
      reply.contentType = argumentOf(cursor, keyword).text;
      return true;
    case 'default-errorfiles':
      reply.kind = 'default-errorfiles';
      return true;
    case 'errorfile':
      reply.kind = 'errorfile';
      reply.file = argumentOf(cursor, keyword);
      return true;
    case 'errorfiles':
      reply.kind = 'errorfiles';
      reply.file = argumentOf(cursor, keyword);
      return true;
    case 'string':
      setBody(reply, fixed(bodyOf(cursor, keyword).text));
      return true;
    case 'lf-string':
      setBody(reply, compileFormat(bodyOf(cursor, keyword), scope));
      return true;
    case 'file':
      setBody(reply, fixed(readBody(cursor, keyword, scope).text));
      return true;
    case 'lf-file':
      setBody(reply, compileFormat(readBody(cursor, keyword, scope), scope));
      return true;
    case 'hdr':
      reply.headers.push(readHeader(cursor, scope, keyword));
      return true;
    default:
      return giveBack(cursor, keyword);
  }
}

/** The word is not ours: what expects a condition next complains about it. */
function giveBack(cursor: Cursor, keyword: Word): false {
  const near = closest(keyword.text, KEYWORDS);
  if (near !== undefined) cursor.fail(`unknown argument '${keyword.text}'.`, keyword, `did you mean '${near}'?`);
  cursor.back();
  return false;
}

function setBody(reply: ReplyArguments, body: Format): void {
  reply.kind = 'body';
  reply.body = body;
}

function fixed(text: string): Format {
  return () => text;
}

function bodyOf(cursor: Cursor, keyword: Word): Word {
  const next = cursor.peek();
  if (next === undefined || next.text === '')
    cursor.fail(
      `'${keyword.text}' expects <${keyword.text === 'string' ? 'str' : 'fmt'}> as argument.`,
      next ?? keyword,
    );
  return cursor.next('a text');
}

function readBody(cursor: Cursor, keyword: Word, scope: Scope): Word {
  const word = argumentOf(cursor, keyword);
  if (scope.offline) return { text: '', span: word.span };
  try {
    return { text: scope.environment.readFile(word.text), span: word.span };
  } catch {
    return cursor.fail(`failed to open file '${word.text}'.`, word);
  }
}

function readStatus(cursor: Cursor, keyword: Word): number {
  const word = cursor.peek();
  if (word === undefined) return cursor.fail(`'${keyword.text}' expects <status_code> as argument.`, keyword);
  cursor.next('a status');
  const status = Number(word.text);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    cursor.fail(`Unexpected status code '${word.text}'.`, word);
  return status;
}

function readHeader(cursor: Cursor, scope: Scope, keyword: Word): ReplyArguments['headers'][number] {
  const name = cursor.peek();
  const value = cursor.peek(1);
  if (name === undefined || value === undefined || name.text === '' || value.text === '')
    return cursor.fail("'hdr' expects <name> and <value> as arguments.", keyword);
  cursor.next('a name');
  cursor.next('a value');
  if (['content-length', 'content-type'].includes(name.text.toLowerCase())) {
    scope.diagnostics.warning(name.span, `header '${name.text}' is ignored: the answer has its own`);
  }
  return { name: name.text.toLowerCase(), value: compileFormat(value, scope) };
}

function check(cursor: Cursor, reply: ReplyArguments): void {
  if (reply.kind === 'body' && reply.contentType === undefined) {
    cursor.fail(
      'a content type must be defined when non-empty payload is configured.',
      cursor.peek() ?? cursor.endSpan,
    );
  }
  const pages = reply.kind === 'default-errorfiles' || reply.kind === 'errorfiles';
  if (pages && !STANDARD_STATUSES.includes(reply.status)) {
    cursor.fail(
      `status code '${reply.status}' not handled by default with '${reply.kind}' argument.`,
      cursor.peek() ?? cursor.endSpan,
    );
  }
}

function makerOf(reply: ReplyArguments, scope: Scope, cursor: Cursor, defaults: boolean): ReplyMaker | undefined {
  const { status, headers, body, contentType } = reply;
  switch (reply.kind) {
    case 'default-errorfiles': {
      if (defaults) return undefined;
      return (stream) => scope.errorReplies?.get(status, stream) ?? defaultReply(status);
    }
    case 'errorfile': {
      const raw = readErrorFile(cursor, reply.file as Word, scope);
      const page: Reply = { status, reason: '', headers: [], body: '', raw };
      return () => page;
    }
    case 'errorfiles': {
      const page = sectionPage(status, reply.file as Word, scope);
      return () => page;
    }
    default:
      return composer(
        status,
        headers.filter(({ name }) => name !== 'content-length' && name !== 'content-type'),
        body,
        contentType,
      );
  }
}

/** The answer of an `http-errors` section, HAProxy's own where it has none for the status. */
function sectionPage(status: number, section: Word, scope: Scope): Reply {
  const files = scope.environment.httpErrors?.(section.text);
  if (files === undefined) {
    throw new ConfigError(
      section.span,
      `Proxy '${scope.proxy.name}': unknown http-errors section '${section.text}' referenced by an http reply .`,
    );
  }
  const raw = files.get(status);
  return raw === undefined ? defaultReply(status) : { status, reason: '', headers: [], body: '', raw };
}

function readErrorFile(cursor: Cursor, file: Word, scope: Scope): string {
  if (scope.offline) return '';
  try {
    return scope.environment.readFile(file.text);
  } catch {
    return cursor.fail(`failed to open file '${file.text}'.`, file);
  }
}

function composer(
  status: number,
  headers: ReplyArguments['headers'],
  body: Format | undefined,
  contentType: string | undefined,
): ReplyMaker {
  const reason = reasonOf(status);
  return (stream) => {
    stream.log.status = status;
    const text = body === undefined ? '' : body(stream);
    const fields: [string, string][] = [];
    for (const { name, value } of headers) {
      const field = value(stream);
      // an expression that gives nothing leaves its field out
      if (field !== '') fields.push([name, field]);
    }
    if (status !== 204) fields.push(['content-length', String(text.length)]);
    if (text !== '' && contentType !== undefined) fields.push(['content-type', contentType]);
    return { status, reason, headers: fields, body: text };
  };
}
