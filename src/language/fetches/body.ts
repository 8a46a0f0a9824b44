import { integer, optional, string } from '../arguments.js';
import { USES } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';
import { requestOf } from '../http/sniff.js';
import { findParameter } from '../http/target.js';
import { isFinal, mayChange } from '../sampling.js';
import { BodyFraming, type RequestHead, type ResponseHead } from '../../core/message.js';
import type { StreamContext } from '../../core/stream.js';

type BufferOf = (stream: StreamContext) => string;
const requestBuffer: BufferOf = (stream) => (stream.response === undefined ? stream.requestBuffer : '');
const responseBuffer: BufferOf = (stream) => stream.responseBuffer;
const eitherBuffer: BufferOf = (stream) =>
  stream.response === undefined && stream.responseBuffer === '' ? stream.requestBuffer : stream.responseBuffer;

/** Whether the buffers hold HTTP messages, which HAProxy does not keep as bytes: they have no payload. */
function isMessage({ request, response }: StreamContext): boolean {
  return request !== undefined || response !== undefined;
}

/** What HAProxy's internal form of a start line takes beside its three texts. */
const START_LINE = 20;

/** The length of an HTTP message in HAProxy's internal form, which is what `req.len` counts there. */
function messageLength(head: RequestHead | ResponseHead, body: number): number {
  let length = START_LINE + 'HTTP/1.1'.length + 1 + body;
  length += 'method' in head ? head.method.length + head.target.length : 3 + head.reason.length;
  const { headers } = head;
  for (let index = 0; index < headers.count; index++)
    length += headers.name(index).length + headers.value(index).length;
  return head.framing === BodyFraming.Chunked ? length + 1 : length;
}

/** A stretch of a buffer that may still be filling: undefined, with a note that it may change, while it is not there. */
export function stretch(stream: StreamContext, buffer: string, offset: number, length: number): string | undefined {
  if (length === 0) {
    mayChange(stream);
    return buffer.length > offset ? buffer.slice(offset) : undefined;
  }
  if (offset + length <= buffer.length) return buffer.slice(offset, offset + length);
  mayChange(stream);
  return undefined;
}

/** Bytes whose number stands in the buffer. */
function lengthValue(
  stream: StreamContext,
  buffer: string,
  at: number,
  width: number,
  start: number | string,
): string | undefined {
  const head = stretch(stream, buffer, at, width);
  if (head === undefined) return undefined;
  let length = 0;
  for (const char of head) length = length * 256 + char.charCodeAt(0);
  let from = at + width;
  if (typeof start === 'number') from = start;
  else if (start !== '') from += Number(start);
  return length === 0 || from < 0 ? undefined : stretch(stream, buffer, from, length);
}

function payloads(prefix: string, buffer: BufferOf, use: FetchDefinition['use'], aliases: boolean): FetchDefinition[] {
  const manual = '7.3.5';
  return [
    defineFetch({
      name: aliases ? `${prefix}.payload` : 'payload',
      args: [integer, integer],
      out: 'bin',
      use,
      manual,
      summary: 'bytes of the buffer: offset, length (0 = all that follow)',
      compile:
        ([offset, length]) =>
        (stream) =>
          isMessage(stream) ? undefined : stretch(stream, buffer(stream), offset, length),
    }),
    defineFetch({
      name: aliases ? `${prefix}.payload_lv` : 'payload_lv',
      args: [integer, integer, optional(string)],
      out: 'bin',
      use,
      manual,
      summary: 'bytes whose length stands in the buffer: its offset and size, and where the bytes begin',
      compile([at, width, start = '']) {
        const from = /^\d+$/.test(start) ? Number(start) : start;
        return (stream) => (isMessage(stream) ? undefined : lengthValue(stream, buffer(stream), at, width, from));
      },
    }),
  ];
}

/** What has arrived of the body, as far as it was asked to wait for it. */
function body(prefix: 'req' | 'res', buffer: BufferOf): FetchDefinition[] {
  const use = prefix === 'req' ? USES.requestHeaders : USES.responseHeaders;
  const side = prefix === 'req' ? 'request' : 'response';
  return [
    defineFetch({
      name: `${prefix}.body`,
      args: [],
      out: 'bin',
      use,
      manual: '7.3.6',
      summary: `the part of the ${side} body that has arrived`,
      compile: () => (stream) => (prefix === 'req' && stream.response !== undefined ? undefined : buffer(stream)),
    }),
    defineFetch({
      name: `${prefix}.body_len`,
      args: [],
      out: 'sint',
      use,
      manual: '7.3.6',
      summary: `length of the part of the ${side} body that has arrived`,
      compile: () => (stream) => buffer(stream).length,
    }),
    defineFetch({
      name: `${prefix}.body_size`,
      args: [],
      out: 'sint',
      use,
      manual: '7.3.6',
      summary: `announced length of the ${side} body, or of what has arrived when chunked`,
      compile: () => (stream) => {
        const announced = (prefix === 'req' ? requestOf(stream) : stream.response)?.contentLength ?? -1;
        return announced >= 0 ? announced : buffer(stream).length;
      },
    }),
    defineFetch({
      name: `${prefix}.len`,
      aliases: prefix === 'req' ? ['req_len'] : [],
      args: [],
      out: 'sint',
      use: prefix === 'req' ? USES.requestBuffer : USES.responseBuffer,
      manual: '7.3.5',
      summary: `bytes in the ${side} buffer`,
      compile: () => (stream) => {
        mayChange(stream);
        const head = prefix === 'req' ? requestOf(stream) : stream.response;
        return head === undefined ? buffer(stream).length : messageLength(head, buffer(stream).length);
      },
    }),
    ...payloads(prefix, buffer, prefix === 'req' ? USES.requestBuffer : USES.responseBuffer, true),
  ];
}

/** Bodies and buffers (manual 7.3.5 and 7.3.6). */
export const bodies = [
  ...body('req', requestBuffer),
  ...body('res', responseBuffer),
  ...payloads('', eitherBuffer, USES.eitherHeaders, false),
  defineFetch({
    name: 'req.body_param',
    args: [optional(string)],
    out: 'bin',
    use: USES.requestHeaders,
    manual: '7.3.6',
    summary: 'a parameter of a form in the request body',
    compile([name = '']) {
      return {
        evaluate: (stream) => findParameter(stream.requestBuffer, name, '&', () => true),
        some: (stream, test) =>
          findParameter(stream.requestBuffer, name, '&', (value) => test(value, stream)) !== undefined,
      };
    },
  }),
  defineFetch({
    name: 'wait_end',
    args: [],
    out: 'bool',
    use: USES.internal,
    manual: '7.3.5',
    summary: 'true once the inspection period is over',
    compile: () => (stream) => {
      mayChange(stream);
      return isFinal(stream) ? true : undefined;
    },
  }),
];
