import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { temporaryFolder } from '../support/folders.js';
import { lacks } from '../support/installed.js';
import { ok, RecordingOrigin, sends, sendsAndCloses } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startHaproxy, startProxy, type Proxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

/** Stick-tables beside the real haproxy: what is counted, shown, found, and to which server clients stick. */

const COUNTED = 'conn_cnt,conn_cur,sess_cnt,http_req_cnt,http_err_cnt,http_fail_cnt,bytes_in_cnt,bytes_out_cnt';

const CONFIG = `global
 nbthread 1
 stats socket {socket} level admin
defaults
 mode http
 timeout connect 1s
 timeout client 3s
 timeout server 400ms
 timeout http-request 400ms
 timeout tarpit 50ms
 retries 0
frontend f
 bind 127.0.0.1:{web}
 tcp-request connection track-sc0 src table by_connection
 tcp-request content track-sc1 path table by_request
 http-request track-sc2 hdr(x-id) table by_id
 http-request sc-inc-gpc0(2)
 http-request sc-inc-gpc1(2) if { path /tag }
 http-request sc-inc-gpc(1,0)
 http-request sc-set-gpt0(2) hdr(x-tag)
 http-request sc-set-gpt(1,0) 77 if { path /tag }
 http-request deny if { path /deny }
 http-request tarpit if { path /tarpit }
 http-request auth if { path /auth }
 http-request return status 404 if { path /return }
 http-request reject if { path /reject }
 http-request return status 200 hdr seen "%[var(txn.seen)]" if { path /nothing }
 http-response deny if { status 207 }
 http-response set-header seen "%[sc0_conn_cnt] %[sc0_conn_cur] %[sc0_sess_cnt] %[sc0_http_req_cnt] %[sc1_http_req_cnt] %[sc1_trackers] %[sc_trackers(0)] %[sc2_tracked] %[sc_tracked(2)] %[sc2_get_gpc0] %[sc_get_gpc0(2)] %[sc2_get_gpt0] %[sc_get_gpc(1,0)] %[sc_get_gpt(1,0)] [%[sc0_gpc0_rate]] [%[sc0_get_gpc1]]"
 http-response set-header looked "%[src_conn_cnt(by_connection)] %[src_http_req_cnt(by_connection)] %[src_conn_cur(by_connection)] [%[src_gpc0_rate(by_connection)]] %[sc0_conn_cnt(by_connection)] [%[sc0_conn_cnt(other)]] %[src,table_conn_cnt(by_connection)] %[src,in_table(by_connection)] %[src,in_table(other)] %[str(1.2.3.4),table_conn_cnt(by_connection)] %[src,table_trackers(by_connection)] [%[str(x),table_conn_cnt(by_connection)]] %[table_cnt(by_connection)] %[table_avl(by_connection)] %[src,table_gpc(1,by_connection)] %[src,table_gpt(1,by_connection)] %[src,table_kbytes_in(by_connection)] [%[str(9.9.9.9),table_expire(by_connection,-1)]] [%[str(9.9.9.9),table_idle(by_connection)]]"
 http-response set-header changed "%[src_inc_gpc0(other)] %[src_inc_gpc0(other)] %[src_get_gpc0(other)] %[src_clr_gpc0(other)] %[src_get_gpc0(other)] %[sc_inc_gpc(0,0)] %[sc_inc_gpc(0,0)] %[sc_gpc_rate(0,0)] %[sc_clr_gpc(0,0)] %[src_updt_conn_cnt(updated)] %[sc2_inc_gpc0] %[sc2_clr_gpc0] %[sc2_get_gpc0]"
 default_backend b
backend b
 server s 127.0.0.1:{origin}
listen sticky
 bind 127.0.0.1:{sticky}
 stick-table type string len 20 size 100 expire 1m
 stick match urlp(id)
 stick store-request urlp(id)
 stick store-response res.hdr(x-give) table given
 stick match req.hdr(x-give) table given
 server one 127.0.0.1:{origin}
 server two 127.0.0.1:{origin}
 server three 127.0.0.1:{origin} non-stick
 http-response set-header by %[srv_name]
backend given
 stick-table type integer size 10 srvkey addr
backend by_connection
 stick-table type ip size 100 expire 30s store ${COUNTED},gpc(3),gpc_rate(3,1m),gpt(2)
backend by_request
 stick-table type string len 12 size 100 expire 30s store ${COUNTED}
backend by_id
 stick-table type integer size 100 store gpc0,gpc1,gpt0,http_req_cnt,conn_rate(1m),http_req_rate(1m),sess_rate(1m)
backend other
 stick-table type ipv6 size 100 expire 1m store gpc0,gpc0_rate(1m),conn_cnt
backend updated
 stick-table type ip size 2 store conn_cnt
`;

const BEHAVIOURS = Object.fromEntries([
  ...[200, 207, 404, 500, 501, 503, 505].map((status) => [
    `/${status}`,
    sends(`HTTP/1.1 ${status} X\r\nContent-Length: 3\r\n\r\nabc`),
  ]),
  ['/garbage', sendsAndCloses('nonsense\r\n\r\n')],
  ['/give', sends(ok('given', 'X-Give: 7\r\n'))],
  ['/', sends(ok('root'))],
  ['/tag', sends(ok('tag'))],
]);

interface Scene {
  readonly proxy: Proxy;
  command(line: string): Promise<string>;
}

async function scene(start: typeof startProxy): Promise<Scene> {
  const socket = join(temporaryFolder(), 'socket');
  const origin = await RecordingOrigin.start(BEHAVIOURS);
  const proxy = await start(CONFIG, { values: { socket, origin: origin.port } });
  return { proxy, command: (line) => ask(socket, `${line}\n`) };
}

/** Entries by key, in order of the key: without addresses, ages, and what is in motion. */
const entriesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^0x[\da-f]+: /, '').replace(/ exp=\d+/, ''))
    .toSorted();

const fieldsOf = (message: string): string[] =>
  message.split('\r\n').filter((line) => /^(?:HTTP|seen|looked|changed|by):? ?/i.test(line));

/** Each in its turn; what is asked of both must be answered alike. */
async function compare(steps: (one: Scene) => AsyncGenerator): Promise<void> {
  const [real, ours] = await Promise.all([scene(startHaproxy), scene(startProxy)]);
  const collect = async (one: Scene): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for await (const item of steps(one)) seen.push(item);
    return seen;
  };
  const [expected, found] = [await collect(real), await collect(ours)];
  expect(found).toEqual(expected);
}

const TABLES = ['by_connection', 'by_request', 'by_id', 'other', 'updated', 'sticky', 'given'];

async function tablesOf({ command }: Scene): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const table of TABLES) tables[table] = entriesOf(await command(`show table ${table}`));
  return tables;
}

/** Nobody is connected any more. */
const quiet = (one: Scene): Promise<boolean> =>
  until(
    'all connections end',
    async () =>
      !/ use=[1-9]/.test(
        Object.values(await tablesOf(one))
          .flat()
          .join('\n'),
      ),
  );

describe.skipIf(lacks('haproxy'))('stick-tables beside the real haproxy', () => {
  test('what requests count', { timeout: 60_000 }, async () => {
    await compare(async function* (one) {
      const { proxy } = one;
      const paths = ['/', '/200', '/404', '/500', '/501', '/503', '/505', '/207', '/deny', '/tarpit', '/auth', '/return', '/reject', '/garbage', '/tag', '/a-path-that-is-too-long']; // prettier-ignore
      for (const path of paths) {
        const client = await RawClient.connect(proxy.port('web'));
        client.send(get(path, 'x-id: 5\r\nx-tag: 300\r\nconnection: close\r\n'));
        await until(`the end of ${path}`, () => client.ending !== 'open');
        yield [path, fieldsOf(client.received)];
        client.close();
        await quiet(one);
        yield [path, await tablesOf(one)];
      }
    });
  });

  test('what else comes on a connection', { timeout: 60_000 }, async () => {
    await compare(async function* (one) {
      const { proxy } = one;
      const say = async (text: string, after: 'fin' | 'wait'): Promise<unknown> => {
        const client = await RawClient.connect(proxy.port('web'));
        if (text !== '') client.send(text);
        if (after === 'fin') client.end();
        await until('the end', () => client.ending !== 'open');
        await quiet(one);
        return [text, fieldsOf(client.received), await tablesOf(one)];
      };
      yield await say('BAD\r\n\r\n', 'wait');
      yield await say('', 'fin');
      yield await say('', 'wait');
      yield await say('GET / HTTP/1.1\r\nHost: a\r\n', 'wait');
      yield await say('GET / HTTP/1.1\r\n', 'fin');
      const client = await RawClient.connect(proxy.port('web'));
      for (const path of ['/', '/200', '/']) {
        client.send(get(path));
        yield fieldsOf((await client.response()).head);
      }
      yield await tablesOf(one);
      client.close();
      await quiet(one);
      yield await tablesOf(one);
    });
  });

  test('servers that keys stick to', async () => {
    await compare(async function* (one) {
      const { proxy } = one;
      const targets: [string, string][] = [
        ['/?id=a', ''], ['/?id=b', ''], ['/?id=c', ''], ['/?id=a', ''], ['/?id=b', ''], ['/?id=c', ''], ['/', ''],
        ['/give', ''], ['/', 'x-give: 7\r\n'], ['/', 'x-give: 7\r\n'], ['/?id=a', 'x-give: 7\r\n'], ['/?id=waytoolongforthistable', ''],
        ['/?id=waytoolongforthistable2', ''],
      ]; // prettier-ignore
      for (const [path, fields] of targets) {
        const { head } = await askOnce(proxy.port('sticky'), get(path, fields));
        yield [path, fieldsOf(head), (await tablesOf(one)).sticky];
      }
      yield entriesOf(await one.command('show table given')).map((line) => line.replace(/:\d+/, ':PORT'));
    });
  });

  test('the runtime API', async () => {
    const commands = `
set table by_connection key 10.0.0.1 data.conn_cnt 5 data.bytes_in_cnt 9999999999
set table by_connection key 10.0.0.2 data.conn_cnt -1 data.http_req_cnt 4294967296
set table by_connection key
set table by_connection key 10.0.0.1 data.foo 1
set table by_connection key 10.0.0.1 data.gpc0 1
set table by_connection key 10.0.0.3 data.gpc 4 data.gpt 3
set table by_connection data.conn_cnt 1
set table nope key 1
set table
show table by_connection key 10.0.0.1
show table by_connection key 10.0.0.9
show table by_connection key
show table by_connection data.conn_cnt gt 4
show table by_connection data.conn_cnt eq 5 data.bytes_in_cnt ne 0
show table by_connection data.conn_cnt
show table by_connection data.conn_cnt xx 1
show table by_connection data.conn_cnt gt
show table by_connection data.conn_cnt gt x
show table by_connection data.gpc0 gt 1
show table by_connection data.nope gt 1
show table by_connection nope
show table by_connection data.conn_cnt gt 0 data.conn_cnt gt 0 data.conn_cnt gt 0 data.conn_cnt gt 0 data.conn_cnt gt 0
show table nope
show table
clear table
clear table nope
clear table by_connection nope
clear table by_connection key
clear table by_connection key 10.0.0.9
clear table by_connection data.conn_cnt lt 6
show table by_connection
clear table by_connection key 10.0.0.2
show table by_connection
set table by_request key a\\ b=c\\\\d data.http_req_cnt 2
set table by_request key averyverylongkey
show table by_request
show table by_request key a\\ b=c\\\\d
clear table by_request
show table by_request
set table by_id key 4294967295 data.gpc0 1 data.conn_rate 6
set table by_id key 4294967296
set table by_id key -1
set table by_id key 5x
show table by_id
set table other key ::1 data.gpc0 3
set table other key 10.0.0.1
set table other key ::ffff:10.0.0.1
show table other
show peers
show peers nope`;
    await compare(async function* ({ command }) {
      for (const line of commands.trim().split('\n')) yield [line, entriesOf(await command(line))];
    });
  });
});
