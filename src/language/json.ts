const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** How input is decoded: `s` skips what is wrong, `p` permits overlong forms (manual 7.3.1, `json`). */
export type JsonInput = 'ascii' | 'utf8' | 'utf8s' | 'utf8p' | 'utf8ps';

/** Escapes bytes for a JSON string. @returns undefined when they cannot be decoded */
export function jsonEscape(text: string, input: JsonInput): string | undefined {
  let output = '';
  for (let at = 0; at < text.length;) {
    const found =
      input === 'ascii' ? { code: text.charCodeAt(at), length: 1, bad: false, overlong: false } : decode(text, at);
    const wrong = found.bad || found.code > 0xffff || (found.overlong && !input.includes('p'));
    at += found.length;
    if (!wrong) output += escape(found.code);
    else if (!input.endsWith('s')) return undefined;
  }
  return output;
}

function escape(code: number): string {
  const char = String.fromCharCode(code);
  if (char in NAMED) return NAMED[char];
  return code < 32 || code > 126 ? `\\u${code.toString(16).padStart(4, '0')}` : char;
}

/** One UTF-8 sequence. */
function decode(text: string, at: number): { code: number; length: number; bad: boolean; overlong: boolean } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { code: first, length: 1, bad: false, overlong: false };
  const size =
    first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc0 && first < 0xe0 ? 2 : 0;
  if (size === 0) return { code: 0, length: 1, bad: true, overlong: false };
  let code = first & (0x7f >> size);
  for (let index = 1; index < size; index++) {
    const byte = text.charCodeAt(at + index);
    if (Number.isNaN(byte) || (byte & 0xc0) !== 0x80) return { code: 0, length: index, bad: true, overlong: false };
    code = (code << 6) | (byte & 0x3f);
  }
  const least = [0, 0, 0x80, 0x800, 0x10000][size];
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return { code, length: size, bad: surrogate || code === 0xfffe || code === 0xffff, overlong: code < least };
}
