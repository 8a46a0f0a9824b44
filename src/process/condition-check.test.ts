import { expect, test } from 'vitest';
import { checkCondition } from './condition-check.js';

const reporter = { pid: 1, version: '1.2.3', executable: '/x' };

test.each([
  ['streq(a,a)', 0],
  ['defined(HOME) && 0', 1],
  ['defined(HOME)', 0],
  ['', 1],
  ['streq("$HOME",/root)', 0],
  ['streq($HOME,/root)', 1],
  ['streq(\\x41,A)', 0],
])('-cc %j exits with %i', (condition, exitCode) => {
  expect(checkCondition(condition, { HOME: '/root' }, reporter)).toEqual({ exitCode, text: '' });
});

test('what is not understood is pointed at', () => {
  const { exitCode, text } = checkCondition('1 && nope(x)', {}, reporter);
  expect(exitCode).toBe(2);
  expect(text).toContain(
    "[ALERT]    (1) : config : Failed to evaluate condition: unparsable conditional expression 'nope(x)'\n",
  );
  expect(text).toContain('   | 1 && nope(x)\n   |      ^\n');
});

test('so is an open quote', () => {
  const { exitCode, text } = checkCondition('streq("a', {}, reporter);
  expect(exitCode).toBe(2);
  expect(text).toContain('Syntax Error in condition: unmatched quote at position 7\n');
});
