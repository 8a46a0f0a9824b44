import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ticketKeysFor } from './tickets.js';

test('keys are the same each time, and others for another context', () => {
  expect(ticketKeysFor('a')).toHaveLength(48);
  expect(ticketKeysFor('a')).toEqual(ticketKeysFor('a'));
  expect(ticketKeysFor('a')).not.toEqual(ticketKeysFor('b'));
});

test('threads inherit the secret', async () => {
  ticketKeysFor('a');
  const code = `const { getEnvironmentData, parentPort } = require('node:worker_threads');
    parentPort.postMessage(getEnvironmentData('tsproxy: secret of session tickets') !== undefined);`;
  const worker = new Worker(code, { eval: true });
  expect(await new Promise((done) => worker.once('message', done))).toBe(true);
});
