import { COLON, CR, HT, isBlank, LF, LOWER_TOKEN, LOWER_TOKEN_RELAXED, SP } from './chars.js';
import { HeadFlag } from './head.js';
import type { H1Head, HeadError } from './head.js';
import { isNamed, noteField } from './known-fields.js';

export const enum FieldsResult {
  Incomplete,
  Complete,
  Invalid,
}

/** HAProxy keeps the length of a name in one byte. */
const LONGEST_NAME = 255;

/**
 * Reads field lines from `head.next` to the empty line that ends them, and leaves `head.next` after it. `head.next`
 * only moves over complete lines, so that an interrupted parse goes on where it stopped.
 */
export function parseFields(
  head: H1Head,
  buffer: Buffer,
  end: number,
  relaxed: boolean,
  maxHeaders: number,
): FieldsResult {
  const fields = head.headers;
  const table = relaxed ? LOWER_TOKEN_RELAXED : LOWER_TOKEN;
  let at = head.next;
  for (;;) {
    if (at >= end) return FieldsResult.Incomplete;
    let byte = buffer[at];
    if (byte === CR || byte === LF) return endOfHead(head, buffer, at, end);

    const nameStart = at;
    let lower = 0;
    while (at < end && (lower = table[buffer[at]]) !== 0) buffer[at++] = lower;
    if (at >= end) return FieldsResult.Incomplete;
    const nameEnd = at;
    if (buffer[at] !== COLON || nameEnd === nameStart || nameEnd - nameStart > LONGEST_NAME)
      return refuse(head, 'header-name', at);
    at++;

    let continued = false;
    let valueStart = at;
    let valueEnd: number;
    // a value that goes on in the next line (obs-fold) is one value: its line ends count as blanks
    for (;;) {
      while (at < end && ((byte = buffer[at]) > CR || (byte !== CR && byte !== LF && byte !== 0))) at++;
      if (at >= end) return FieldsResult.Incomplete;
      if (byte === 0) return refuse(head, 'header-value', at);
      valueEnd = at;
      if (byte === CR) {
        if (++at >= end) return FieldsResult.Incomplete;
        if (buffer[at] !== LF) return refuse(head, 'header-value', at - 1);
      } else head.flags |= HeadFlag.Untidy;
      at++;
      if (at >= end) return FieldsResult.Incomplete;
      byte = buffer[at];
      if (byte !== SP && byte !== HT) break;
      continued = true;
      head.flags |= HeadFlag.Folded | HeadFlag.Untidy;
    }

    // `name: value` with one space and nothing behind is what we send; anything else is written anew
    if (valueEnd > valueStart && buffer[valueStart] === SP) valueStart++;
    else head.flags |= HeadFlag.Untidy;
    if (valueEnd > valueStart && (isBlank(buffer[valueStart]) || isBlank(buffer[valueEnd - 1]))) {
      head.flags |= HeadFlag.Untidy;
      while (valueStart < valueEnd && isBlank(buffer[valueStart])) valueStart++;
      while (valueEnd > valueStart && isBlank(buffer[valueEnd - 1])) valueEnd--;
    }

    if (fields.received + 1 >= maxHeaders) return refuse(head, 'too-many-headers', nameStart);
    // a folded Host is how one proxy is made to see another host than the next one (3.x refuses it too)
    if (continued && nameEnd - nameStart === 4 && isNamed(buffer, nameStart, 'host'))
      return refuse(head, 'host', valueStart);
    const problem = noteField(head, buffer, nameStart, nameEnd, valueStart, valueEnd);
    if (problem !== '') return refuse(head, problem, valueStart);
    fields.push(nameStart, nameEnd, valueStart, valueEnd);
    head.next = at;
  }
}

function endOfHead(head: H1Head, buffer: Buffer, start: number, end: number): FieldsResult {
  let at = start;
  if (buffer[at] === CR) {
    if (++at >= end) return FieldsResult.Incomplete;
    if (buffer[at] !== LF) return refuse(head, 'header-name', start);
  } else head.flags |= HeadFlag.Untidy;
  head.next = at + 1;
  if (head.has(HeadFlag.Folded)) unfold(head, buffer);
  return FieldsResult.Complete;
}

/** Line ends inside values become spaces; done last, so that an interrupted parse sees the bytes as they came. */
function unfold(head: H1Head, buffer: Buffer): void {
  const offsets = head.headers.offsets;
  for (let field = head.headers.received - 1; field >= 0; field--) {
    const valueEnd = offsets[field * 4 + 3];
    for (let i = offsets[field * 4 + 2]; i < valueEnd; i++) if (buffer[i] === CR || buffer[i] === LF) buffer[i] = SP;
  }
}

function refuse(head: H1Head, error: HeadError, at: number): FieldsResult {
  head.error = error;
  head.errorAt = at;
  return FieldsResult.Invalid;
}
