/** Messages of distcc: tokens of four letters with a number in hexadecimal, some followed by so many bytes. */

/** Tokens whose number is the length of what follows. */
const WITH_BODY = new Set(['ARGV', 'DOTI', 'DOTO', 'FILE', 'LINK', 'NAME', 'SERR', 'SOUT']);

export interface DistccToken {
  readonly parameter: number;
  /** undefined for tokens without one. */
  readonly body: string | undefined;
}

/**
 * The token with this name; the first, or the `occurrence`-th.
 * @returns 'short' = the bytes so far end before it; undefined = this is not distcc
 */
export function findDistccToken(text: string, name: string, occurrence: number): DistccToken | 'short' | undefined {
  let seen = 0;
  for (let at = 0; at + 12 <= text.length;) {
    const token = text.slice(at, at + 4);
    const digits = text.slice(at + 4, at + 12);
    if (!/^[0-9A-Fa-f]{8}$/.test(digits)) return undefined;
    const parameter = Number.parseInt(digits, 16);
    const end = at + 12 + (WITH_BODY.has(token) ? parameter : 0);
    if (token === name && ++seen >= Math.max(1, occurrence)) {
      if (end > text.length) return 'short';
      return { parameter, body: WITH_BODY.has(token) ? text.slice(at + 12, end) : undefined };
    }
    at = end;
  }
  return 'short';
}
