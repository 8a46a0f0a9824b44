import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mainPath, nodePath } from '../support/environment.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { run, type Finished } from '../support/program.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';

/** `tsproxy top` over real sockets. Its output is no terminal here; what keys do is in src/process/top. */

const config = (socket: string): string => `global
 stats socket ${socket} level user
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web}
 default_backend app
backend app
 server s1 127.0.0.1:{one}
 server off 127.0.0.1:1 disabled
frontend one
 bind 127.0.0.1:{one}
 http-request return status 200 content-type text/plain string one
`;

const top = (...args: string[]): Promise<Finished> => run(nodePath, [mainPath, 'top', ...args]);

/** Lines behind the head, each by its words. */
const words = ({ stdout }: Finished): string[][] =>
  stdout.split('\n').slice(3, -1).map((line) => line.trim().split(/ +/)); // prettier-ignore

const proxies = { tsproxy: startTsproxy, ...(lacks('haproxy') ? {} : { haproxy: startHaproxy }) };

test.each(Object.entries(proxies))('a picture of %s, printed once', async (name, start) => {
  const socket = join(temporaryFolder(), 'sock');
  const proxy = await start(config(socket));
  await askOnce(proxy.port('web'), get('/'));
  const seen = await until('the request', async () => {
    const answer = await top('-s', socket);
    return / [1-9]\d* requests/.test(answer.stdout) && answer;
  });
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).not.toContain('\x1b');
  const [first, , titles] = seen.stdout.split('\n');
  expect(first.toLowerCase()).toMatch(new RegExp(`^${name} .*pid \\d+`));
  expect(titles).toMatch(/^NAME +STATUS +SESSIONS RATE\/s QUEUE ERRORS +RESP +OUT +SINCE$/);
  const states = words(seen).map((line) => (/^[<>]$/.test(line[1]) ? line.slice(0, 3) : line.slice(0, 2)).join(' '));
  expect(states).toEqual(['web < OPEN', 'app > UP', 's1 no', 'off MAINT', 'one < OPEN']);
});

test('what can go wrong is said', async () => {
  const nowhere = join(temporaryFolder(), 'none');
  expect(await top('-s', nowhere)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(nowhere) });
  expect(await top('-x')).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: tsproxy top') });
  expect(await top('extra')).toMatchObject({ code: 2 });
});
