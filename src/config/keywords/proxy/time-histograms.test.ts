import { describe, expect, test } from 'vitest';
import { readProxy } from '../testing.js';

const DEFAULT = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

test.each([
  ['time-histograms off', 'off', DEFAULT],
  ['time-histograms proxy', 'proxy', DEFAULT],
  ['time-histograms server', 'server', DEFAULT],
  ['time-histograms proxy 5 20ms 1s 1m', 'proxy', [5, 20, 1000, 60_000]],
])('%s', (line, of, bounds) => {
  const { model, error } = readProxy(line);
  expect(error).toBeUndefined();
  expect(model.timeHistograms).toEqual({ of, bounds });
});

describe('bad lines', () => {
  test.each([
    ['time-histograms', "'time-histograms' expects 'off', 'proxy' or 'server'.", undefined, undefined],
    [
      'time-histograms servers',
      "'time-histograms' expects 'off', 'proxy' or 'server' (got 'servers').",
      'servers',
      "did you mean 'server'?",
    ],
    [
      'time-histograms proxy 1s 500ms',
      "'time-histograms': '500ms' is out of order",
      '500ms',
      'each must be longer than the one before',
    ],
    [
      'time-histograms proxy 5 5',
      "'time-histograms': '5' is out of order",
      '5',
      'each must be longer than the one before',
    ],
    ['time-histograms proxy 0 5', "'time-histograms': '0' is out of order", '0', 'a bucket from 0 to 0 counts nothing'],
    ['time-histograms proxy soon', "unexpected character 's' in 'time-histograms'", undefined, undefined],
    [
      `time-histograms proxy ${Array.from({ length: 51 }, (_, at) => at + 1).join(' ')}`,
      "'time-histograms' takes at most 50 times",
      '51',
      undefined,
    ],
    ['time-histograms off 5', "'time-histograms' cannot handle unexpected argument '5'", '5', undefined],
  ])('%.40s', (line, error, at, hint) => {
    const outcome = readProxy(line);
    expect(outcome.error).toBe(error);
    if (at !== undefined) expect(outcome.at).toBe(at);
    if (hint !== undefined) expect(outcome.hint).toBe(hint);
  });
});
