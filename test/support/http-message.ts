/** Just enough HTTP/1 to know where a message ends. Bytes are latin1 text. Lenient: peers under test may be wrong. */
export interface HttpMessage {
  /** First line and fields, without the empty line. */
  readonly head: string;
  /** As framed: chunk sizes and trailers included. */
  readonly body: string;
  /** Bytes of head, empty line and body. */
  readonly length: number;
  /** Ends with the connection only. */
  readonly untilClose: boolean;
}

/** The first value of a field, '' when it is not there. */
export function fieldOf(head: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t\\r]*$`, 'im').exec(head)?.[1] ?? '';
}

/** Where the chunked body that begins at `start` ends, -1 when it is not complete. */
function chunkedEnd(text: string, start: number): number {
  const size = /([0-9a-f]*)[^\n]*\n/iy;
  for (let at = start; ;) {
    size.lastIndex = at;
    const line = size.exec(text);
    if (line === null) return -1;
    const length = Number.parseInt(line[1], 16);
    if (!(length > 0)) {
      const trailers = /(?:[^\r\n]+\r?\n)*\r?\n/y;
      trailers.lastIndex = size.lastIndex;
      return trailers.exec(text) === null ? -1 : trailers.lastIndex;
    }
    at = size.lastIndex + length + 2;
    if (at > text.length) return -1;
  }
}

/** A body that has no length of its own: requests have none then, responses last until the close. */
type Unframed = 'empty' | 'until-close';

function takeMessage(text: string, unframed: Unframed, bodyless: (head: string) => boolean): HttpMessage | undefined {
  const gap = /\r?\n\r?\n/.exec(text);
  if (gap === null) return undefined;
  const head = text.slice(0, gap.index);
  const start = gap.index + gap[0].length;
  let end = start;
  let untilClose = false;
  if (!bodyless(head)) {
    if (/^transfer-encoding:.*chunked/im.test(head)) end = chunkedEnd(text, start);
    else if (/^content-length:\s*\d/im.test(head)) end = start + Number.parseInt(fieldOf(head, 'content-length'), 10);
    else if (unframed === 'until-close') {
      untilClose = true;
      end = text.length;
    }
  }
  if (end < 0 || end > text.length) return undefined;
  return { head, body: text.slice(start, end), length: end, untilClose };
}

/** The request at the beginning of `text`, undefined while it is not complete. */
export function takeRequest(text: string): HttpMessage | undefined {
  return takeMessage(text, 'empty', (head) => head.startsWith('CONNECT '));
}

export function statusOf(head: string): number {
  return Number(/^HTTP\/\d\.\d (\d{3})/.exec(head)?.[1] ?? 0);
}

/** The response to a `method` request at the beginning of `text`, undefined while it is not complete. */
export function takeResponse(text: string, method: string): HttpMessage | undefined {
  return takeMessage(text, 'until-close', (head) => {
    const status = statusOf(head);
    return method === 'HEAD' || status === 204 || status === 304 || (status >= 100 && status < 200);
  });
}

/** All complete responses in `text`; those to `methods[i]`, 1xx apart. */
export function takeResponses(text: string, methods: readonly string[]): HttpMessage[] {
  const found: HttpMessage[] = [];
  let finals = 0;
  for (let rest = text; ;) {
    const message = takeResponse(rest, methods[finals] ?? 'GET');
    if (message === undefined) return found;
    found.push(message);
    if (statusOf(message.head) >= 200 || statusOf(message.head) === 101) finals++;
    rest = rest.slice(message.length);
  }
}
