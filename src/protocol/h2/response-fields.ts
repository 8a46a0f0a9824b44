import { Method } from '../h1/head.js';
import type { FieldList } from './hpack-decoder.js';
import { CONNECTION_FIELDS } from './message-fields.js';
import { isFieldName, isFieldValue } from './request-fields.js';

/** How the body is framed once the head is HTTP/1. */
export const enum ResponseBody {
  /** None, or as long as Content-Length says, or a tunnel. */
  Plain,
  Chunked,
}

interface ResponseText {
  readonly text: string;
  /** undefined: interim, the final head is still to come. */
  readonly body: ResponseBody | undefined;
}

const STATUS = /^[1-9]\d\d$/;

/**
 * A response's fields as an HTTP/1 head.
 * @param method of the request
 * @param ended there is no body
 * @param upgrade fields that make a success that of an upgrade, '' = none was asked for
 * @returns undefined when it is malformed (RFC 9113 section 8.1.1)
 */
export function responseText(
  fields: FieldList,
  method: Method,
  ended: boolean,
  upgrade: string,
): ResponseText | undefined {
  const { names, values, count } = fields;
  if (count === 0 || names[0] !== ':status' || !STATUS.test(values[0])) return undefined;
  const status = Number(values[0]);
  // switching protocols is not in HTTP/2 (section 8.6), and an interim head ends nothing
  if (status === 101 || (status < 200 && ended)) return undefined;
  const switches = upgrade !== '' && status >= 200 && status < 300;
  let text = switches ? `HTTP/1.1 101 Switching Protocols\r\n${upgrade}` : `HTTP/1.1 ${values[0]} \r\n`;
  let hasLength = false;
  for (let i = 1; i < count; i++) {
    const name = names[i];
    if (!isFieldName(name) || !isFieldValue(values[i]) || CONNECTION_FIELDS.has(name)) return undefined;
    if (name === 'content-length') {
      if (switches) continue;
      hasLength = true;
    }
    text += `${name}: ${values[i]}\r\n`;
  }
  if (status < 200) return { text: `${text}\r\n`, body: undefined };
  const tunnel = method === Method.Connect && status < 300;
  const bodyless = method === Method.Head || status === 204 || status === 304;
  if (hasLength || tunnel || switches || bodyless) return { text: `${text}\r\n`, body: ResponseBody.Plain };
  return { text: `${text}transfer-encoding: chunked\r\n\r\n`, body: ResponseBody.Chunked };
}

/** Trailers as lines. @returns undefined when they are malformed */
export function trailerLines({ names, values, count }: FieldList): string | undefined {
  let text = '';
  for (let i = 0; i < count; i++) {
    if (!isFieldName(names[i]) || !isFieldValue(values[i])) return undefined;
    if (!CONNECTION_FIELDS.has(names[i])) text += `${names[i]}: ${values[i]}\r\n`;
  }
  return text;
}
