import type { StreamControl } from '../core/action.js';
import type { HeaderBlock } from '../core/message.js';

/** A message's head as a list of lines: 0 is the request or status line, the others are `name: value`. */

function fields(stream: StreamControl, request: boolean): HeaderBlock | undefined {
  return (request ? stream.request : stream.response)?.headers;
}

export function lineCount(stream: StreamControl, request: boolean): number {
  const headers = fields(stream, request);
  return headers === undefined ? 0 : headers.count + 1;
}

export function lineText(stream: StreamControl, request: boolean, index: number): string {
  if (index > 0) {
    const headers = fields(stream, request) as HeaderBlock;
    return `${headers.name(index - 1)}: ${headers.value(index - 1)}`;
  }
  const { request: asked, response } = stream;
  if (request) return `${asked?.method} ${asked?.target} HTTP/1.${asked?.minor}`;
  return `HTTP/1.${response?.minor} ${response?.status} ${response?.reason}`;
}

export function removeLine(stream: StreamControl, request: boolean, index: number): void {
  fields(stream, request)?.deleteAt(index - 1);
}

/** @returns where the line is now: 'here', 'gone' (deleted, or appended under another name), 'bad' when it is no first line */
export function replaceLine(
  stream: StreamControl,
  request: boolean,
  index: number,
  text: string,
): 'here' | 'gone' | 'bad' {
  if (index === 0)
    return (request ? replaceRequestLine(stream, text) : replaceStatusLine(stream, text)) ? 'here' : 'bad';
  const headers = fields(stream, request) as HeaderBlock;
  const colon = text.indexOf(':');
  const name = text.slice(0, colon).trim().toLowerCase();
  if (colon > 0 && name === headers.name(index - 1)) {
    headers.replaceAt(index - 1, text.slice(colon + 1).trim());
    return 'here';
  }
  headers.deleteAt(index - 1);
  if (colon > 0) headers.add(name, text.slice(colon + 1).trim());
  return 'gone';
}

/** The version stays what it is: it says what the client's connection can do. */
function replaceRequestLine({ request }: StreamControl, text: string): boolean {
  const [, method, target] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) +([\u0021-\u007e]+)(?: +HTTP\/\d\.\d)?$/.exec(text.trimEnd()) ?? []; // prettier-ignore
  if (request === undefined || target === undefined) return false;
  if (method !== request.method) request.method = method;
  if (target !== request.target) request.target = target;
  return true;
}

function replaceStatusLine({ response }: StreamControl, text: string): boolean {
  const [, status, reason] = /^HTTP\/\d\.\d +([1-5]\d\d)(?: (.*))?$/.exec(text) ?? [];
  if (response === undefined || status === undefined) return false;
  response.status = Number(status);
  response.reason = reason ?? '';
  return true;
}
