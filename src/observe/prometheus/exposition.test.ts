import { expect, test } from 'vitest';
import { TextWriter } from '../stats/writer.js';
import { FamilyWriter, labelText } from './exposition.js';

test('a family has its comments once, and none without samples', () => {
  const text = new TextWriter();
  const full = new FamilyWriter(text, { name: 'a_total', type: 'counter', help: 'Things' });
  full.add('', 3);
  full.add(labelText([['proxy', 'p']]), undefined);
  full.add(labelText([['proxy', 'p']]), '0.001000');
  const empty = new FamilyWriter(text, { name: 'b', type: 'gauge', help: 'Nothing' });
  expect(empty.family.name).toBe('b');
  expect(text.toString()).toBe(
    '# HELP a_total Things\n# TYPE a_total counter\na_total 3\na_total{proxy="p"} NaN\na_total{proxy="p"} 0.001000\n',
  );
});

test.each([
  ['a', 'listener="a"'],
  ['a"b', String.raw`listener="a\"b"`],
  ['a\\b', String.raw`listener="a\\b"`],
  ['a\nb', String.raw`listener="a\nb"`],
  ['é', 'listener="Ã©"'],
])('a label %j is written %s', (value, expected) => {
  expect(labelText([['listener', value]])).toBe(expected);
});
