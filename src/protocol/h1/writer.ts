import { BodyFraming } from '../../core/message.js';
import type { Reply } from '../../core/action.js';
import { ConnectionHeader, dropHopFields, isEndToEnd } from './connection.js';
import { HeadFlag } from './head.js';
import type { H1Head, H1Request, H1Response } from './head.js';
import { reasonPhrase } from './reasons.js';

/** HTTP/1 heads as text (latin1), in HAProxy's form: lower-case names, `name: value`, our own connection field last. */

/** True when the received bytes buffer[start..end) are what has to be sent. */
export function canForwardAsIs(head: H1Head, connection: ConnectionHeader): boolean {
  return (
    connection === ConnectionHeader.None && !head.edited && (head.flags & HeadFlag.Untidy) === 0 && isEndToEnd(head)
  );
}

/** The request head as it goes to the server, the empty line included. Takes hop-by-hop fields out of `head`. */
export function requestHeadText(head: H1Request, connection: ConnectionHeader): string {
  dropHopFields(head);
  if (!head.lineEdited && (head.flags & HeadFlag.Untidy) === 0) return receivedLineAndFields(head, connection);
  const chunked = head.has(HeadFlag.Http2) && head.framing === BodyFraming.Chunked;
  const framing = chunked ? 'transfer-encoding: chunked\r\n' : '';
  return (
    `${head.method} ${head.wireTarget} ${head.version}\r\n` + fieldsText(head) + framing + ending(head, connection)
  );
}

/** The response head as it goes to the client, the empty line included. Takes hop-by-hop fields out of `head`. */
export function responseHeadText(head: H1Response, connection: ConnectionHeader): string {
  dropHopFields(head);
  if (!head.lineEdited && (head.flags & HeadFlag.Untidy) === 0) return receivedLineAndFields(head, connection);
  const status = String(head.status).padStart(3, '0');
  return `${head.version} ${status} ${head.reason}\r\n` + fieldsText(head) + ending(head, connection);
}

function receivedLineAndFields(head: H1Head, connection: ConnectionHeader): string {
  return head.buffer.latin1Slice(head.start, head.fieldsStart) + fieldsText(head) + ending(head, connection);
}

/** Our own connection field and the empty line. Beside `connection: upgrade` HAProxy adds none. */
function ending(head: H1Head, connection: ConnectionHeader): string {
  return endingText(head.has(HeadFlag.ConnectionUpgrade) ? ConnectionHeader.None : connection);
}

function endingText(connection: ConnectionHeader): string {
  if (connection === ConnectionHeader.None) return '\r\n';
  return connection === ConnectionHeader.Close ? 'connection: close\r\n\r\n' : 'connection: keep-alive\r\n\r\n';
}

function fieldsText(head: H1Head): string {
  const headers = head.headers;
  const tidy = (head.flags & HeadFlag.Untidy) === 0 && headers.replaced.length === 0;
  let text = tidy ? tidyFields(head) : eachField(head);
  const names = headers.appendedNames;
  for (let i = 0; i < names.length; i++) text += names[i] + ': ' + headers.appendedValues[i] + '\r\n';
  return text;
}

/** Fields that lie side by side in the buffer are sliced together: a deleted field costs one slice more. */
function tidyFields(head: H1Head): string {
  const { offsets, received, buffer } = head.headers;
  let text = '';
  let from = -1;
  let to = -1;
  for (let at = 0; at < received * 4; at += 4) {
    if (offsets[at] !== to) {
      if (from >= 0) text += buffer.latin1Slice(from, to);
      from = offsets[at];
    }
    to = offsets[at + 3] + 2;
  }
  return from >= 0 ? text + buffer.latin1Slice(from, to) : text;
}

function eachField(head: H1Head): string {
  const headers = head.headers;
  let text = '';
  for (let i = 0; i < headers.received; i++) text += headers.name(i) + ': ' + headers.value(i) + '\r\n';
  return text;
}

/** Fields HAProxy writes after the content-length of its own answers. */
const AFTER_LENGTH = /^(?:content-type|location|cache-control)$/i;
const STANDS_ALONE = 200;

/**
 * An answer made by the proxy itself.
 * @param toHead it answers a HEAD request: everything but the body
 * @param connection see responseConnection(); our own answers are HTTP/1.1
 */
export function replyText(reply: Reply, toHead: boolean, connection: ConnectionHeader): string {
  if (reply.raw !== undefined) return toHead ? headOf(reply.raw) : reply.raw;
  let text = `HTTP/1.1 ${reply.status} ${reply.reason || reasonPhrase(reply.status)}\r\n`;
  const mayHaveLength = reply.status >= STANDS_ALONE && reply.status !== 204 && reply.feed === undefined;
  const hasLength = mayHaveLength && !names(reply, 'content-length');
  const lengthAt = hasLength ? positionOfLength(reply) : -1;
  reply.headers.forEach(([name, value], index) => {
    if (index === lengthAt) text += `content-length: ${reply.body.length}\r\n`;
    text += `${name.toLowerCase()}: ${value}\r\n`;
  });
  if (lengthAt === reply.headers.length) text += `content-length: ${reply.body.length}\r\n`;
  text += endingText(connection);
  return toHead || reply.status === 204 || reply.status === 304 ? text : text + reply.body;
}

function names(reply: Reply, wanted: string): boolean {
  return reply.headers.some(([name]) => name.toLowerCase() === wanted);
}

function positionOfLength(reply: Reply): number {
  const at = reply.headers.findIndex(([name]) => AFTER_LENGTH.test(name));
  return at < 0 ? reply.headers.length : at;
}

/** An errorfile's head, for HEAD requests. */
function headOf(raw: string): string {
  const end = /\r?\n\r?\n/.exec(raw);
  return end === null ? raw : raw.slice(0, end.index + end[0].length);
}
