import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError, type SourceLine } from './diagnostics.js';
import { splitWords, wholeWord } from './words.js';

const line = (text: string): SourceLine => ({ file: 'x.cfg', line: 7, text });
const env = new Map<string, string | undefined>([
  ['A', 'a b'],
  ['B', '1'],
  ['E', ''],
  ['L', '  a  b '],
]);
const around = { env, section: 'web' };
const texts = (text: string): string[] => splitWords(line(text), around).map((word) => word.text);

// The manual's table of 2.2: all ways to write one character.
test.each([
  ['\t', ['a\\x09b', 'a\\tb', '"a\tb"', '"a\\x09b"', "'a\tb'"]],
  ['\n', ['a\\nb', 'a\\x0ab', '"a\\nb"', '"a\\x0ab"']],
  ['\r', ['a\\rb', 'a\\x0db', '"a\\rb"', '"a\\x0Db"']],
  [' ', ['a\\ b', 'a\\x20b', '"a b"', '"a\\ b"', '"a\\x20b"', "'a b'"]],
  ['"', ['a\\"b', 'a\\x22b', '"a\\"b"', '"a\\x22b"', "'a\"b'"]],
  ['#', ['a\\#b', 'a\\x23b', '"a#b"', '"a\\#b"', '"a\\x23b"', "'a#b'"]],
  ['$', ['a$b', 'a\\x24b', '"a\\$b"', '"a\\x24b"', "'a$b'"]],
  ["'", ["a\\'b", 'a\\x27b', '"a\'b"', '"a\\x27b"', '"a\\\'b"']],
  ['\\', ['a\\\\b', 'a\\x5cb', '"a\\\\b"', '"a\\x5cb"', "'a\\b'"]],
])('%j can be written in these ways', (character, ways) => {
  for (const way of ways) expect(texts(way)).toEqual([`a${character}b`]);
});

test.each([
  ['log-format %{+Q}o\\ %t\\ %s\\ %{-Q}r', ['log-format', '%{+Q}o %t %s %{-Q}r']],
  ['log-format "%{+Q}o %t"\' %s\'\\ %{-Q}r', ['log-format', '%{+Q}o %t %s %{-Q}r']],
  ['set-path %[path,regsub(\\"(foo|bar)\\",blah,g)]', ['set-path', '%[path,regsub("(foo|bar)",blah,g)]']],
  [`'%[path,regsub("^/(here)(/|$)","my/\\1",g)]'`, ['%[path,regsub("^/(here)(/|$)","my/\\1",g)]']],
  ['acl html url_reg -i \\.html$ # all pages', ['acl', 'html', 'url_reg', '-i', '\\.html$']],
  ['  x"\\q"\\q\\;', ['x\\q\\q\\;']],
  ['x#z y', ['x']],
  ['x\\\ty "z\\\t"', ['x\\', 'y', 'z\\\t']],
  ['x\\$y', ['x\\$y']],
  ['x\\', ['x\\']],
  ['x\vy\fz', ['x', 'y', 'z']],
  ['x\ry', ['x']],
  ['# only a comment', []],
  ['"" y', ['', 'y']],
  ['a\\x00b', ['a']],
])('%j', (text, words) => {
  expect(texts(text)).toEqual(words);
});

test.each([
  ['"$B"', ['1']],
  ['$B ${B}', ['$B', '${B}']],
  ["'$B'", ['$B']],
  ['x"$A"y', ['xa by']],
  ['"${NONE-127.0.0.1}:514"', ['127.0.0.1:514']],
  ['"${E-default}"', ['']],
  ['"${NONE-a b}" "${NONE[*]-a b}"', ['a b', 'a', 'b']],
  ['"${NONE-${A}}"', ['${A}']],
  ['x"${A[*]}"y z', ['xa', 'by', 'z']],
  ['1"${L[*]}"q', ['1a', 'bq']],
  ['"${E[*]}" x', ['', 'x']],
  ['"$.FILE" "${.LINE}" "$.SECTION"', ['x.cfg', '7', 'web']],
])('variables: %j', (text, words) => {
  expect(texts(text)).toEqual(words);
});

test.each([
  ['maxconn "abc', 'unmatched quote at position 9'],
  ["x'ab", 'unmatched quote at position 2'],
  ['x\\x4', 'truncated or invalid hexadecimal sequence at position 2'],
  ['x\\xzz', 'truncated or invalid hexadecimal sequence at position 2'],
  ['x"${FOO"', 'unmatched brace in environment variable name at position 4'],
  ['x"${A[*]x}"', 'unmatched brace in environment variable name at position 4'],
  ['x"${A[}"', 'truncated or invalid word expansion sequence at position 6'],
  ['x"$"', 'forbidden first char in environment variable name at position 4'],
  ['x"$1"', 'forbidden first char in environment variable name at position 4'],
  ['x"${}"', 'forbidden first char in environment variable name at position 5'],
  ['"$.foo"', 'forbidden first char in environment variable name at position 3'],
])('%s is refused', (text, message) => {
  expect(() => splitWords(line(text), around)).toThrow(ConfigError);
  expect(() => splitWords(line(text), around)).toThrow(message);
});

test('a word knows its place, its quotes included', () => {
  const words = splitWords(line('\tserver "web 1" 1.2.3.4'), around);
  expect(words.map(({ span }) => [span.column, span.length])).toEqual([
    [2, 6],
    [9, 7],
    [17, 7],
  ]);
});

test('a condition keeps its blanks and loses its quotes', () => {
  const whole = wholeWord(line('.if  streq("$A",a\\ b)  &&  1 # so'), 3, around);
  expect(whole.text).toBe('streq(a b,a b)  &&  1');
  expect(whole.span.column).toBe(6);
});

test('words of any length', () => {
  const long = 'x'.repeat(300_000);
  expect(texts(`a ${long} b`)).toEqual(['a', long, 'b']);
  expect(texts('y '.repeat(20_000))).toHaveLength(20_000);
});

/** True when every word lies within the line, or the line is refused as it should be. */
function splitsOrRefuses(text: string): boolean {
  try {
    return splitWords(line(text), around).every(
      ({ span }) => span.column >= 1 && span.column - 1 + span.length <= text.length,
    );
  } catch (error) {
    return error instanceof ConfigError;
  }
}

test('nothing but ConfigError is ever thrown', () => {
  const byte = fc.oneof(
    fc.constantFrom(...'\\"\'$#{}[*]-x \t.'.split('')),
    fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (bytes) => {
      const text = bytes.join('').replaceAll('\n', ' ');
      expect(splitsOrRefuses(text)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
