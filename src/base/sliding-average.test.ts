import { expect, test } from 'vitest';
import { average, slidingAverage } from './sliding-average.js';

/** Feeds runs of equal values. */
function feed(...runs: [times: number, value: number][]): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (const [times, value] of runs) {
    for (let i = 0; i < times; i++) sum = slidingAverage(sum, ++count, value);
  }
  return { sum, count };
}

test('nothing seen yet', () => {
  expect(average(0, 0)).toBe(0);
});

test.each([
  [[[1, 40]], 40],
  [[[600, 7]], 7],
  [[[600, 0]], 0],
] as [[number, number][], number][])('constant values %j', (runs, expected) => {
  const { sum, count } = feed(...runs);
  expect(average(sum, count)).toBe(expected);
});

// The figures the real HAProxy 2.6.12 shows for 60 answers of about a second, then fast ones.
test.each([
  [440, 120, 125],
  [940, 44, 48],
  [1940, 5, 8],
  [3940, 0, 1],
])('60 slow, then %i fast: the slow ones fade', (fast, low, high) => {
  const { sum, count } = feed([60, 1000], [fast, 0]);
  expect(average(sum, count)).toBeGreaterThanOrEqual(low);
  expect(average(sum, count)).toBeLessThanOrEqual(high);
});
