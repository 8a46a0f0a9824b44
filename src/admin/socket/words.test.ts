import fc from 'fast-check';
import { expect, test } from 'vitest';
import { announcesPayload, splitCommand, takeLine } from './words.js';

test.each([
  ['show info\n', false, { text: 'show info', length: 10 }],
  ['show info\r\nrest', false, { text: 'show info', length: 11 }],
  ['show info', false, undefined],
  ['a;b\n', false, { text: 'a', length: 2 }],
  ['a\\;b\n', false, { text: 'a\\;b', length: 5 }],
  ['a\\\\;b\n', false, { text: 'a\\\\', length: 4 }],
  ['a;b\n', true, { text: 'a;b', length: 4 }],
  // a semicolon of a line whose end has not come is not looked for, so nothing is carried out twice
  ['a;b', false, undefined],
])('takeLine(%j, %s)', (input, whole, expected) => {
  expect(takeLine(input, whole)).toEqual(expected);
});

test.each([
  ['show info', ['show', 'info']],
  ['  show\t info  ', ['show', 'info']],
  ['', []],
  ['   ', []],
  ['a\\ b c', ['a b', 'c']],
  ['a\\;b', ['a;b']],
  ['a\\\\b', ['a\\b']],
  ['sh\\ow', ['show']],
  ['add map #0 <<', ['add', 'map', '#0']],
  ['add map #0<<', ['add', 'map', '#0<<']],
  ['a\\', ['a']],
  [Array.from({ length: 100 }, (_, n) => `w${n}`).join(' '), Array.from({ length: 63 }, (_, n) => `w${n}`)],
])('splitCommand(%j)', (line, words) => {
  expect(splitCommand(line)).toEqual(words);
});

test('a payload is announced at the end of the line only', () => {
  expect(announcesPayload('add map #0 <<')).toBe(true);
  expect(announcesPayload('add map #0 << ')).toBe(false);
});

test('whatever comes is read to its end, line by line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\\', ';', '\n', '\r', '<', '\t') }), (input) => {
      let rest = `${input}\n`;
      let rounds = 0;
      for (let line = takeLine(rest, false); line !== undefined; line = takeLine(rest, false)) {
        expect(line.length).toBeGreaterThan(0);
        splitCommand(line.text);
        rest = rest.slice(line.length);
        rounds++;
      }
      expect(rest).toBe('');
      expect(rounds).toBeLessThanOrEqual(input.length + 1);
    }),
  );
});
