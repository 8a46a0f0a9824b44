import { expect, test } from 'vitest';
import { TextWriter } from './writer.js';

test('pieces of every size come out as they went in', () => {
  const writer = new TextWriter();
  const pieces = ['', 'a', '\xe9\xff', 'x'.repeat(200_000), 'y'.repeat(600_000), 'end'];
  for (const piece of pieces) writer.add(piece);
  expect(writer.toString() === pieces.join('')).toBe(true);
});

test('nothing is an empty text', () => {
  expect(new TextWriter().toString()).toBe('');
});
