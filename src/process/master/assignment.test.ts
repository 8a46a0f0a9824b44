import { expect, test } from 'vitest';
import { takeAssignment, workerEnvironment } from './assignment.js';

test('a worker takes its assignment out of the environment, and nobody else sees it', () => {
  const descriptors = { 'tcp@127.0.0.1:80': 4 };
  const environment = workerEnvironment({ HOME: '/x', TSPROXY_DAEMON_CHILD: '1' }, { descriptors });
  expect(environment.TSPROXY_DAEMON_CHILD).toBeUndefined();
  expect(takeAssignment(environment)).toEqual({ descriptors });
  expect(Object.keys(environment).filter((name) => environment[name] !== undefined)).toEqual(['HOME']);
  expect(takeAssignment(environment)).toBeUndefined();
});
