import { H1Response, Method } from '../../protocol/h1/head.js';
import { parseResponse, ParseResult } from '../../protocol/h1/parser.js';
import type { FieldBlock } from '../../protocol/h2/field-block.js';
import { CONNECTION_FIELDS } from '../../protocol/h2/message-fields.js';

const SWITCHING_PROTOCOLS = 101;

/** A head's fields as they stand after all rules. */
export function addHeadFields(block: FieldBlock, { headers, status }: H1Response): void {
  for (let i = 0; i < headers.count; i++) {
    const name = headers.name(i);
    if (CONNECTION_FIELDS.has(name)) continue;
    // the handshake's proof is for the protocol it comes from (RFC 8441 section 5)
    if (status === SWITCHING_PROTOCOLS && name === 'sec-websocket-accept') continue;
    block.add(name, headers.value(i));
  }
}

const OPTIONS = { acceptInvalid: true, maxHeaders: 101, maxHeadSize: 1 << 20 };

/** An answer of our own, which is kept as HTTP/1 text. @returns undefined when it is none: an errorfile may be anything */
export function answerFrom(text: string, method: Method | undefined): { head: H1Response; body: Buffer } | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const head = new H1Response();
  if (parseResponse(head, bytes, 0, bytes.length, OPTIONS) !== ParseResult.Complete) return undefined;
  return { head, body: method === Method.Head ? bytes.subarray(0, 0) : bytes.subarray(head.end) };
}
