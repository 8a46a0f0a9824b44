import { expect, test } from 'vitest';
import { uptimeText } from './show-proc.js';

test.each([
  [0, '0d00h00m00s'],
  [127_999, '0d00h02m07s'],
  [90_061_000, '1d01h01m01s'],
])('%i ms', (ms, text) => {
  expect(uptimeText(ms)).toBe(text);
});
