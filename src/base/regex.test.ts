import { describe, expect, test } from 'vitest';
import { expandReplacement, RegexError, translateRegex } from './regex.js';

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
