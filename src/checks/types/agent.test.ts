import { expect, test } from 'vitest';
import { judgeAgent, parseAgentLine } from './agent.js';

// Replies and what HAProxy 2.6 makes of them.
test.each([
  ['up', { operation: 'up' }],
  ['UP', { operation: 'UP' }],
  ['down # because of this', { operation: 'down', description: 'because of this' }],
  ['fail #', { operation: 'fail' }],
  ['up down', { operation: 'down' }],
  ['ready up 50%', { admin: 'ready', operation: 'up', weight: '50%' }],
  ['up,75%\tmaxconn:7', { operation: 'up', weight: '75%', maxconn: '7' }],
  ['up 50% foo 60%', { operation: 'up', weight: '60%', unknown: 'foo' }],
  ['up foo bar # text', { operation: 'up', unknown: 'foo', description: 'text' }],
  ['drain down#why not', { admin: 'drain', unknown: 'down#why' }],
  ['up #desc 50%', { operation: 'up', description: 'desc 50%' }],
  ['MAINT', { admin: 'maint' }],
  ['150%x', { weight: '150%x' }],
  ['-5%', { unknown: '-5%' }],
  ['a50%', { unknown: 'a50%' }],
  ['50', { unknown: '50' }],
  ['maxconn:', { maxconn: '' }],
  ['', {}],
  [' ,\t ', {}],
])('%j', (line, expected) => {
  const nothing = { operation: undefined, admin: undefined, weight: undefined, maxconn: undefined, unknown: undefined };
  expect(parseAgentLine(line)).toEqual({ ...nothing, description: '', ...expected });
});

test.each([
  ['up', false, undefined],
  ['up', true, 'L7TOUT'],
  ['up\0\n', true, 'L7TOUT'],
  ['up\n', false, 'CHECKED'],
  ['up\r', false, 'CHECKED'],
  ['\nup\n', false, 'CHECKED'],
])('%j, at the end: %s', (received, ended, status) => {
  const verdict = judgeAgent(received, ended);
  expect(typeof verdict === 'object' ? verdict.status : verdict).toBe(status);
});
