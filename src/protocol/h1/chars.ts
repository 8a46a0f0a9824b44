/** Byte classes of HTTP/1 (RFC 9110 section 5.6.2, RFC 9112), as tables: one load per byte. */

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A token character in lower case, 0 for every other byte. */
export const LOWER_TOKEN = new Uint8Array(256);
/** As LOWER_TOKEN, with `option accept-invalid-http-*`: any visible byte but the colon, and all from 0x80 on. */
export const LOWER_TOKEN_RELAXED = new Uint8Array(256);
/** 1 = allowed in a request target: visible ASCII without `#`. */
export const TARGET = new Uint8Array(256);
/** As TARGET, with `option accept-invalid-http-request`: also `#` and bytes from 0x80 on. */
export const TARGET_RELAXED = new Uint8Array(256);
/** 1 = allowed in a Host field: no white space, control, list or path delimiters. */
export const HOST = new Uint8Array(256);

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

for (let byte = 0x21; byte < 256; byte++) {
  if (byte === 0x7f) continue;
  if (byte !== 0x3a) LOWER_TOKEN_RELAXED[byte] = lower(byte);
  TARGET_RELAXED[byte] = 1;
  if (byte < 0x7f && byte !== 0x23) TARGET[byte] = 1;
  if (!',/\\?#@'.includes(String.fromCharCode(byte))) HOST[byte] = 1;
}
for (const character of TOKEN_CHARACTERS) {
  const byte = character.charCodeAt(0);
  LOWER_TOKEN[byte] = lower(byte);
}

export const HT = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;
export const COMMA = 0x2c;
export const SEMICOLON = 0x3b;

/** Space, tab, and the line ends inside a folded value. */
export function isBlank(byte: number): boolean {
  return byte === SP || byte === HT || byte === CR || byte === LF;
}

/** Whether buffer[start..end) is `text` (lower case), ignoring the case of ASCII letters. */
export function equalsIgnoreCase(buffer: Buffer, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (lower(buffer[start + i]) !== text.charCodeAt(i)) return false;
  return true;
}
