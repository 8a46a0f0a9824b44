import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends } from '../support/origin.js';
import { Differential, type Script } from './differential.js';

/** `dispatch`, an address in the place of servers, and servers without an address of their own (manual 4.2). */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 5s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 use_backend dead if { path /dead }
 use_backend server if { path /server }
 http-request set-dst str(127.0.0.2),ipmask(32) if { path_beg /any }
 http-request set-dst-port int({origin}) if { path_beg /any }
 use_backend transparent if { path_beg /any-transparent }
 use_backend any if { path_beg /any }
 use_backend any-host if { path /host }
 use_backend ignored if { path /ignored }
 default_backend b
backend b
 dispatch 127.0.0.1:{origin}
 http-response set-header server "<%[srv_name]><%[srv_id]>"
backend dead
 retries 0
 dispatch 127.0.0.1:1
backend server
 dispatch 127.0.0.1:1
 server s 127.0.0.1:{origin}
 use-server s if TRUE
backend any
 http-reuse never
 server s 0.0.0.0:0
backend any-host
 http-reuse never
 server s *:{origin}
backend transparent
 option transparent
 http-reuse always
 server s 127.0.0.1:1
 server t 127.0.0.1:{origin}
 use-server t if { path_end /t }
 http-response set-header server "<%[srv_name]><%[srv_id]>"
backend ignored
 balance roundrobin
 dispatch 127.0.0.1:{origin}
`;

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

const CASES: readonly (readonly [string, Script])[] = [
  ['one request', { send: get('/') }],
  ['requests of one client share a connection', { send: get('/') + get('/2'), responses: 2 }],
  ['nobody there', { send: get('/dead') }],
  ['a server is chosen by a rule', { send: get('/server') }],
  ['no address: the one that a rule gave', { send: get('/any') }],
  ['no address: where the client connected to', { send: get('/host') }],
  ['option transparent: where a rule sends it', { send: get('/any-transparent') }],
  [
    'option transparent: requests of one client share a connection',
    { send: get('/any-transparent') + get('/any-transparent/2'), responses: 2 },
  ],
  ['option transparent: a server that a rule chooses', { send: get('/any-transparent/t') }],
  ['with balance it does not count', { send: get('/ignored') }],
];

describe.skipIf(lacks('haproxy'))('dispatch beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, { '/': sends(ok()) });
  });

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });

  test('counters', async () => {
    const { ours, real } = await both.counters();
    expect(ours).toEqual(real);
  });
});
