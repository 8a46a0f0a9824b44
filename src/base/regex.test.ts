import { describe, expect, test } from 'vitest';
import { expandReplacement, RegexError, translateRegex } from './regex.js';
import { linearPattern, loadLinearEngine } from './regex-linear.js';

describe('PCRE dialect', () => {
  test.each<[string, string, boolean, (string | undefined)[] | undefined]>([
    ['\\.html$', '/index.html', false, ['.html']],
    ['\\.html$', '/index.HTML', false, undefined],
    ['\\.html$', '/index.HTML', true, ['.HTML']],
    ['\\.html$', '/index.html\n', true, ['.html']],
    ['^/static/', '/static/x', false, ['/static/']],
    ['a|b', 'xb', false, ['b']],
    ['(foo|bar)([0-9]+)?', 'xBar12', true, ['Bar12', 'Bar', '12']],
    ['(?i)abc', 'xABC', false, ['ABC']],
    ['a(?i)b|C', 'ac', false, ['c']],
    ['a(?i:b)c', 'aBC', false, undefined],
    ['[[:alpha:]]+', '12abC3', false, ['abC']],
    ['[^[:digit:].]+', '12.ab', false, ['ab']],
    ['[]a]+', 'x]a', false, [']a']],
    ['[a\\]b-]+', 'x]-b', false, [']-b']],
    ['\\Aab\\z', 'ab\n', false, undefined],
    ['\\Aab\\Z', 'ab\n', false, ['ab']],
    ['a.b', 'a\nb', false, undefined],
    ['(?s)a.b', 'a\nb', false, ['a\nb']],
    ['(?m)^b$', 'a\nb\nc', false, ['b']],
    ['(?x) a  b # comment', 'ab', false, ['ab']],
    ['(?>a+)ab', 'aaab', false, undefined],
    ['(a)(?>(b))\\2(c)', 'abbc', false, ['abbc', 'a', 'b', 'c']],
    ['a++b', 'aaab', false, ['aaab']],
    ['a{2,3}+a', 'aaa', false, undefined],
    ['(?P<x>a)\\k<x>', 'aa', false, ['aa', 'a']],
    ['(a)\\1', 'aA', true, ['aA', 'a']],
    ['\\Qa.b\\E+', 'a.ba.b', false, ['a.ba.b']],
    ['\\x41\\x{42}\\103', 'ABC', false, ['ABC']],
    ['a{,3}', 'a{,3}', false, ['a{,3}']],
    ['\\h\\d\\w\\S', '\t1a!', false, ['\t1a!']],
    ['é', 'É', true, undefined],
    ['^$', '', false, ['']],
    ['', 'x', false, ['']],
    ['x*', 'aaa', false, ['']],
  ])('%j on %j', (pattern, text, insensitive, expected) => {
    const regex = translateRegex(Buffer.from(pattern, 'latin1').toString('latin1'), { insensitive });
    expect(regex.exec(text)?.groups).toEqual(expected);
    expect(regex.test(text)).toBe(expected !== undefined);
  });

  test.each([
    ['(a', 'missing closing parenthesis', 2],
    ['a)', 'unmatched closing parenthesis', 1],
    ['*a', 'quantifier does not follow a repeatable item', 0],
    ['[a', 'missing terminating ] for character class', 2],
    ['a\\', '\\ at end of pattern', 2],
    ['[b-a]', 'range out of order in character class', 3],
    ['(?R)', 'recursion is not supported', 0],
    ['a\\Kb', '\\K is not supported', 2],
  ])('%j is refused: %s', (pattern, reason, offset) => {
    expect(() => translateRegex(pattern)).toThrow(new RegexError(pattern, reason, offset));
  });

  // Without a guard each of these takes days.
  test.each(
    [
      '(a+)+$',
      '^(a+)+$',
      '(a|aa)+$',
      '(.*a){12}$',
      '^(\\w+\\s?)*$',
      '(?m)^(a+)+$',
      '(?=a)(a+)+$',
      '(?!b)(a+)+$',
      '(?:a+)++$',
      '(?>a+)+$',
      '(a+)+\\1$',
      '(a{1,30}){1,30}$',
      '(x+x+)+y',
    ].flatMap((pattern) => [[pattern, false] as const, [pattern, true] as const]),
  )('catastrophic %s ends, insensitive %s', (pattern, insensitive) => {
    const regex = translateRegex(pattern, { insensitive });
    const text = `${(pattern.includes('x') ? 'x' : 'a').repeat(40)}!`;
    const start = performance.now();
    expect(regex.test(text)).toBe(false);
    expect(regex.exec(text)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });

  // Without a guard these take minutes: the time grows with a power of the text's length.
  test.each(['(?s).{1,20}.*.*x', '(?=.*a).*b.*c.*d', '[a-z]{9,}[a-z]*[a-z]{9,}x'])(
    'long texts end, too: %s',
    (pattern) => {
      const regex = translateRegex(pattern);
      for (let i = 0; i < 3; i++) expect(regex.test('ab'.repeat(8000))).toBe(false);
      expect(regex.exec('ab'.repeat(8000))).toBeUndefined();
    },
  );

  test('what the guard has interrupted is matched by an engine that takes its time from the text alone', async () => {
    await loadLinearEngine();
    const regex = translateRegex('(a{1,20}b?){10,}(c)$');
    const evil = 'a'.repeat(3000);
    expect(regex.test(evil)).toBe(false);
    expect(regex.test(`${evil}c`)).toBe(true);
    expect(regex.exec(`${evil}bc`, 100)).toEqual({
      start: 100,
      end: 3002,
      groups: [`${evil.slice(100)}bc`, `${'a'.repeat(20)}b`, 'c'],
    });
    // `$` holds before a final newline, which that engine cannot say: the guard decides
    expect(regex.test(`${evil}c\n`)).toBe(true);
    expect(regex.test(`${evil}\n`)).toBe(false);
  });

  test.each([
    ['(a|ab)(c|bcd)(d*)', 'xabcd'],
    ['([0-9A-Z_a-z]{1,3}[\\x09-\\x0d ]?){2,5}\\x21', 'foo bar baz!'],
    ['^(?:[0-9a-z](?:[\\x2d0-9a-z]{0,61}[0-9a-z])?\\x2e){2,}example\\x2ecom$', 'a.b-c.example.com'],
    ['([^]*?)(b{2,3}?)', 'a\nbbbb'],
    ['(x)?(y{8,9})', 'yyyyyyyyyy'],
    ['\\b(\\xe9{1,9}[Aa]?)+\\b|z', '\xe9\xe9A z'],
  ])('both engines agree: %s', async (source, text) => {
    await loadLinearEngine();
    const found = new RegExp(source, 'g').exec(text);
    const other = linearPattern(source)?.exec(text, 0);
    const groups = found?.map((_, index) => other?.[index]);
    expect([other?.index, groups]).toEqual([found?.index, found === null ? undefined : [...found]]);
  });

  test('dangerous patterns match as others do', () => {
    const regex = translateRegex('(?=a)((a+)b?)+c');
    expect(regex.exec('xaabac')?.groups).toEqual(['aabac', 'a', 'a']);
    expect(regex.test('aabac')).toBe(true);
    expect(regex.test('aaba')).toBe(false);
  });

  test.each([
    ['\\2\\1', '12foo'],
    ['<\\0>', '<foo12>'],
    ['\\\\\\x41\\9', '\\A'],
  ])('replacement %s', (template, expected) => {
    const match = translateRegex('(foo)(12)').exec('afoo12');
    expect(match && expandReplacement(template, match)).toBe(expected);
  });
});
