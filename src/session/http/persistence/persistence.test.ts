import { describe, expect, test } from 'vitest';
import { editCookies, editSetCookie, editSetCookie2, type Judge } from './cookie-fields.js';
import { dateText, readDate } from './dates.js';

const without: Judge = (name) => (name === 'S' ? 'delete' : 'keep');
const replacing: Judge = (name) => (name === 'S' ? { value: 'new' } : 'keep');

describe('Cookie fields', () => {
  test.each([
    ['S=1', undefined],
    ['', ''],
    ['a=1', 'a=1'],
    ['S=1; a=1', 'a=1'],
    ['a=1; S=1', 'a=1'],
    ['a=1;S=1;b=2', 'a=1; b=2'],
    ['a=1 ; S = 1 ; b=2', 'a=1; b=2'],
    ['a=1,S=1,b=2', 'a=1, b=2'],
    ['$Version=1; S=1; $Path=/', undefined],
    ['$Version=1; S=1; $Path=/; b=1', '$Version=1; b=1'],
    ['S=1; S=2; c=1', 'c=1'],
    ['; ;S=1;', ';; '],
    ['S=1;', undefined],
    ['a; S=1; b', 'a; b'],
    ['S="x;y"; b=1', 'b=1'],
    ['S="x\\";y"; b=1', 'b=1'],
    ['"q;S=1"; b=2', '"q'],
    ['s=1; SS=2', 's=1; SS=2'],
  ])('%s without S', (line, expected) => expect(editCookies(line, without)).toBe(expected));

  test.each([
    ['a=1; S=x;b=2', 'a=1; S=new;b=2'],
    ['a = 1 ; S = x ; b', 'a=1 ; S=new ; b'],
    ['S=', 'S=new'],
  ])('%s with another S', (line, expected) => expect(editCookies(line, replacing)).toBe(expected));
});

test.each([
  ['S=1', undefined, 'S=new'],
  ['S = 1 ; path=/', undefined, 'S=new ; path=/'],
  ['a=1; S=2', 'a=1; S=2', 'a=1; S=2'],
  ['S', 'S', 'S'],
  ['S; a=1', 'S; a=1', 'S; a=1'],
])('Set-Cookie: %s', (line, deleted, replaced) => {
  expect(editSetCookie(line, without)).toBe(deleted);
  expect(editSetCookie(line, replacing)).toBe(replaced);
});

test.each([
  ['S=1; Version=1', undefined, 'S=new; Version=1'],
  ['a=1; Version=1, S=1; Version=1', 'a=1; Version=1', 'a=1; Version=1, S=new; Version=1'],
  ['S=1; Version=1, a=1', 'a=1', 'S=new; Version=1, a=1'],
  ['a=1,S=1,b=2', 'a=1, b=2', 'a=1,S=new,b=2'],
  ['a="x,S=1", S=2', 'a="x,S=1"', 'a="x,S=1", S=new'],
  ['S=1, S=2', undefined, 'S=new, S=new'],
])('Set-Cookie2: %s', (line, deleted, replaced) => {
  expect(editSetCookie2(line, without)).toBe(deleted);
  expect(editSetCookie2(line, replacing)).toBe(replaced);
});

test.each([
  [1_795_675_948, 'awfXL'],
  [1_795_675_945, 'awfXL'],
  [4, 'AAAAB'],
])('the date %i is %s', (seconds, text) => expect(dateText(seconds)).toBe(text));

test.each([
  ['awfXL', 1_795_675_948],
  ['awfXLzz', 1_795_675_948],
  ['AAAAA', 0],
  ['', 0],
  ['awfX', 0],
  ['awf?L', 0],
])('the date in %s', (text, seconds) => expect(readDate(text)).toBe(seconds));

test('a date beyond 32 bits is long past', () => expect(readDate('xxxxx')).toBeLessThan(0));
