import { expect, test } from 'vitest';
import { newProxy, readProxy } from '../config/keywords/testing.js';
import { checkPortProblem } from './check-port.js';

/** As haproxy 2.6 -c: only where an address lacks its port. */
test.each([
  ['127.0.0.1', 'has neither service port nor check port.'],
  ['127.0.0.1:0', 'has neither service port nor check port.'],
  ['127.0.0.1:80', undefined],
  [':', undefined],
  [':0', undefined],
  ['0.0.0.0', undefined],
])('server s %s check', (address, expected) => {
  const model = newProxy('backend', 'b');
  expect(readProxy(`server s ${address} check`, model).error).toBeUndefined();
  expect(checkPortProblem(model.servers[0], model)).toBe(expected);
});
