import { expect, test } from 'vitest';
import { exitStatus, isOrderly, statusText } from './status.js';

// as the master of haproxy 2.6.12 prints them
test.each([
  [0, null, '0 (Exit)', true],
  [1, null, '1 (Exit)', false],
  [null, 'SIGKILL', '137 (Killed)', false],
  [null, 'SIGTERM', '143 (Terminated)', true],
  [null, 'SIGINT', '130 (Interrupt)', true],
  [null, 'SIGUSR1', '138 (User defined signal 1)', false],
  [null, 'SIGSEGV', '139 (Segmentation fault)', false],
  [143, null, '143 (Terminated)', true],
] as const)('code %s, signal %s', (code, signal, text, orderly) => {
  const status = exitStatus(code, signal);
  expect([statusText(status), isOrderly(status)]).toEqual([text, orderly]);
});
