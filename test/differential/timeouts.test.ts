import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { hangs, ok, sends } from '../support/origin.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Who stays silent, and where: status, termination flags and timers of the log line. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 1200
 timeout server 600
 timeout http-request 800
 timeout http-keep-alive 500
 timeout tarpit 700
 timeout queue 500
frontend f
 bind 127.0.0.1:{web}
 http-request tarpit if { path /tarpit }
 http-request tarpit deny_status 429 if { path /tarpit429 }
 http-request wait-for-body time 600 if { path /wait }
 use_backend buffered if { path /buffered }
 use_backend abort if { path /abort }
 default_backend b
backend b
 server s 127.0.0.1:{origin}
backend buffered
 option http-buffer-request
 server s 127.0.0.1:{origin}
backend abort
 option abortonclose
 server s 127.0.0.1:{origin}
`;

const part = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc';
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: test\r\ncontent-length: 10\r\n\r\n${body}`;

const CASES: readonly (readonly [string, Script])[] = [
  ['says nothing', { send: '', responses: 1, after: 'close' }],
  ['half a head', { send: 'GET / HT', after: 'close' }],
  ['half the fields', { send: 'GET / HTTP/1.1\r\nhost: te', after: 'close' }],
  ['a slow head', { send: ['GET /', 300, ' HTTP/1.1\r\n', 300, 'host: a', 300, '\r\n\r\n'], after: 'close' }],
  ['idle after a response', { send: get('/ok'), after: 'close' }],
  ['half a second head', { send: [get('/ok'), 50, 'GET /'], responses: 2, after: 'close' }],
  ['silent server', { send: get('/hang') }],
  ['silent server, HTTP/1.0', { send: get('/hang', '', '1.0') }],
  ['silent in the middle of the body', { send: get('/part'), after: 'close', lines: 1 }],
  ['half a body', { send: post('/body', 'abc'), after: 'close' }],
  ['half a body, buffered', { send: post('/buffered', 'abc'), after: 'close' }],
  ['half a body, waited for', { send: post('/wait', 'abc'), after: 'close' }],
  ['a body in pieces', { send: [post('/ok', 'abc'), 200, 'defg', 200, 'hij'] }],
  ['tarpit', { send: get('/tarpit') }],
  ['tarpit with a status', { send: get('/tarpit429') }],
  ['FIN in the head', { send: 'GET / HT', responses: 0, after: 'fin', lines: 1 }],
  ['FIN before anything', { send: '', responses: 0, after: 'fin', lines: 1 }],
  ['RST in the head', { send: ['GET / HT', 50], responses: 0, after: 'rst', lines: 1 }],
  ['FIN while the server is silent', { send: get('/hang'), responses: 0, after: 'fin', lines: 1 }],
  ['FIN while the server is silent, abortonclose', { send: [get('/abort'), 50], responses: 0, after: 'fin', lines: 1 }],
  ['RST while the server is silent', { send: [get('/hang'), 50], responses: 0, after: 'rst', lines: 1 }],
  ['RST in the response', { send: [get('/part'), 350], responses: 0, after: 'rst', lines: 1 }],
  ['RST in the request body', { send: [post('/body', 'abc'), 50], responses: 0, after: 'rst', lines: 1 }],
  ['FIN in the request body', { send: [post('/body', 'abc'), 50], responses: 0, after: 'fin', lines: 1 }],
];

describe.skipIf(lacks('haproxy'))('silence and aborts beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, {
      '/ok': sends(ok()),
      '/hang': hangs,
      '/abort': hangs,
      '/body': hangs,
      '/part': sends(part),
    });
  });

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });
});
