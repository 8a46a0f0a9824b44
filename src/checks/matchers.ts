import { translateRegex, type Regex } from '../base/regex.js';
import type { CheckFacts, CheckResponse, HttpMatcher, RawMatcher } from './plan.js';

/** Matches on raw bytes, as latin1 (manual 4.2 `tcp-check expect`). */
export function bytesMatcher(kind: 'string' | 'binary', pattern: string): RawMatcher {
  return { on: 'bytes', kind, pattern, length: pattern.length, test: (received) => received.includes(pattern) };
}

export function regexMatcher(regex: Regex): RawMatcher {
  // The manual: a check finds nothing past a NUL byte with a regular expression.
  return { on: 'bytes', kind: 'regex', pattern: '', length: 0, test: (received) => regex.test(untilNul(received)) };
}

/** The regular expression sees the bytes as upper case hexadecimal. */
export function binaryRegexMatcher(pattern: string): RawMatcher {
  const regex = translateRegex(pattern, { insensitive: true });
  return { on: 'bytes', kind: 'binary-regex', pattern: '', length: 0, test: (received) => regex.test(toHex(received)) };
}

export function formatMatcher(kind: 'string-lf' | 'binary-lf', format: (facts: CheckFacts) => string): RawMatcher {
  return {
    on: 'bytes',
    kind,
    pattern: '',
    length: 0,
    test(received, facts) {
      const text = format(facts);
      if (kind === 'string-lf') return text !== '' && received.includes(text);
      return hexError(text) === undefined && received.includes(fromHex(text));
    },
  };
}

/** `status 200,201,300-310`: pairs of bounds. */
export function statusMatcher(ranges: readonly (readonly [number, number])[]): HttpMatcher {
  return {
    on: 'status',
    length: 0,
    test: ({ status }) => ranges.some(([least, greatest]) => status >= least && status <= greatest),
  };
}

export const statusRegexMatcher = (regex: Regex): HttpMatcher => ({
  on: 'status',
  length: 0,
  test: ({ status }) => regex.test(String(status)),
});

export const bodyMatcher = (text: string): HttpMatcher => ({
  on: 'body',
  length: text.length,
  test: ({ body }) => body.includes(text),
});

export const bodyRegexMatcher = (regex: Regex): HttpMatcher => ({
  on: 'body',
  length: 0,
  test: ({ body }) => regex.test(untilNul(body)),
});

export const bodyFormatMatcher = (format: (facts: CheckFacts) => string): HttpMatcher => ({
  on: 'body',
  length: 0,
  test(response, facts) {
    const text = format(facts);
    return text !== '' && response.body.includes(text);
  },
});

/** A way to compare a field's name or value with a pattern. */
export type TextTest = (text: string, facts: CheckFacts) => boolean;

/**
 * `hdr` and `fhdr`.
 * @param value undefined = presence is enough
 * @param full whole values (`fhdr`) rather than each comma-separated item (`hdr`)
 */
export function headerMatcher(name: TextTest, value: TextTest | undefined, full: boolean): HttpMatcher {
  const fits = (text: string, facts: CheckFacts): boolean =>
    value === undefined || (full ? [text] : splitList(text)).some((item) => value(item, facts));
  return {
    on: 'header',
    length: 0,
    test({ headers }: CheckResponse, facts) {
      for (let index = 0; index < headers.count; index++) {
        if (name(headers.name(index), facts) && fits(headers.value(index), facts)) return true;
      }
      return false;
    },
  };
}

/** The items of a comma-separated value; commas within double quotes do not count. */
function splitList(text: string): string[] {
  return (text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g) ?? []).map((item) => item.trim());
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

export const toHex = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('hex').toUpperCase();
export const fromHex = (digits: string): string => Buffer.from(digits, 'hex').toString('latin1');

/** What is wrong with a string of hexadecimal digits, in HAProxy's words. */
export function hexError(digits: string): string | undefined {
  if (digits.length % 2 !== 0) return 'an even number of hex digit is expected';
  const bad = /[^0-9a-fA-F]/.exec(digits)?.[0];
  return bad === undefined ? undefined : `an hex digit is expected (found '${bad}')`;
}
