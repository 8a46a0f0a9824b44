import { BodyFraming } from '../../core/message.js';
import { CR, HT, isBlank, LF, LOWER_TOKEN, SP, TARGET, TARGET_RELAXED } from './chars.js';
import { FieldsResult, parseFields } from './field-parser.js';
import { HeadFlag, Method, methodKind, ParseStage } from './head.js';
import type { H1Head, H1Request, H1Response, HeadError } from './head.js';
import { checkTarget } from './target.js';

/**
 * HTTP/1 heads, parsed in one pass over the bytes (RFC 9112; what HAProxy 2.6 takes and refuses).
 *
 * Incremental: after Incomplete the caller keeps the bytes as the parser left them (names are lower-cased in the buffer
 * itself) and calls again with these and more, in the same or in another buffer; complete lines are not read again.
 */
export const enum ParseResult {
  /** More bytes are needed; nothing was wrong so far. */
  Incomplete,
  /** `head.end` is the first byte after the head. */
  Complete,
  /** `head.error`, `errorAt` and `errorStatus` say why. */
  Invalid,
}

export interface ParseOptions {
  /** `option accept-invalid-http-request` / `-response`: more characters in targets and names, never in framing. */
  readonly acceptInvalid: boolean;
  /** `tune.http.maxhdr` (101): a head with that many fields is refused, as the last slot holds the end mark. */
  readonly maxHeaders: number;
  /** `tune.bufsize - tune.maxrewrite`, in bytes (15360). */
  readonly maxHeadSize: number;
}

/** What HAProxy 2.6 needs to store a head besides its text, in bytes; measured, because operators probe the limit. */
export const MESSAGE_OVERHEAD = 85;
export const FIELD_OVERHEAD = 8;
/** On the wire a field has at least `:` and LF around its text. */
const LARGEST_EXCESS = FIELD_OVERHEAD - 2;

/** Parses a request head from buffer[start..end). */
export function parseRequest(
  head: H1Request,
  buffer: Buffer,
  start: number,
  end: number,
  options: ParseOptions,
): ParseResult {
  begin(head, buffer, start);
  if (head.stage === ParseStage.Line) {
    const result = parseRequestLine(head, buffer, end, options.acceptInvalid);
    if (result === ParseResult.Invalid) return result;
    if (result === ParseResult.Incomplete) return tooLarge(head, end, options);
  }
  const result = parseRest(head, buffer, end, options);
  if (result !== ParseResult.Complete) return result;
  return finishRequest(head);
}

/** Parses a response head from buffer[start..end). Call `head.answerTo()` afterwards. */
export function parseResponse(
  head: H1Response,
  buffer: Buffer,
  start: number,
  end: number,
  options: ParseOptions,
): ParseResult {
  begin(head, buffer, start);
  if (head.stage === ParseStage.Line) {
    const result = parseStatusLine(head, buffer, end);
    if (result === ParseResult.Invalid) return result;
    if (result === ParseResult.Incomplete) return tooLarge(head, end, options);
  }
  const result = parseRest(head, buffer, end, options);
  if (result !== ParseResult.Complete) return result;
  return finishResponse(head);
}

function begin(head: H1Head, buffer: Buffer, start: number): void {
  if (head.stage === ParseStage.Finished) head.reset();
  if (head.next === 0 && head.stage === ParseStage.Line) {
    head.origin = start;
    head.start = start;
    head.next = start;
    head.headers.buffer = buffer;
  } else if (head.origin !== start || head.headers.buffer !== buffer) head.moveTo(buffer, start);
}

function parseRest(head: H1Head, buffer: Buffer, end: number, options: ParseOptions): ParseResult {
  const result = parseFields(head, buffer, end, options.acceptInvalid, options.maxHeaders);
  if (result === FieldsResult.Incomplete) return tooLarge(head, end, options);
  if (result === FieldsResult.Invalid) return fail(head, head.error, head.errorAt);
  head.end = head.next;
  return exceedsRoom(head, options.maxHeadSize) ? fail(head, 'head-too-large', head.end) : ParseResult.Complete;
}

/** Ends with Invalid when what is there already fills the room for a head. */
function tooLarge(head: H1Head, end: number, options: ParseOptions): ParseResult {
  return end - head.start > options.maxHeadSize ? fail(head, 'head-too-large', end) : ParseResult.Incomplete;
}

/** The room HAProxy 2.6 would need for this head: what counts against `tune.bufsize - tune.maxrewrite`. */
function exceedsRoom(head: H1Head, room: number): boolean {
  const received = head.headers.received;
  if (head.end - head.start + MESSAGE_OVERHEAD + received * LARGEST_EXCESS <= room) return false;
  const offsets = head.headers.offsets;
  let stored = head.lineSize + MESSAGE_OVERHEAD + received * FIELD_OVERHEAD;
  for (let at = received * 4 - 4; at >= 0; at -= 4)
    stored += offsets[at + 1] - offsets[at] + offsets[at + 3] - offsets[at + 2];
  return stored > room;
}

function fail(head: H1Head, error: HeadError, at: number): ParseResult {
  head.stage = ParseStage.Finished;
  head.error = error;
  head.errorAt = at - head.origin;
  head.errorStatus = STATUS_OF[error] ?? 400;
  return ParseResult.Invalid;
}

/** The errors 2.6 does not answer with 400. */
const STATUS_OF: Partial<Record<HeadError, number>> = { 'body-not-allowed': 413, 'transfer-coding-unknown': 422 };

// --- start lines ---------------------------------------------------------------------------------------------------

/** Method, blanks, target, blanks, version. Blanks: one or more spaces or tabs. */
function parseRequestLine(head: H1Request, buffer: Buffer, end: number, relaxed: boolean): ParseResult {
  let at = skipEmptyLines(buffer, head.next, end);
  if (at === end || (buffer[at] === CR && at + 1 === end)) return ParseResult.Incomplete;
  head.next = at;
  head.start = at;
  head.methodStart = at;
  while (at < end && LOWER_TOKEN[buffer[at]] !== 0) at++;
  if (at === end) return ParseResult.Incomplete;
  if (at === head.methodStart || !isSpace(buffer[at])) return fail(head, 'method', at);
  head.methodEnd = at;
  at = skipSpaces(buffer, at, end);
  head.targetStart = at;
  const table = relaxed ? TARGET_RELAXED : TARGET;
  while (at < end && table[buffer[at]] !== 0) at++;
  if (at === end) return ParseResult.Incomplete;
  if (at === head.targetStart || !isSpace(buffer[at])) return fail(head, 'target', at);
  head.targetEnd = at;
  at = skipSpaces(buffer, at, end);
  head.versionStart = at;
  const afterVersion = parseVersion(head, buffer, at, end);
  if (afterVersion < 0) return fail(head, 'version', at);
  if (afterVersion === 0) return ParseResult.Incomplete;
  at = lineEnd(head, buffer, afterVersion, end);
  if (at < 0) return fail(head, 'version', afterVersion);
  if (at === 0) return ParseResult.Incomplete;
  if (head.targetStart !== head.methodEnd + 1 || head.versionStart !== head.targetEnd + 1)
    head.flags |= HeadFlag.Untidy;
  if (buffer[head.methodEnd] === HT || buffer[head.targetEnd] === HT) head.flags |= HeadFlag.Untidy;
  head.kind = kindOf(head, buffer);
  startFields(head, at);
  return ParseResult.Complete;
}

function kindOf(head: H1Request, buffer: Buffer): Method {
  const start = head.methodStart;
  if (
    head.methodEnd - start === 3 &&
    buffer[start] === 0x47 &&
    buffer[start + 1] === 0x45 &&
    buffer[start + 2] === 0x54
  )
    return Method.Get;
  return methodKind(head.method);
}

/** `HTTP/x.y SP nnn [SP reason]` */
function parseStatusLine(head: H1Response, buffer: Buffer, end: number): ParseResult {
  let at = skipEmptyLines(buffer, head.next, end);
  if (at === end || (buffer[at] === CR && at + 1 === end)) return ParseResult.Incomplete;
  head.next = at;
  head.start = at;
  head.versionStart = at;
  const afterVersion = parseVersion(head, buffer, at, end);
  if (afterVersion < 0) return fail(head, 'version', at);
  if (afterVersion === 0) return ParseResult.Incomplete;
  at = afterVersion;
  if (at === end) return ParseResult.Incomplete;
  if (!isSpace(buffer[at])) return fail(head, 'version', at);
  const blank = at;
  at = skipSpaces(buffer, at, end);
  if (at + 4 > end) return statusIsWrong(buffer, at, end) ? fail(head, 'status', at) : ParseResult.Incomplete;
  if (statusIsWrong(buffer, at, at + 3)) return fail(head, 'status', at);
  const status = (buffer[at] - 0x30) * 100 + (buffer[at + 1] - 0x30) * 10 + buffer[at + 2] - 0x30;
  if (at !== blank + 1 || buffer[blank] === HT) head.flags |= HeadFlag.Untidy;
  at += 3;
  if (!isBlank(buffer[at])) return fail(head, 'status', at);
  const afterCode = at;
  at = skipSpaces(buffer, at, end);
  if (at > afterCode + 1 || (at > afterCode && buffer[afterCode] === HT)) head.flags |= HeadFlag.Untidy;
  head.reasonStart = at;
  while (at < end && buffer[at] !== CR && buffer[at] !== LF && buffer[at] !== 0) at++;
  head.reasonEnd = at;
  if (head.reasonEnd === afterCode) head.flags |= HeadFlag.Untidy;
  if (at === end) return ParseResult.Incomplete;
  const next = lineEnd(head, buffer, at, end);
  if (next < 0) return fail(head, 'status', at);
  if (next === 0) return ParseResult.Incomplete;
  head.received(status);
  startFields(head, next);
  return ParseResult.Complete;
}

function statusIsWrong(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end && i < start + 3; i++) {
    const digit = buffer[i] - 0x30;
    if (digit < (i === start ? 1 : 0) || digit > 9) return true;
  }
  return false;
}

function startFields(head: H1Head, at: number): void {
  head.fieldsStart = at;
  head.next = at;
  head.stage = ParseStage.Fields;
}

const VERSION_PREFIX = [0x48, 0x54, 0x54, 0x50, 0x2f];

/** @returns the offset after `HTTP/x.y`; 0 = incomplete; -1 = it is none */
function parseVersion(head: H1Head, buffer: Buffer, start: number, end: number): number {
  for (let i = 0; i < 8; i++) {
    if (start + i >= end) return 0;
    const byte = buffer[start + i];
    if (i < 5 ? byte !== VERSION_PREFIX[i] : i === 6 ? byte !== 0x2e : byte < 0x30 || byte > 0x39) return -1;
  }
  const major = buffer[start + 5] - 0x30;
  const minor = buffer[start + 7] - 0x30;
  head.minor = major > 1 || (major === 1 && minor >= 1) ? 1 : 0;
  if (head.minor === 1 && (major !== 1 || minor !== 1)) head.flags |= HeadFlag.Untidy;
  return start + 8;
}

/** @returns the offset after CRLF or LF; 0 = incomplete; -1 = something else is there */
function lineEnd(head: H1Head, buffer: Buffer, at: number, end: number): number {
  if (at >= end) return 0;
  if (buffer[at] === LF) {
    head.flags |= HeadFlag.Untidy;
    return at + 1;
  }
  if (buffer[at] !== CR) return -1;
  if (at + 1 >= end) return 0;
  return buffer[at + 1] === LF ? at + 2 : -1;
}

/**
 * Empty lines before a message are skipped (RFC 9112 section 2.2; HAProxy also does it before responses).
 * @returns the offset of the first byte after them; a CR there has no LF behind it (yet)
 */
function skipEmptyLines(buffer: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (buffer[at] === LF) at++;
    else if (buffer[at] === CR && at + 1 < end && buffer[at + 1] === LF) at += 2;
    else return at;
  }
  return at;
}

function isSpace(byte: number): boolean {
  return byte === SP || byte === HT;
}

function skipSpaces(buffer: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(buffer[at])) at++;
  return at;
}

// --- what the whole head means -------------------------------------------------------------------------------------

function finishRequest(head: H1Request): ParseResult {
  head.stage = ParseStage.Finished;
  const problem = settleFraming(head);
  if (problem !== '') return fail(head, problem, head.end);
  if (head.framing === BodyFraming.UntilClose) head.framing = BodyFraming.None;
  const hasBody = head.contentLength > 0 || head.framing === BodyFraming.Chunked;
  // an HTTP/1.0 client sends no body with these; what follows would be taken for a second request (2.6 answers 413)
  if (hasBody && head.minor === 0 && bodyIsUnheardOf(head.kind)) return fail(head, 'body-not-allowed', head.end);
  if (!hasBody && lacksWebSocketKey(head)) return fail(head, 'websocket-key', head.end);
  // whatever follows a CONNECT is the tunnel's (RFC 9110 section 9.3.6)
  if (head.kind === Method.Connect) dropFraming(head);
  const first = head.buffer[head.targetStart];
  if (first !== 0x2f || head.kind === Method.Connect) {
    const wrong = checkTarget(head);
    if (wrong !== '') return fail(head, wrong, head.targetStart);
  }
  if (head.repeatedHost) dropRepeated(head, 'host', head.hostIndex);
  return ParseResult.Complete;
}

/** An upgrade to WebSocket whose handshake cannot succeed: 2.6 refuses it on either side. */
function lacksWebSocketKey(head: H1Head): boolean {
  const handshake = HeadFlag.WebSocket | HeadFlag.ConnectionUpgrade;
  return (head.flags & handshake) === handshake && !head.has(HeadFlag.WebSocketKey);
}

function bodyIsUnheardOf(kind: Method): boolean {
  return kind === Method.Get || kind === Method.Head || kind === Method.Delete;
}

function finishResponse(head: H1Response): ParseResult {
  head.stage = ParseStage.Finished;
  const problem = settleFraming(head);
  if (problem !== '') return fail(head, problem, head.end);
  const status = head.status;
  if (status === 101) {
    if (lacksWebSocketKey(head)) return fail(head, 'websocket-key', head.end);
    dropFraming(head);
    head.framing = BodyFraming.Tunnel;
  } else if (status < 200 || status === 204) dropFraming(head);
  else if (status === 304) head.framing = BodyFraming.None;
  return ParseResult.Complete;
}

/** CONNECT, 1xx and 204 must not carry framing fields (RFC 9110 section 8.6): the other side would wait for a body. */
function dropFraming(head: H1Head): void {
  const { headers } = head;
  for (const name of ['content-length', 'transfer-encoding']) {
    for (let i = headers.find(name); i >= 0; i = headers.find(name)) {
      head.droppedSize += name.length + headers.value(i).length;
      headers.deleteAt(i);
    }
  }
  head.contentLength = -1;
  head.framing = BodyFraming.None;
}

/** RFC 9112 section 6.3: chunked wins over Content-Length, which is then removed. */
function settleFraming(head: H1Head): HeadError {
  if (head.has(HeadFlag.TransferEncoding)) {
    if (!head.chunkedSeen) return 'transfer-encoding';
    if (head.otherCodingSeen) return 'transfer-coding-unknown';
    head.framing = BodyFraming.Chunked;
    if (head.minor === 0) head.flags |= HeadFlag.MustClose;
    if (head.contentLength >= 0) {
      head.flags |= HeadFlag.MustClose;
      head.contentLength = -1;
      head.headers.delete('content-length');
    }
    return '';
  }
  if (head.contentLength < 0) {
    head.framing = BodyFraming.UntilClose;
    return '';
  }
  head.framing = head.contentLength === 0 ? BodyFraming.None : BodyFraming.Length;
  if (head.has(HeadFlag.ContentLengthUntidy)) tidyContentLength(head);
  return '';
}

function tidyContentLength(head: H1Head): void {
  const index = head.contentLengthIndex;
  const first = head.headers.value(index).split(',', 1)[0].trim();
  head.headers.replaceAt(index, first.replace(/^0+(?=\d)/, ''));
  dropRepeated(head, 'content-length', index);
}

/** Deletes the fields called `name` after the one at `kept`. */
function dropRepeated(head: H1Head, name: string, kept: number): void {
  for (let i = head.headers.find(name, kept + 1); i >= 0; i = head.headers.find(name, i)) head.headers.deleteAt(i);
}
