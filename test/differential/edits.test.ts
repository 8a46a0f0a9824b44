import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { ok, sends, type Behaviour } from '../support/origin.js';
import { pause } from '../support/poll.js';
import { Differential, type Script } from './differential.js';

/** What rules make of messages, and requests that end while rules look at them. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 5s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 monitor-uri /monitor
 unique-id-format ID-%[req.hdr(in)]
 http-request capture req.hdr(host) len 5
 capture request header x-many len 20
 declare capture request len 3
 http-request capture str(abcd) id 2 if { path /capture }
 capture response header x-back len 20
 http-request return status 200 hdr empty "%[str()]" hdr full a if { path /return }
 http-request set-header x-list "%[req.fhdr(x-list)]end" if { path /blanks }
 http-request set-header x-list "  a, b  " if { path /blanks }
 http-request set-header x-list "%[req.fhdr(x-list)]end" if { path /blanks }
 http-request set-header x-last "%[req.hdr(x-list)]" if { path /blanks }
 http-request wait-for-body time 2s if { path /wait }
 http-response set-header id "%[unique-id]" if { status 201 }
 use_backend slow if { path_beg /slow }
 use_backend buffering if { path_beg /buffer }
 default_backend b
backend b
 http-reuse never
 server s 127.0.0.1:{origin}
backend buffering
 option http-buffer-request
 http-reuse never
 server s 127.0.0.1:{origin}
backend slow
 http-reuse never
 http-response wait-for-body time 200 at-least 8 if { status 202 }
 http-response wait-for-body time 200 if { status 200 }
 http-response set-header length "%[res.body_len]"
 server s 127.0.0.1:{origin}
`;

const head = (status: string, ...fields: string[]): string =>
  `HTTP/1.1 ${status}\r\n${fields.map((each) => `${each}\r\n`).join('')}\r\n`;

/** The rest comes after `ms`. */
const inPieces =
  (first: string, ms: number, rest: string): Behaviour =>
  (connection) => {
    connection.send(first);
    void pause(ms).then(() => connection.send(rest));
  };

const RESPONSES: Readonly<Record<string, Behaviour>> = {
  '/': sends(ok()),
  '/id': sends(head('201 Created', 'Content-Length: 0')),
  '/back': sends(head('200 OK', 'X-Back: one', 'Content-Length: 0', 'X-Back: two')),
  '/old': sends('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  '/old-kept': sends('HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n'),
  '/slow-whole': sends(ok('0123456789')),
  '/slow-chunked': sends(`${head('200 OK', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`),
  '/slow-empty': sends(ok('')),
  '/slow-enough': inPieces(`${head('202 Accepted', 'Content-Length: 10')}012345678`, 300, '9'),
  '/slow-pieces': inPieces(`${head('200 OK', 'Content-Length: 10')}01234`, 50, '56789'),
  '/slow-late': sends(`${head('200 OK', 'Content-Length: 10')}012345678`),
};

const get = (path: string, ...fields: string[]): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields.map((each) => `${each}\r\n`).join('')}\r\n`;
const half = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab`;

const CASES: readonly (readonly [string, Script])[] = [
  ['monitor, absolute', { send: get('http://a/monitor') }],
  ['monitor with a query is none', { send: get('/monitor?a') }],
  ['monitor in other letters is none', { send: get('/Monitor') }],
  ['reply: an empty field is left out', { send: get('/return') }],
  ['blanks around a set value', { send: get('/blanks', 'X-List: x') }],
  ['capture: the last of many', { send: get('/', 'X-Many: one', 'X-Many: two, three') }],
  ['capture: slots in the order of their lines', { send: get('/capture', 'X-Many: one') }],
  ['capture: the last of a response', { send: get('/back') }],
  ['unique-id: made of the request, asked for in the response', { send: get('/id', 'In: 12') }],
  ['HTTP/1.0 response with chunks', { send: [get('/old'), get('/')], after: 'close', lines: 1 }],
  ['HTTP/1.0 response with chunks and keep-alive', { send: get('/old-kept'), after: 'close' }],
  ['FIN in a body that is buffered', { send: half('/buffer'), responses: 0, after: 'fin-close', lines: 1 }],
  ['FIN in a body that a rule waits for', { send: half('/wait'), responses: 0, after: 'fin-close', lines: 1 }],
  ['response: waiting for a body that is there', { send: get('/slow-whole') }],
  ['response: waiting for chunks', { send: get('/slow-chunked') }],
  ['response: waiting for no body', { send: get('/slow-empty') }],
  ['response: waiting for enough', { send: get('/slow-enough') }],
  ['response: waiting for pieces', { send: get('/slow-pieces') }],
  ['response: waiting in vain', { send: get('/slow-late') }],
]; // prettier-ignore

describe.skipIf(lacks('haproxy'))('rules beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, RESPONSES);
  });

  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });
});
