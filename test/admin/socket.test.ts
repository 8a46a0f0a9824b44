import { connect } from 'node:net';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { findProgram } from '../support/installed.js';
import { until } from '../support/poll.js';
import { run } from '../support/program.js';
import { subjectName } from '../support/environment.js';
import { startProxy } from '../support/proxy.js';
import { RawClient } from '../support/raw-client.js';
import { ask } from './runtime-client.js';

/** How a runtime socket talks (management manual 9.3), the same in tsproxy and in HAProxy. */

const folder = temporaryFolder();
const path = join(folder, 'admin.sock');
const proxy = await startProxy(`global
 stats socket ${path} mode 600 level admin
 stats socket 127.0.0.1:{tcp} level user severity-output number
 stats timeout 5s
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web}
`);

const version = (await ask(path, 'show version\n')).trim();

/** Sends piece after piece, each when the answer to the last one has come to rest. */
async function talk(pieces: readonly string[], ends: readonly string[]): Promise<string> {
  const socket = connect({ path });
  let answer = '';
  let closed = false;
  socket.setEncoding('latin1');
  socket.on('data', (part) => (answer += String(part)));
  socket.on('close', () => (closed = true));
  for (const [index, piece] of pieces.entries()) {
    socket.write(piece);
    await until('an answer', () => closed || answer.endsWith(ends[index]));
  }
  socket.destroy();
  return answer;
}

test('the file has the mode that was asked for', () => expect(statSync(path).mode & 0o777).toBe(0o600));

test.each([
  ['show version\n', `${version}\n\n`],
  ['show version\r\n', `${version}\n\n`],
  ['show version;show cli level\n', `${version}\n\nadmin\n\n`],
  ['show version\nshow cli level\n', `${version}\n\nadmin\n\n`],
  ['show version <<\nanything\n\n', `${version}\n\n`],
  ['show version; show cli level <<\nx\n\n', `${version}\n\nadmin\n\n`],
  ['sh\\ow version\n', `${version}\n\n`],
  ['show version;quit;show version\n', `${version}\n\n`],
  ['operator;show cli level;user;show cli level;operator\n', '\noperator\n\n\nuser\n\nPermission denied\n\n'],
  ['set severity-output string;disable server a/b;show cli level\n', '\n[err]: No such backend.\n\n[info]: admin\n\n'],
])('%j', async (sent, answer) => {
  expect(await ask(path, sent)).toBe(answer);
});

test('interactive mode, with payloads', async () => {
  const answer = await talk(
    ['prompt\n', 'show version\n', 'show version <<\n', 'line\n', '\n', 'prompt\n'],
    ['> ', '> ', '+ ', '+ ', '> ', '\n'],
  );
  expect(answer).toBe(`\n> ${version}\n\n> + + ${version}\n\n> \n`);
});

test('a level and a severity of the socket itself, over TCP', async () => {
  const client = await RawClient.connect(proxy.port('tcp'));
  client.send('show cli level;show env HOME\n');
  await until('the end', () => client.ending === 'eof');
  expect(client.received).toBe('[6]: user\n\n[3]: Permission denied\n\n');
});

// the real one waits for its end as long as the client does
test.skipIf(subjectName === 'haproxy')('a command that is longer than the buffer ends the session', async () => {
  const answer = await ask(path, `show env ${'x'.repeat(40_000)}\n`).catch(() => '');
  expect(answer).toBe('');
});

test('whoever says nothing is let go after the timeout of the session', async () => {
  const started = process.hrtime.bigint();
  await ask(path, 'set timeout cli 1;prompt\n');
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeGreaterThan(500);
});

describe.skipIf(findProgram('socat') === undefined)('socat', () => {
  test('asks as people do', async () => {
    const { stdout } = await run('sh', ['-c', `echo 'show info;show stat' | socat ${path} stdio`]);
    expect(stdout).toMatch(/^Name: .*\nVersion: 2\.6\..*\n/);
    expect(stdout).toContain('\n\n# pxname,svname,');
    expect(stdout).toMatch(/\nweb,FRONTEND,.*\n\n$/);
  });
});
