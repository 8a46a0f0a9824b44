import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { closes, ok, sends, sendsAndCloses } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Who keeps which connection: the options in the frontend, in the backend, and what each side is told. */

const config = (frontend: string, backend: string): string => `defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 3s
 timeout server 3s
frontend f
 bind 127.0.0.1:{web}
 ${frontend}
 default_backend b
backend b
 ${backend}
 server s 127.0.0.1:{origin}
`;

const MODES: readonly (readonly [string, string])[] = [
  ['', ''],
  ['option httpclose', ''],
  ['', 'option httpclose'],
  ['option http-server-close', ''],
  ['', 'option http-server-close'],
  ['option httpclose', 'option http-server-close'],
  ['option http-server-close', 'option http-keep-alive'],
  ['', 'http-reuse never'],
  ['', 'http-reuse always'],
  ['option logasap', ''],
  ['option dontlognull', ''],
  ['option http-ignore-probes', ''],
  ['option forwardfor except 127.0.0.1', 'option forwardfor header X-F'],
  ['option forwardfor if-none', ''],
  ['', 'option http-pretend-keepalive'],
  ['option http-use-proxy-header', ''],
];

const SCRIPTS: readonly (readonly [string, Script])[] = [
  ['three requests', { send: [get('/ok'), 30, get('/ok'), 30, get('/ok')], responses: 3 }],
  ['HTTP/1.0', { send: get('/ok', '', '1.0') }],
  ['HTTP/1.0, keep-alive', { send: get('/ok', 'connection: keep-alive\r\n', '1.0') }],
  ['close asked', { send: get('/ok', 'connection: close\r\n') }],
  ['the origin closes', { send: [get('/closing'), 30, get('/ok')], responses: 2 }],
  ['the origin closes without an answer', { send: [get('/ok'), 30, get('/eof')], responses: 2, lines: 1 }],
  ['an existing x-forwarded-for', { send: get('/ok', 'x-forwarded-for: 1.2.3.4\r\n') }],
  ['connects and leaves', { send: '', responses: 0, after: 'rst', lines: 0 }],
];

describe.skipIf(lacks('haproxy'))('connection modes beside the real haproxy', () => {
  test.each(MODES)("frontend '%s', backend '%s'", async (frontend, backend) => {
    const both = await Differential.start(config(frontend, backend), {
      '/ok': sends(ok()),
      '/closing': sendsAndCloses(ok('ok', 'connection: close\r\n')),
      '/eof': closes,
    });
    const [ours, real]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
    for (const [name, script] of SCRIPTS) {
      const pair = await both.observe(name, script);
      ours[name] = pair.ours;
      real[name] = pair.real;
    }
    expect(ours).toEqual(real);
  });
});
