import { expect, test } from 'vitest';
import { FreqCounter } from './freq-counter.js';

/** [add at, events] …, then [read at, rate]: the current period and the share of the one before that is still covered. */
test.each<[string, [number, number][], number, number]>([
  ['nothing yet', [], 5000, 0],
  [
    'the current period counts in full',
    [
      [10_000, 3],
      [10_400, 2],
    ],
    10_500,
    5,
  ],
  ['then it fades', [[10_000, 8]], 11_250, 6],
  ['half way', [[10_000, 8]], 11_500, 4],
  ['and is gone after two periods', [[10_000, 8]], 12_000, 0],
  [
    'both periods',
    [
      [10_000, 8],
      [11_500, 3],
    ],
    11_500,
    7,
  ],
  [
    'a pause longer than two periods forgets',
    [
      [10_000, 8],
      [15_000, 1],
    ],
    15_100,
    1,
  ],
])('%s', (_, added, at, expected) => {
  const counter = new FreqCounter(1000);
  for (const [now, events] of added) counter.add(events, now);
  expect(counter.read(at)).toBe(expected);
});

test('reading changes nothing', () => {
  const counter = new FreqCounter(10_000);
  counter.add(100, 50_000);
  expect([65_000, 60_000, 65_000, 50_001].map((now) => counter.read(now))).toEqual([50, 100, 50, 100]);
});
