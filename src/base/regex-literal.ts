/**
 * Patterns that are only a literal, perhaps anchored: `\.html$`, `^/static/`, `^/$`. Most patterns in real
 * configurations are such, and comparing text is far cheaper than running an expression.
 */
export interface Literal {
  test(text: string): boolean;
}

/** @returns undefined when the pattern is more than a literal */
export function literalOf(pattern: string, insensitive: boolean): Literal | undefined {
  const parts = /^(\^?)((?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*)(\$?)$/.exec(pattern);
  if (parts === null) return undefined;
  const plain = parts[2].replaceAll(/\\([^])/g, '$1');
  if (insensitive && /[^\0-\x7f]/.test(plain)) return undefined;
  const text = insensitive ? plain.toLowerCase() : plain;
  return make(text, parts[1] !== '', parts[3] !== '', insensitive);
}

function make(literal: string, start: boolean, end: boolean, insensitive: boolean): Literal {
  const { length } = literal;
  const equalAt = (text: string, at: number): boolean => {
    if (at < 0) return false;
    if (!insensitive) return text.startsWith(literal, at);
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(at + index);
      if ((code >= 65 && code <= 90 ? code | 32 : code) !== literal.charCodeAt(index)) return false;
    }
    return true;
  };
  // `$` also holds before a final newline.
  const ends = (text: string): number => (text.endsWith('\n') ? text.length - 1 : -1);
  if (start && end) {
    return { test: (text) => (text.length === length || ends(text) === length) && equalAt(text, 0) };
  }
  if (start) return { test: (text) => text.length >= length && equalAt(text, 0) };
  if (end) {
    return {
      test: (text) =>
        equalAt(text, text.length - length) || (ends(text) >= length && equalAt(text, ends(text) - length)),
    };
  }
  if (!insensitive) return { test: (text) => text.includes(literal) };
  return {
    test(text) {
      for (let at = 0; at + length <= text.length; at++) if (equalAt(text, at)) return true;
      return false;
    },
  };
}
