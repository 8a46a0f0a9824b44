import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { freePort } from '../support/ports.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { RawClient } from '../support/raw-client.js';

/** Tables that processes share (manual 3.5): ours with ours, ours with the real haproxy, old with new. */

interface Member {
  readonly proxy: Proxy;
  /** Entries of a table, without addresses and ages. */
  entries(table: string): Promise<string[]>;
  command(line: string): Promise<string>;
}

interface Ports {
  readonly a: number;
  readonly b: number;
}

const TABLES = `
 table t type string len 20 size 1k expire 10m store gpc0,conn_rate(1m),bytes_in_cnt
 table r type integer size 1k store gpc(3),gpt(2),gpc_rate(2,1m)
backend six
 stick-table type ipv6 size 1k expire 5m store http_req_cnt,conn_cur peers p
backend blocks
 stick-table type binary len 6 size 1k store conn_cnt peers p
`;

async function member(start: typeof startTsproxy, name: string, ports: Ports, args: string[] = []): Promise<Member> {
  const socket = join(temporaryFolder(), 'socket');
  const config = `global
 nbthread 2
 stats socket ${socket} level admin
defaults
 mode http
 timeout connect 1s
 timeout client 5s
 timeout server 5s
peers p
 peer A 127.0.0.1:${ports.a}
 peer B 127.0.0.1:${ports.b}${TABLES}listen web
 bind 127.0.0.1:{web}
 stick on path table sticky
 http-request track-sc0 path,bytes(0,6) table blocks
 http-request return status 200 if { path /only-counted }
 server one 127.0.0.1:{one}
 server two 127.0.0.1:{two}
listen one
 bind 127.0.0.1:{one}
 http-request return status 200 hdr by one
listen two
 bind 127.0.0.1:{two}
 http-request return status 200 hdr by two
backend sticky
 stick-table type string size 1k expire 1h peers p
`;
  const proxy = await start(config, { args: ['-db', '-L', name, ...args] });
  const command = (line: string): Promise<string> => ask(socket, `${line}\n`);
  const entries = async (table: string): Promise<string[]> =>
    (await command(`show table ${table}`))
      .split('\n')
      .filter((line) => line.startsWith('0x'))
      .map((line) => line.replace(/^0x\w+: /, '').replace(/ (?:exp|use)=\d+/g, ''))
      .toSorted();
  return { proxy, command, entries };
}

const bothPorts = async (): Promise<Ports> => ({ a: await freePort(), b: await freePort() });

/** Waits until a table of `pupil` has what that of `teacher` has; shows both otherwise. */
async function learns(pupil: Member, teacher: Member, table: string, count: number): Promise<void> {
  let [own, other]: string[][] = [[], []];
  await until(`table ${table} is the same`, async () => {
    [own, other] = [await pupil.entries(table), await teacher.entries(table)];
    return own.length === count && own.join() === other.join();
  }).catch(() => {});
  expect(own).toEqual(other);
  expect(own).toHaveLength(count);
}

const pairs = [
  ['tsproxy and tsproxy', startTsproxy, startTsproxy],
  ['tsproxy and haproxy', startTsproxy, startHaproxy],
  ['haproxy and tsproxy', startHaproxy, startTsproxy],
] as const;

describe.each(pairs)('%s', (name, startA, startB) => {
  test.skipIf(name.includes('haproxy') && lacks('haproxy'))(
    'tell each other everything',
    { timeout: 60_000 },
    async () => {
      const ports = await bothPorts();
      const a = await member(startA, 'A', ports);
      await a.command('set table p/t key before data.gpc0 1 data.bytes_in_cnt 7000000000 data.conn_rate 12');
      await a.command('set table six key 2001:db8::1 data.http_req_cnt 5');
      const b = await member(startB, 'B', ports);
      await learns(b, a, 'p/t', 1);
      await learns(b, a, 'six', 1);
      await b.command('set table p/t key behind data.gpc0 2');
      await b.command('set table p/t key before data.gpc0 3');
      await b.command('set table p/r key 4000000000 data.gpc 9 data.gpt 8 data.gpc_rate 7');
      await learns(a, b, 'p/t', 2);
      await learns(a, b, 'p/r', 1);
      for (const path of ['/x', '/y', '/only-counted']) {
        const client = await RawClient.connect(a.proxy.port('web'));
        client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
        await until('the answer', () => client.ending !== 'open');
      }
      await learns(b, a, 'blocks', 3);
      await learns(b, a, 'sticky', 2);
      for (let first = 0; first < 300; first += 50) {
        const lines = Array.from(
          { length: 50 },
          (_, index) => `set table p/t key k${first + index} data.gpc0 ${index}`,
        );
        await a.command(lines.join(';'));
      }
      await learns(b, a, 'p/t', 302);
      expect(await b.command('show peers')).toContain('last_status=ESTA');
      expect(await a.command('show peers p')).toContain('last_status=ESTA');
    },
  );

  test.skipIf(name.includes('haproxy') && lacks('haproxy'))('a client finds its server through either', async () => {
    const ports = await bothPorts();
    const [a, b] = [await member(startA, 'A', ports), await member(startB, 'B', ports)];
    const ask = async ({ proxy }: Member, path: string): Promise<string | undefined> => {
      const client = await RawClient.connect(proxy.port('web'));
      client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const { head } = await client.response();
      client.close();
      return /^by: (\w+)/im.exec(head)?.[1];
    };
    const first = [await ask(a, '/k1'), await ask(a, '/k2'), await ask(a, '/k3')];
    expect(first).toEqual(['one', 'two', 'one']);
    await learns(b, a, 'sticky', 3);
    expect([await ask(b, '/k3'), await ask(b, '/k2'), await ask(b, '/k1')]).toEqual(first.toReversed());
  });
});

test('a process that ends tells its successor', { timeout: 60_000 }, async () => {
  const ports = await bothPorts();
  const old = await member(startTsproxy, 'A', ports);
  for (const key of ['x', 'y', 'z']) await old.command(`set table p/t key ${key} data.gpc0 4`);
  const before = await old.entries('p/t');
  const successor = await member(startTsproxy, 'A', ports, ['-sf', String(old.proxy.program.pid)]);
  await until('the old one has ended', () => old.proxy.program.exit !== undefined);
  expect(await successor.entries('p/t')).toEqual(before);
});

test('what is no peer is answered, or cut off, and disturbs nobody', async () => {
  const ports = await bothPorts();
  const { proxy, command } = await member(startTsproxy, 'A', ports);
  const say = async (text: string): Promise<string> => {
    const client = await RawClient.connect(ports.a);
    client.send(text);
    await until(`an end of ${text.slice(0, 20)}`, () => client.ending !== 'open' || client.received !== '');
    return client.received;
  };
  expect(await say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('501\n');
  expect(await say('HAProxyS 9.1\nA\nB 1 1\n')).toBe('502\n');
  expect(await say('HAProxyS 2.1\nX\nB 1 1\n')).toBe('503\n');
  expect(await say('HAProxyS 2.1\nA\nX 1 1\n')).toBe('504\n');
  expect(await say('x'.repeat(5000))).toBe('');
  const garbage = await RawClient.connect(ports.a);
  garbage.send('HAProxyS 2.1\nA\nB 1 1\n');
  await until('it is let in', () => garbage.received === '200\n' || garbage.received.startsWith('200\n'));
  garbage.send('\x0a\x80\x05\x00\x00\x00\x01\xff');
  await until('it is cut off', () => garbage.ending !== 'open');
  expect(await command('show table')).toContain('# table: p/t, type: string, size:1024, used:0');
  expect(proxy.program.exit).toBeUndefined();
});
