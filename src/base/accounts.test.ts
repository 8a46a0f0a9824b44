import { expect, test } from 'vitest';
import { groupId, knowsAccounts, userId } from './accounts.js';

test.runIf(knowsAccounts())('names of the system have numbers, others have none', () => {
  expect(userId('root')).toBe(0);
  expect(groupId('root') ?? groupId('wheel')).toBe(0);
  expect(userId('nobody-of-that-name')).toBeUndefined();
  expect(groupId('-x')).toBeUndefined();
  expect(userId('a;b')).toBeUndefined();
});
