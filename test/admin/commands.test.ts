import { connect } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { statusOf } from '../support/http-message.js';
import { until } from '../support/poll.js';
import { startTsproxy, type Proxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';
import { run } from '../support/program.js';
import { mainPath, nodePath } from '../support/environment.js';
import { dynamicCookie } from '../../src/state/dynamic-cookie.js';
import { ask } from './runtime-client.js';

/** What commands do to traffic, with one thread and with several. */

const servers = ['one', 'two']
  .map(
    (name) =>
      `frontend ${name}\n bind 127.0.0.1:{${name}}\n http-request return status 200 content-type text/plain string ${name}\n`,
  )
  .join('');

interface Running {
  readonly proxy: Proxy;
  readonly socket: string;
  readonly folder: string;
  command(text: string): Promise<string>;
}

async function begin(threads: number): Promise<Running> {
  const folder = temporaryFolder();
  const socket = join(folder, 'sock');
  writeFileSync(join(folder, 'hosts.map'), '/a 201\n');
  const proxy = await startTsproxy(`global
 nbthread ${threads}
 stats socket ${socket} level admin
defaults
 mode http
 timeout client 10s
 timeout server 10s
 timeout connect 5s
frontend web
 bind 127.0.0.1:{web}
 http-request return status 200 content-type text/plain string mapped if { path,map_str(${folder}/hosts.map) -m str 201 }
 default_backend app
backend app
 cookie SRV insert
 server s1 127.0.0.1:{one}
${servers}`);
  const command = async (text: string): Promise<string> => (await ask(socket, `${text}\n`)).replace(/\n$/, '');
  return { proxy, socket, folder, command };
}

const body = async (port: number, path = '/'): Promise<string> => {
  const { head, body: text } = await askOnce(port, get(path));
  return statusOf(head) === 200 ? text : String(statusOf(head));
};

describe.each([1, 2])('with %i thread(s)', async (threads) => {
  const { proxy, folder, command } = await begin(threads);
  const web = proxy.port('web');

  test('servers are added, used, moved and deleted', async () => {
    expect(await command(`add server app/s2 127.0.0.1:${proxy.port('two')}`)).toBe('New server registered.\n');
    expect(await body(web)).toBe('one');
    await command('disable server app/s1');
    expect(await body(web)).toBe('503');
    await command('enable server app/s2');
    await until('the new server', async () => (await body(web)) === 'two');
    await command(`set server app/s2 addr 127.0.0.1 port ${proxy.port('one')}`);
    await until('its new place', async () => (await body(web)) === 'one');
    await command('set server app/s1 state ready;disable server app/s2');
    await until('the deletion', async () => (await command('del server app/s2')) === 'Server deleted.');
    await until('the old server', async () => (await body(web)) === 'one');
    expect(await command('show servers state app')).not.toContain(' s2 ');
  });

  test('maps change for all', async () => {
    const map = join(folder, 'hosts.map');
    expect(await body(web, '/a')).toBe('mapped');
    await command(`add map ${map} /b 201`);
    await until('an entry more', async () => (await body(web, '/b')) === 'mapped');
    await command(`prepare map ${map};add map @1 ${map} /c 201;commit map @1 ${map}`);
    await until('all others', async () => (await body(web, '/c')) === 'mapped' && (await body(web, '/a')) === 'one');
  });

  test('dynamic cookies are turned on, and off', async () => {
    const cookie = async (): Promise<string | undefined> =>
      /^set-cookie: SRV=(\w+)/im.exec((await askOnce(web, get('/'))).head)?.[1];
    expect(await cookie()).toBeUndefined();
    await command('set dynamic-cookie-key backend app secret');
    expect(await cookie()).toBeUndefined();
    await command('enable dynamic-cookie backend app');
    const expected = dynamicCookie('secret', '127.0.0.1', proxy.port('one'));
    await until('the cookie', async () => (await cookie()) === expected);
    await command('set dynamic-cookie-key backend app other');
    const other = dynamicCookie('other', '127.0.0.1', proxy.port('one'));
    await until('another key', async () => (await cookie()) === other);
    await command('disable dynamic-cookie backend app');
    await until('none', async () => (await cookie()) === undefined);
  });

  test('what was no request is kept', async () => {
    const client = await RawClient.connect(web);
    client.send('GET /x\x01y HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the refusal', () => client.ending !== 'open');
    const errors = await command('show errors web request');
    expect(errors).toContain('frontend web (#2): invalid request\n');
    expect(errors).toContain('error at position 6\n');
    expect(errors).toContain(String.raw`  00000  GET /x\x01y HTTP/1.1\r\n`);
    expect(await command('show errors web response')).not.toContain('invalid');
  });

  test('sessions are listed and ended', async () => {
    const client = await RawClient.connect(web);
    client.send('GET /');
    const list = await until('the session', async () => {
      const lines = await command('show sess');
      return lines.includes(`src=127.0.0.1:${client.port} `) && lines;
    });
    const id = new RegExp(`^(0x\\w+): .*src=127.0.0.1:${client.port} fe=web `, 'm').exec(list)?.[1] ?? '';
    expect(await command(`show sess ${id}`)).toContain('frontend=web (id=2 mode=http)');
    expect(await command(`shutdown session ${id}`)).toBe('');
    await until('its end', () => client.ending !== 'open');
    expect(await command(`shutdown session ${id}`)).toContain('No such session');
  });

  test('a frontend pauses and goes on', async () => {
    await command('disable frontend web');
    expect(await command('show stat web 1 -1')).toContain('PAUSED');
    const client = await RawClient.connect(web);
    client.send(get('/'));
    await command('enable frontend web');
    expect(statusOf((await client.response()).head)).toBe(200);
  });
});

test('a client that reads slowly gets all of a long answer, and nobody waits for it', async () => {
  const { proxy, socket, command } = await begin(1);
  const size = 10_000_000;
  const slow = connect({ path: socket });
  let received = 0;
  let ended = false;
  slow.on('data', (part) => (received += part.length));
  slow.on('end', () => (ended = true));
  slow.write(`expert-mode on;debug dev write ${size}\n`);
  await until('the beginning', () => received > 0);
  slow.pause();
  expect(await command('show version')).toMatch(/^2\.6/);
  expect(await body(proxy.port('web'))).toBe('one');
  const used = /PoolUsed_bytes: (\d+)/.exec(await command('show info'))?.[1];
  expect(Number(used)).toBeLessThan(40_000_000);
  slow.resume();
  await until('the end', () => ended, 30_000);
  expect(received).toBe(size + 2);
});

test('server states outlive a restart', async () => {
  const folder = temporaryFolder();
  const socket = join(folder, 'sock');
  const file = join(folder, 'state');
  writeFileSync(file, '1\n');
  const start = (): Promise<Proxy> =>
    startTsproxy(`global
 stats socket ${socket} level admin
 server-state-file ${file}
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 load-server-state-from-file global
listen web
 bind 127.0.0.1:{web}
 server s1 127.0.0.1:1 weight 10
 server s2 127.0.0.1:2
 server s3 127.0.0.1:3 disabled
`);
  const before = await start();
  await ask(socket, 'set server web/s1 weight 5;set server web/s2 state drain;set server web/s3 state ready\n');
  writeFileSync(file, await ask(socket, 'show servers state\n'));
  await before.stop();
  await start();
  const lines = (await ask(socket, 'show servers state\n')).split('\n').slice(2, 5);
  expect(lines.map((line) => line.split(' ').slice(3, 9).join(' '))).toEqual([
    's1 127.0.0.1 2 0 5 10',
    's2 127.0.0.1 2 8 1 1',
    's3 127.0.0.1 2 4 1 1',
  ]);
});

test('tsproxy ctl', async () => {
  const { socket } = await begin(1);
  const ctl = (...args: string[]): ReturnType<typeof run> => run(nodePath, [mainPath, 'ctl', ...args]);
  expect(await ctl('-s', socket, 'show', 'cli', 'level')).toMatchObject({ code: 0, stdout: 'admin\n' });
  expect(await ctl('-s', socket, 'get weight app/zz')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'No such server.\n',
  });
  expect(await ctl('-s', `${socket}.none`, 'show info')).toMatchObject({ code: 1, stdout: '' });
  expect(await ctl('-x')).toMatchObject({ code: 2 });
});
