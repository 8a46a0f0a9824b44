import { expect, test } from 'vitest';
import { Arena } from './arena.js';
import { TimeHistogram, timeHistograms } from './time-histograms.js';

test('a time falls into the first bucket that is not too small for it', () => {
  const histogram = new TimeHistogram(new Arena(), [5, 10]);
  for (const time of [-0.5, 0, 5, 5.01, 10, 11, 1e6]) histogram.add(time);
  expect(Array.from(histogram.totals().counts)).toEqual([3, 5, 7]);
  expect(histogram.totals().sum).toBeCloseTo(5 + 5.01 + 10 + 11 + 1e6, 6);
});

test('threads count apart and are read together', () => {
  const main = new Arena({ index: 0, count: 2 });
  const first = new TimeHistogram(main, [5]);
  const second = new TimeHistogram(new Arena({ index: 1, count: 2 }, main.chunks), [5]);
  first.add(1);
  second.add(2);
  second.add(20);
  for (const histogram of [first, second]) {
    expect(Array.from(histogram.totals().counts)).toEqual([2, 3]);
    expect(histogram.totals().sum).toBe(23);
  }
  first.clear();
  expect(Array.from(second.totals().counts)).toEqual([0, 0]);
});

test.each([
  ['off', false, false],
  ['proxy', true, false],
  ['server', true, true],
] as const)('%s', (of, proxy, server) => {
  const made = (whose: 'proxy' | 'server'): boolean =>
    timeHistograms(new Arena(), { of, bounds: [1] }, whose) !== undefined;
  expect([made('proxy'), made('server')]).toEqual([proxy, server]);
});
