import { COMMA, equalsIgnoreCase, HOST, isBlank, LOWER_TOKEN } from './chars.js';
import { HeadFlag, H1Request } from './head.js';
import type { H1Head, HeadError } from './head.js';

/**
 * What the parser does with the fields the engine itself must understand. Each function looks at the value's bytes
 * buffer[start..end), sets flags, and answers '' or why the message is refused.
 */

/** Characters of 16 bytes in base64 (RFC 6455 section 4.1); others are no key. */
const WEBSOCKET_KEY = 24;

/** Looks at one received field before it is recorded; its name is lower case already. */
export function noteField(
  head: H1Head,
  buffer: Buffer,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
): HeadError {
  switch (nameEnd - nameStart) {
    case 2:
      if (isNamed(buffer, nameStart, 'te')) head.flags |= HeadFlag.Te;
      return '';
    case 4:
      if (isNamed(buffer, nameStart, 'host')) return noteHost(head, buffer, valueStart, valueEnd);
      return '';
    case 6:
      if (isNamed(buffer, nameStart, 'expect') && equalsIgnoreCase(buffer, valueStart, valueEnd, '100-continue'))
        head.flags |= HeadFlag.Expect100;
      return '';
    case 7:
      if (isNamed(buffer, nameStart, 'upgrade')) noteUpgrade(head, buffer, valueStart, valueEnd);
      return '';
    case 10:
      if (isNamed(buffer, nameStart, 'connection')) noteConnection(head, buffer, valueStart, valueEnd);
      return '';
    case 14:
      if (isNamed(buffer, nameStart, 'content-length')) return noteContentLength(head, buffer, valueStart, valueEnd);
      return '';
    case 17:
      if (isNamed(buffer, nameStart, 'transfer-encoding'))
        return noteTransferEncoding(head, buffer, valueStart, valueEnd);
      if (valueEnd - valueStart === WEBSOCKET_KEY && isNamed(buffer, nameStart, 'sec-websocket-key'))
        head.flags |= HeadFlag.WebSocketKey;
      return '';
    case 20:
      if (isNamed(buffer, nameStart, 'sec-websocket-accept')) head.flags |= HeadFlag.WebSocketKey;
      return '';
    default:
      return '';
  }
}

/** The name in the buffer is lower case already and as long as `name`. */
export function isNamed(buffer: Buffer, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (buffer[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** The first Host counts; further ones must be equal and are dropped (2.6). Characters: stricter, as 3.x. */
function noteHost(head: H1Head, buffer: Buffer, start: number, end: number): HeadError {
  if (!(head instanceof H1Request)) return '';
  for (let i = start; i < end; i++) if (HOST[buffer[i]] === 0) return 'host';
  if (head.hostIndex < 0) {
    head.hostIndex = head.headers.received;
    return '';
  }
  const at = head.hostIndex * 4;
  const first = head.headers.offsets[at + 2];
  const length = head.headers.offsets[at + 3] - first;
  if (length !== end - start) return 'host';
  for (let i = 0; i < length; i++) if ((buffer[first + i] | 0x20) !== (buffer[start + i] | 0x20)) return 'host';
  head.repeatedHost = true;
  return '';
}

function noteConnection(head: H1Head, buffer: Buffer, start: number, end: number): void {
  head.flags |= HeadFlag.Connection;
  forEachMember(buffer, start, end, head, noteConnectionToken);
}

function noteConnectionToken(head: H1Head, buffer: Buffer, start: number, end: number): void {
  if (equalsIgnoreCase(buffer, start, end, 'close')) head.flags |= HeadFlag.Close;
  else if (equalsIgnoreCase(buffer, start, end, 'keep-alive')) head.flags |= HeadFlag.KeepAlive;
  else {
    head.flags |= HeadFlag.ConnectionOther;
    if (equalsIgnoreCase(buffer, start, end, 'upgrade')) head.flags |= HeadFlag.ConnectionUpgrade;
  }
}

function noteUpgrade(head: H1Head, buffer: Buffer, start: number, end: number): void {
  // of several fields the last one says what is asked for (2.6)
  head.flags = (head.flags | HeadFlag.Upgrade) & ~HeadFlag.WebSocket;
  forEachMember(buffer, start, end, head, noteUpgradeProtocol);
}

function noteUpgradeProtocol(head: H1Head, buffer: Buffer, start: number, end: number): void {
  if (equalsIgnoreCase(buffer, start, end, 'websocket')) head.flags |= HeadFlag.WebSocket;
  else if (equalsIgnoreCase(buffer, start, end, 'h2c')) head.flags |= HeadFlag.H2c;
}

/** Calls `visit` for each member of a comma-separated list, empty ones left out. */
function forEachMember(
  buffer: Buffer,
  start: number,
  end: number,
  head: H1Head,
  visit: (head: H1Head, buffer: Buffer, start: number, end: number) => void,
): void {
  let from = start;
  for (let i = start; i <= end; i++) {
    if (i < end && buffer[i] !== COMMA) continue;
    let first = from;
    let last = i;
    while (first < last && isBlank(buffer[first])) first++;
    while (last > first && isBlank(buffer[last - 1])) last--;
    if (last > first) visit(head, buffer, first, last);
    from = i + 1;
  }
}

const LARGEST_LENGTH = '9223372036854775807';

/**
 * RFC 9110 section 8.6: digits only; a list or repetition of equal values counts once; all else is an attack on the
 * framing. More than 63 bits are refused, where 2.6 lets the number wrap.
 */
function noteContentLength(head: H1Head, buffer: Buffer, start: number, end: number): HeadError {
  let from = start;
  for (let i = start; i <= end; i++) {
    if (i < end && buffer[i] !== COMMA) continue;
    let first = from;
    let last = i;
    while (first < last && isBlank(buffer[first])) first++;
    while (last > first && isBlank(buffer[last - 1])) last--;
    const length = parseLength(buffer, first, last);
    if (length < 0 || (head.contentLength >= 0 && head.contentLength !== length)) return 'content-length';
    if (from !== start || i !== end || (buffer[first] === 0x30 && last - first > 1))
      head.flags |= HeadFlag.ContentLengthUntidy;
    head.contentLength = length;
    from = i + 1;
  }
  if (head.has(HeadFlag.ContentLength)) head.flags |= HeadFlag.ContentLengthUntidy;
  else head.contentLengthIndex = head.headers.received;
  head.flags |= HeadFlag.ContentLength;
  return '';
}

/** @returns -1 when it is no length */
function parseLength(buffer: Buffer, start: number, end: number): number {
  if (start === end) return -1;
  let length = 0;
  for (let i = start; i < end; i++) {
    const digit = buffer[i] - 0x30;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  if (length <= Number.MAX_SAFE_INTEGER) return length;
  const digits = buffer.latin1Slice(start, end).replace(/^0+/, '');
  if (digits.length > LARGEST_LENGTH.length) return -1;
  return digits.length === LARGEST_LENGTH.length && digits > LARGEST_LENGTH ? -1 : length;
}

/** RFC 9112 section 6.1: `chunked` once and last. Empty members are refused, as 3.x does. */
function noteTransferEncoding(head: H1Head, buffer: Buffer, start: number, end: number): HeadError {
  head.flags |= HeadFlag.TransferEncoding;
  let from = start;
  for (let i = start; i <= end; i++) {
    if (i < end && buffer[i] !== COMMA) continue;
    let first = from;
    let last = i;
    while (first < last && isBlank(buffer[first])) first++;
    while (last > first && isBlank(buffer[last - 1])) last--;
    if (head.chunkedSeen || !isToken(buffer, first, last)) return 'transfer-encoding';
    if (equalsIgnoreCase(buffer, first, last, 'chunked')) head.chunkedSeen = true;
    else head.otherCodingSeen = true;
    from = i + 1;
  }
  return '';
}

function isToken(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (LOWER_TOKEN[buffer[i]] === 0) return false;
  return end > start;
}
