import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { readStats } from '../support/stats-csv.js';
import { type Bench, Differential, type Script } from './differential.js';

/** What rules do with the bytes of a TCP server, and with heads that outgrow their buffer. */

const TCP = (rules: string): string => `defaults
 mode tcp
 log global
 option tcplog
 timeout connect 1s
 timeout client 3s
 timeout server 3s
frontend f
 bind 127.0.0.1:{web}
 # rules that decide at once would otherwise race with the client's first bytes
 tcp-request inspect-delay 3s
 tcp-request content accept if { req.len gt 0 }
 default_backend b
backend b
 ${rules}
 server s 127.0.0.1:{origin}
`;

const TCP_RULES = [
  'tcp-response inspect-delay 300ms\n tcp-response content accept if { res.len gt 20 }\n tcp-response content reject',
  'tcp-response inspect-delay 300ms\n tcp-response content reject if { res.payload(0,4) -m str HTTP }',
  'tcp-response inspect-delay 300ms\n tcp-response content close if { res.len gt 20 }',
  'tcp-response inspect-delay 300ms\n tcp-response content reject if { res.len gt 5000 }',
  'tcp-response content reject unless { res.len gt 0 }',
];

const big = 'x'.repeat(2000);
const STRICT = `global
 tune.bufsize 2048
 tune.maxrewrite 128
defaults
 mode http
 log global
 option httplog
 option http-buffer-request
 timeout connect 1s
 timeout client 3s
 timeout server 3s
frontend f
 bind 127.0.0.1:{web}
 http-request set-header a ${'1'.repeat(60)} if { path_beg /q }
 http-request strict-mode off if { path /q-soft }
 http-request add-header b ${'2'.repeat(60)} if { path /q-two /q-soft }
 default_backend b
backend b
 http-request set-header c ${'3'.repeat(60)} if { path /q-back }
 http-request replace-header a (.*) \\1\\1\\1 if { path /q-replace }
 http-response set-header a ${'1'.repeat(60)} if { status 201 }
 http-response strict-mode off if { res.hdr(x-soft) -m found }
 http-response set-header b ${'2'.repeat(60)} if { status 201 } { res.hdr(x-two) -m found }
 server s 127.0.0.1:{origin}
`;
const created = (fields: string): string => ok(big, fields).replace('200 OK', '201 Created');
const post = (path: string): string => `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: 2000\r\n\r\n${big}`;

describe.skipIf(lacks('haproxy'))('inspection beside the real haproxy', () => {
  test.each(TCP_RULES)('%s', async (rules) => {
    const both = await Differential.start(TCP(rules), { '/ok': sends(ok()) });
    const script: Script = { send: get('/ok'), after: 'fin', responses: 1, lines: 1 };
    const { ours, real } = await both.observe('response', script);
    expect(ours).toEqual(real);
    const counters = await both.counters();
    expect(counters.ours).toEqual(counters.real);
  });

  test('heads that outgrow the buffer', async () => {
    const both = await Differential.start(STRICT, {
      '/q-one': sends(ok()),
      '/q-soft': sends(ok()),
      '/one': sends(created('')),
      '/two': sends(created('x-two: 1\r\n')),
      '/soft': sends(created('x-two: 1\r\nx-soft: 1\r\n')),
    });
    for (const path of ['/q-one', '/q-two', '/q-soft', '/q-back', '/q-replace']) {
      const { ours, real } = await both.observe(path, { send: post(path) });
      expect({ path, seen: ours }).toEqual({ path, seen: real });
    }
    for (const path of ['/one', '/two', '/soft']) {
      const { ours, real } = await both.observe(path, { send: get(path) });
      expect({ path, seen: ours }).toEqual({ path, seen: real });
    }
    // haproxy stops reading the body of a request that failed
    const counters = await both.counters(['bin']);
    expect(counters.ours).toEqual(counters.real);
    expect(await failures(both.ours)).toEqual(await failures(both.real));
  });
});

/** Failed edits and internal errors, by row. */
async function failures({ proxy }: Bench): Promise<Record<string, string>> {
  const rows = [...(await readStats(proxy.port('stats')))].filter(([name]) => !name.startsWith('stats/'));
  return Object.fromEntries(rows.map(([name, { wrew, eint }]) => [name, `${wrew} ${eint}`]));
}
