import { expect, test } from 'vitest';
import { Profile } from '../profile.js';
import { timeText } from './profiling.js';

test.each([
  [0, '0.0ns'],
  [0.000_34, '340.0ns'],
  [0.001_572, '1.572us'],
  [0.1293, '129.3us'],
  [45.66, '45.66ms'],
  [59_999, '60.00s'],
  [90_000, '1.500m'],
])('%f ms', (ms, text) => {
  expect(timeText(ms)).toBe(text);
});

test('auto goes on with what it was; off keeps what was seen', () => {
  const profile = new Profile();
  expect(profile.turns.calls).toBe(0);
  profile.set('auto');
  expect(profile.mode).toBe('auto-off');
  profile.set('on');
  profile.set('auto');
  expect(profile.mode).toBe('auto-on');
  expect(profile.turns.calls).toBeGreaterThan(0);
  profile.set('off');
  const { calls } = profile.turns;
  expect(calls).toBeGreaterThan(0);
  expect(profile.turns.calls).toBe(calls);
});
