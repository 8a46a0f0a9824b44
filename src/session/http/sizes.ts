import { HeadFlag, type H1Head, type H1Request, type H1Response } from '../../protocol/h1/head.js';

/**
 * Byte counts as HAProxy 2.6 logs them (%B, %U) and sums them in bin and bout: not the bytes on the wire but those of
 * its internal message: a start line of 20 bytes plus its three parts, each field's name and value, one byte for the end of
 * the head, the payload, and for chunked bodies one for the end of the message. Measured; halog sums and
 * dashboards depend on it.
 */
const START_LINE = 20;
const END_OF_HEAD = 1;

export function requestHeadSize(head: H1Request): number {
  const line = head.methodEnd - head.methodStart + (head.targetEnd - head.targetStart) + 8;
  return START_LINE + line + END_OF_HEAD + fieldsSize(head);
}

export function responseHeadSize(head: H1Response): number {
  return START_LINE + 8 + 3 + (head.reasonEnd - head.reasonStart) + END_OF_HEAD + fieldsSize(head) + head.droppedSize;
}

/** Names and values. In a tidy head every field has four bytes more on the wire: colon, space, CR, LF. */
function fieldsSize(head: H1Head): number {
  if ((head.flags & (HeadFlag.Untidy | HeadFlag.Folded)) === 0 && !head.headers.edited) {
    return head.end - 2 - head.fieldsStart - 4 * head.headers.received;
  }
  const { headers } = head;
  let size = 0;
  if (headers.replaced.length === 0) {
    const { offsets, received } = headers;
    for (let at = 0; at < received * 4; at += 4)
      size += offsets[at + 1] - offsets[at] + (offsets[at + 3] - offsets[at + 2]);
  } else for (let i = 0; i < headers.received; i++) size += headers.name(i).length + headers.value(i).length;
  for (let i = headers.received; i < headers.count; i++) size += headers.name(i).length + headers.value(i).length;
  return size;
}

/** The same for an answer of our own, from its text (errorfiles included). */
export function replySize(text: string): number {
  const end = /\r?\n\r?\n/.exec(text);
  const head = (end === null ? text : text.slice(0, end.index)).split(/\r?\n/);
  const body = end === null ? 0 : text.length - end.index - end[0].length;
  const [version = '', status = '', ...reason] = head[0].split(' ');
  let size = START_LINE + version.length + status.length + reason.join(' ').length + END_OF_HEAD + body;
  for (const line of head.slice(1)) {
    const colon = line.indexOf(':');
    if (!/^connection:/i.test(line)) size += colon + line.slice(colon + 1).trim().length;
  }
  return size;
}
