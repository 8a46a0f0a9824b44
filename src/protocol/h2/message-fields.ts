import { Method, type H1Request } from '../h1/head.js';
import type { FieldBlock } from './field-block.js';

/** What concerns one HTTP/1 connection, or its framing: not in HTTP/2 (RFC 9113 section 8.2.2). */
export const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection', 'proxy-connection', 'keep-alive', 'upgrade', 'transfer-encoding', 'http2-settings',
]); // prettier-ignore

const ABSOLUTE = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)(.*)$/;

/**
 * A request's head as it goes to a server (section 8.3.1): Host becomes the authority.
 * @param protocol of an upgrade, which becomes an extended CONNECT (RFC 8441), '' = none
 */
export function addRequest(block: FieldBlock, head: H1Request, scheme: string, protocol: string): void {
  const { headers, target } = head;
  const absolute = ABSOLUTE.exec(target);
  const host = headers.get('host');
  block.add(':method', protocol === '' ? head.method : 'CONNECT');
  if (protocol !== '') block.add(':protocol', protocol);
  if (head.kind === Method.Connect) block.add(':authority', target);
  else {
    block.add(':scheme', absolute?.[1] ?? scheme);
    if (absolute !== null) block.add(':authority', absolute[2]);
    else if (host !== undefined) block.add(':authority', host);
    block.add(':path', absolute === null ? target : absolute[3] || (head.kind === Method.Options ? '*' : '/'));
  }
  for (let i = 0; i < headers.count; i++) {
    const name = headers.name(i);
    if (name === 'host' || CONNECTION_FIELDS.has(name)) continue;
    // proves something to servers of HTTP/1 only (RFC 8441 section 5)
    if (protocol !== '' && name === 'sec-websocket-key') continue;
    const value = headers.value(i);
    if (name !== 'te' || value === 'trailers') block.add(name, value);
  }
}

/** @param text lines as they came between the last chunk and the empty line */
export function addTrailerLines(block: FieldBlock, text: string): void {
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    if (!CONNECTION_FIELDS.has(name)) block.add(name, line.slice(colon + 1).trim());
  }
}
