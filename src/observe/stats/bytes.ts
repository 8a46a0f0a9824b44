import { isUtf8 } from 'node:buffer';

/**
 * Text of a configuration or a server as the bytes of a page in UTF-8, one code unit each (the form of `Reply.body`).
 * Names may arrive as characters or already as bytes: what reads as UTF-8 bytes is left alone.
 */
export function utf8Bytes(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  if (/^[\x00-\xff]*$/.test(text) && isUtf8(Buffer.from(text, 'latin1'))) return text;
  return Buffer.from(text, 'utf8').toString('latin1');
}
