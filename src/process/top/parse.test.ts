import { expect, test } from 'vitest';
import { parseSnapshot } from './parse.js';

const ANSWER = `Name: tsproxy
Pid: 12
description: a: b

# pxname,svname,type,status,
web,FRONTEND,0,OPEN,
web,sock-1,3,OPEN,
app,s1,2,UP,
app,"a,""b""",2,"DOWN\x1b[31m",
app,BACKEND,1,UP,
web,BACKEND,1,UP,

`;

test('an answer is read, backends before their servers', () => {
  const { info, rows, at } = parseSnapshot(ANSWER, 5);
  expect([...info]).toEqual([
    ['Name', 'tsproxy'],
    ['Pid', '12'],
    ['description', 'a: b'],
  ]);
  expect(rows.map((row) => `${row.get('pxname')} ${row.get('svname')}`)).toEqual([
    'web FRONTEND',
    'web sock-1',
    'web BACKEND',
    'app BACKEND',
    'app s1',
    'app a,"b"',
  ]);
  expect(at).toBe(5);
});

test('nothing that is shown commands the terminal', () => {
  expect(parseSnapshot(ANSWER, 0).rows[5].get('status')).toBe('DOWN?[31m');
});

test.each([
  ['', 'unexpected answer: nothing'],
  ['Permission denied\n', 'unexpected answer: Permission denied'],
  ['\x1b[2J\n', 'unexpected answer: ?[2J'],
])('%j is no answer', (answer, message) => {
  expect(() => parseSnapshot(answer, 0)).toThrow(message);
});
