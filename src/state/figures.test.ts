import { expect, test } from 'vitest';
import { average, slidingAverage } from '../base/sliding-average.js';
import { Arena } from './arena.js';
import { Figures, ThreadedRate } from './figures.js';

const MERGING = { size: 4, maxima: [1], means: [2], count: 3 };

/** The same figures in two threads: the second one gets the first one's memory. */
function twoThreads(): [Figures, Figures] {
  const arena = new Arena({ index: 0, count: 2 });
  const figures = new Figures(arena, MERGING);
  const other = new Arena({ index: 1, count: 2 }, arena.chunks);
  const same = new Figures(other, MERGING);
  expect(other.extent).toBe(arena.extent);
  return [figures, same];
}

test('counts are added up, of maxima the greatest counts', () => {
  const [a, b] = twoThreads();
  a.own.set([3, 7, 0, 0]);
  b.own.set([4, 5, 0, 0]);
  expect([...a.totals()]).toEqual([7, 7, 0, 0]);
  expect([a.sum(0), b.sum(0)]).toEqual([7, 7]);
});

test.each([
  [10, 30],
  [600, 10],
  [2000, 3000],
])('the mean of %i and %i sessions is that of all', (first, second) => {
  const threads = twoThreads();
  for (const [figures, sessions, ms] of [
    [threads[0], first, 10],
    [threads[1], second, 50],
  ] as const) {
    for (let i = 1; i <= sessions; i++) {
      figures.own[3]++;
      figures.own[2] = slidingAverage(figures.own[2], i, ms);
    }
  }
  const totals = threads[0].totals();
  const exact = (first * 10 + second * 50) / (first + second);
  expect(Math.abs(average(totals[2], totals[3]) - exact)).toBeLessThanOrEqual(1);
});

test('with one thread the totals are the row itself', () => {
  const figures = new Figures(new Arena(), MERGING);
  expect(figures.totals()).toBe(figures.own);
});

test('memory grows by chunks, which the other thread is given', () => {
  const arena = new Arena({ index: 0, count: 2 }, [], 256);
  const rows = Array.from({ length: 9 }, () => arena.rows(8)[1]);
  rows[8][0] = 5;
  const other = new Arena({ index: 1, count: 2 }, arena.chunks, 256);
  const same = Array.from({ length: 9 }, () => other.rows(8)[1]);
  expect(same[8][0]).toBe(5);
  expect(other.extent).toBe(arena.extent);
});

test('a rate is that of all threads', () => {
  const arena = new Arena({ index: 0, count: 2 });
  const rate = new ThreadedRate(arena);
  const other = new ThreadedRate(new Arena({ index: 1, count: 2 }, arena.chunks));
  rate.add(3, 5000);
  other.add(4, 5100);
  expect([rate.read(5200), other.read(5200), other.read(8000)]).toEqual([7, 7, 0]);
});
