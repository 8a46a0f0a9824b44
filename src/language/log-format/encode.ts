/** How text is made safe for log lines and headers (manual 8.6). */

/** Bytes outside of printable ASCII, and those that delimit in the given context. */
const CAPTURE = /["#{|}\0-\x1f\x7f-\xff]/g;
const URL = /["#\0-\x1f\x7f-\xff]/g;
const HEADER = /[\0-\x08\x0a-\x1f\x7f]/g;
/** The same without state: nearly every text is safe, and asking first costs a tenth of replacing nothing. */
const UNSAFE_CAPTURE = new RegExp(CAPTURE.source);
const UNSAFE_URL = new RegExp(URL.source);
const UNSAFE_HEADER = new RegExp(HEADER.source);

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** Captured headers: `#XX` for braces, bars, quotes, sharps and what is not printable. */
export function encodeCapture(text: string): string {
  if (!UNSAFE_CAPTURE.test(text)) return text;
  return text.replaceAll(CAPTURE, (char) => `#${hex(char)}`);
}

/** Request lines: as captures, but braces and bars stay. */
export function encodeUrl(text: string): string {
  if (!UNSAFE_URL.test(text)) return text;
  return text.replaceAll(URL, (char) => `#${hex(char)}`);
}

/** Values put into headers and bodies by rules: control characters become `%XX`. */
export function encodeHeader(text: string): string {
  if (!UNSAFE_HEADER.test(text)) return text;
  return text.replaceAll(HEADER, (char) => `%${hex(char)}`);
}

/** `+E`: a backslash before quotes, backslashes and closing brackets (RFC 5424 section 6.3.3). */
export function escapeStructured(text: string): string {
  return text.replaceAll(/["\\\]]/g, '\\$&');
}
