import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { atEnd } from '../support/cleanup.js';
import { mainPath, nodePath } from '../support/environment.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { pause, until } from '../support/poll.js';
import { freePort } from '../support/ports.js';
import { Program } from '../support/program.js';
import { startHaproxy, startProxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';
import { TcpSink } from './tcp-sink.js';

const CLOSE = 'connection: close\r\n';

interface Scene {
  readonly proxy: Proxy;
  command(line: string): Promise<string>;
}

/** A frontend that logs the path of requests to all rings. */
async function scene(begin: typeof startProxy, rings: string, lines: string, threads = 1): Promise<Scene> {
  const socket = join(temporaryFolder(), 'socket');
  const proxy = await begin(`global
 nbthread ${threads}
 stats socket ${socket} level admin
${lines}
defaults
 mode http
 log global
 log-format "%HU"
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend web
 bind 127.0.0.1:{web}
 http-request return status 200
${rings}`);
  return { proxy, command: (line) => ask(socket, `${line}\n`) };
}

const request = async (proxy: Proxy, path: string): Promise<void> =>
  void (await askOnce(proxy.port('web'), get(path, CLOSE)));

const WITH_TIMES = ' timeout connect 2s\n timeout server 2s\n';

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test('show events', async () => {
    const answers = await Promise.all(
      [startHaproxy, startTsproxy].map(async (begin) => {
        const { proxy, command } = await scene(
          begin,
          'ring a\n description "My ring"\n maxlen 60\n format timed\nring b\n size 20000\nring c\n format rfc5424\n',
          ' log ring@a local0\n log ring@b len 80 format rfc5424 local0\n log ring@c local0 notice\n',
        );
        await request(proxy, '/one');
        await request(proxy, `/${'two'.repeat(50)}`);
        await until('both are there', async () => (await command('show events b')).split('\n').length > 2);
        const asked: string[] = [];
        for (const line of ['', ' a', ' b', ' c', ' b -n', ' b -x', ' nope', ' stdout', ' stdout -x', ' buf0']) {
          const answer = await command(`show events${line}`);
          asked.push(`${line}: ${answer.replaceAll(/\d{4}-\d\d-\d\dT\S+/g, 'TIME')}`);
        }
        return asked;
      }),
    );
    expect(answers[1]).toEqual(answers[0]);
  });

  test.each([['legacy'], ['octet-count']])('to a server over TCP: %s', async (framing) => {
    const received = await Promise.all(
      [startHaproxy, startTsproxy].map(async (begin) => {
        const sink = await TcpSink.start();
        const { proxy } = await scene(
          begin,
          `ring a\n format short\n${WITH_TIMES} server s 127.0.0.1:${sink.port} log-proto ${framing}\n`,
          ' log ring@a local0\n',
        );
        for (const path of ['/one', '/three', '/fourteen-fifteen']) await request(proxy, path);
        await until('all lines', () => sink.received.includes('fifteen'));
        await proxy.stop();
        return sink.received;
      }),
    );
    expect(received[1]).toContain(received[0].slice(0, received[0].indexOf('fifteen')));
  });
});

/** As the manual says it; HAProxy 2.6.12 itself does not hear what is typed until the next event. */
test('show events -w waits, until something is typed', async () => {
  const socket = join(temporaryFolder(), 'socket');
  const proxy = await startTsproxy(`global
 stats socket ${socket} level admin
 log ring@a local0
ring a
frontend web
 mode http
 log global
 log-format "%HU"
 timeout client 5s
 bind 127.0.0.1:{web}
 http-request return status 200
`);
  await request(proxy, '/old');
  await until('the first', async () => (await ask(socket, 'show events a\n')).includes('/old'));
  let answer = '';
  const client = connect(socket);
  atEnd(() => void client.destroy());
  client.setEncoding('latin1').on('data', (text: string) => (answer += text));
  const closed = new Promise((end) => client.on('close', end));
  client.write('show events a -wn\n');
  // until the command runs, nothing tells that it does
  await until('an answer', async () => {
    await request(proxy, '/new');
    return answer.includes('/new');
  });
  expect(answer).not.toContain('/old');
  client.write('\n');
  await closed;
  expect(answer).toMatch(/^(?:\/new\n)+\n*$/);
});

test('a server that comes late gets what was kept; one that comes back gets it again', async () => {
  const port = await freePort();
  const { proxy, command } = await scene(
    startTsproxy,
    `ring a\n format raw\n${WITH_TIMES} server s 127.0.0.1:${port}\n`,
    ' log ring@a local0\n',
  );
  await request(proxy, '/early');
  const sink = await TcpSink.start(port);
  await until('the early line', () => sink.connections[0]?.received === '/early\n');
  sink.connections[0].socket.resetAndDestroy();
  await until('both lines', async () => {
    if (sink.connections.length < 2) return false;
    await request(proxy, '/late');
    return sink.connections[1].received.startsWith('/early\n/late\n');
  });
  expect(await command('show events')).toContain('a          : type=buffer, 0 dropped, a\n');
});

test('other threads write to the same ring', async () => {
  const { proxy, command } = await scene(startTsproxy, 'ring a\n format raw\n', ' log ring@a local0\n', 3);
  const paths = Array.from({ length: 30 }, (_, index) => `/${index}`);
  await Promise.all(paths.map((path) => request(proxy, path)));
  const lines = async (): Promise<string[]> =>
    (await command('show events a')).split('\n').filter((line) => line !== '');
  await until('all lines', async () => (await lines()).length === paths.length);
  expect((await lines()).toSorted()).toEqual(paths.toSorted());
});

test('tsproxy ctl show events -w prints lines as they come, and outlasts a silence', async () => {
  const socket = join(temporaryFolder(), 'socket');
  const proxy = await startTsproxy(`global
 stats socket ${socket}
 stats timeout 1s
 log ring@a local0
ring a
frontend web
 mode http
 log global
 log-format "%HU"
 timeout client 5s
 bind 127.0.0.1:{web}
 http-request return status 200
`);
  await request(proxy, '/first');
  const ctl = new Program(nodePath, [mainPath, 'ctl', '-s', socket, 'show', 'events', 'a', '-w']);
  await until('the first', () => ctl.stdout === '/first\n');
  await pause(1200);
  await request(proxy, '/second');
  await until('the second', () => ctl.stdout === '/first\n/second\n');
  expect(ctl.exit).toBeUndefined();
});
