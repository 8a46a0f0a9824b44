import type { HeaderBlock, RequestHead } from '../../core/message.js';
import { BodyFraming } from '../../core/message.js';
import type { StreamContext } from '../../core/stream.js';
import { mayChange } from '../sampling.js';

/**
 * The request that rules see: the parsed one in HTTP mode; in TCP mode what the buffer holds, when it is a complete
 * HTTP/1 head (manual 7.3.6, note on TCP proxies). When there is a response, the request has been sent and is gone.
 */
export function requestOf(stream: StreamContext): RequestHead | undefined {
  if (stream.response !== undefined) return undefined;
  return stream.request ?? (stream.frontend.mode === 'tcp' && stream.http !== true ? sniffRequest(stream) : undefined);
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\0-\x20\x7f]+) HTTP\/[0-9]\.([0-9])$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*$/;

function sniffRequest(stream: StreamContext): RequestHead | undefined {
  const text = stream.requestBuffer.replace(/^(?:\r?\n)+/, '');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) {
    // A buffer that cannot begin a request line is not worth waiting for.
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]*(?: |$)/.test(text)) mayChange(stream);
    return undefined;
  }
  const lines = text.slice(0, end.index).split(/\r?\n/);
  const start = REQUEST_LINE.exec(lines[0]);
  const fields = lines.slice(1).map((line) => FIELD.exec(line));
  if (start === null || fields.includes(null)) return undefined;
  const headers = new SniffedHeaders(
    fields.flatMap((field) => (field === null ? [] : [[field[1].toLowerCase(), field[2]] as const])),
  );
  const length = headers.get('content-length');
  return {
    method: start[1],
    target: start[2],
    minor: Number(start[3]),
    headers,
    framing: headers.get('transfer-encoding') === undefined ? BodyFraming.Length : BodyFraming.Chunked,
    contentLength: length === undefined ? -1 : Number(length),
  };
}

/** Whether the buffer holds a complete HTTP request head. */
export function looksLikeHttp(stream: StreamContext): boolean {
  return requestOf(stream) !== undefined;
}

/** Fields of a head that is only looked at: edits would not reach the wire, so there are none. */
class SniffedHeaders implements HeaderBlock {
  readonly edited = false;

  constructor(readonly fields: readonly (readonly [string, string])[]) {}

  get count(): number {
    return this.fields.length;
  }
  name(index: number): string {
    return this.fields[index][0];
  }
  value(index: number): string {
    return this.fields[index][1];
  }
  find(name: string, from = 0): number {
    return this.fields.findIndex((field, index) => index >= from && field[0] === name);
  }
  get(name: string): string | undefined {
    return this.fields.find((field) => field[0] === name)?.[1];
  }
  add(): never {
    return readOnly();
  }
  set(): never {
    return readOnly();
  }
  delete(): never {
    return readOnly();
  }
  replaceAt(): never {
    return readOnly();
  }
  deleteAt(): never {
    return readOnly();
  }
}

function readOnly(): never {
  throw new Error('a TCP proxy does not change the HTTP requests it looks at');
}
