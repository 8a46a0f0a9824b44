import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { hangs, ok, sends, sendsAndCloses } from '../support/origin.js';
import { Differential, type Script } from './differential.js';

/**
 * `http-request set-method`: how long the server's response is follows from the method that was sent to it, and what
 * the client gets of it from the method that the client sent.
 */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 1s
 timeout client 2s
 timeout server 1s
frontend f
 bind 127.0.0.1:{web}
 http-request set-method %[req.hdr(x-method)] if { req.hdr(x-method) -m found }
 http-request set-header x-now %[method]
 http-response set-header x-then %[method]
 http-request return status 202 content-type text/plain string mine if { path /mine }
 http-response deny if { res.hdr(x-deny) -m found }
 default_backend b
backend b
 http-reuse never
 server s 127.0.0.1:{origin}
`;

const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n';

const ask = (method: string, path: string, as: string): string =>
  `${method} ${path} HTTP/1.1\r\nhost: a\r\nx-method: ${as}\r\n\r\n`;

/** Both requests on one connection: what would be left of the first would spoil the second. */
const two = (method: string, path: string, as: string): Partial<Script> => ({
  send: [ask(method, path, as), 150, `GET /last HTTP/1.1\r\nhost: a\r\n\r\n`],
  responses: 2,
});

const CASES: readonly (readonly [string, Partial<Script>])[] = [
  ['HEAD as GET', two('HEAD', '/length', 'GET')],
  ['HEAD as GET, chunked', two('HEAD', '/chunked', 'GET')],
  ['HEAD as GET, until the close', two('HEAD', '/until-close', 'GET')],
  ['HEAD as GET, long', two('HEAD', '/long', 'GET')],
  ['HEAD as POST', two('HEAD', '/length', 'POST')],
  ['HEAD as GET, answered by a rule', two('HEAD', '/mine', 'GET')],
  ['GET as HEAD, answered by a rule', two('GET', '/mine', 'HEAD')],
  ['HEAD as GET, denied', { send: ask('HEAD', '/denied', 'GET') }],
  ['HEAD as GET, no answer', { send: ask('HEAD', '/silent', 'GET') }],
  ['GET as HEAD, without a body', two('GET', '/empty', 'HEAD')],
  ['GET as PUT', two('GET', '/length', 'PUT')],
  ['GET as a method of its own', two('GET', '/length', 'FROB')],
  ['a method of its own as another', two('FROB', '/length', 'FRUB')],
  ['GET as HEAD', { send: [ask('GET', '/head', 'HEAD'), 150], responses: 0, lines: 1 }],
];

describe.skipIf(lacks('haproxy'))('methods that rules change, beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, {
      '/length': sends(ok('hello')),
      '/long': sends(ok('x'.repeat(60_000))),
      '/chunked': sends(chunked),
      '/until-close': sendsAndCloses('HTTP/1.1 200 OK\r\n\r\nhello'),
      '/denied': sends(ok('hello', 'x-deny: 1\r\n')),
      '/empty': sends('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
      '/head': sends('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
      '/silent': hangs,
    });
  }, 20_000);

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, { send: '', ...script });
    expect(ours).toEqual(real);
  });
});
