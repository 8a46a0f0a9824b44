import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { closes, ok, resets, sends, sendsAndCloses, type Behaviour } from '../support/origin.js';
import { pause } from '../support/poll.js';
import { get } from '../support/raw-client.js';
import { Differential, type Script } from './differential.js';

/** Responses of every kind, good and bad: what the client gets, what is logged, what is counted. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 5s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 http-request deny if { path /deny }
 http-request deny deny_status 429 if { path /deny429 }
 http-request return status 200 content-type text/plain string "hi" if { path /return }
 http-request redirect location /x if { path /redirect }
 http-request redirect prefix http://other code 301 if { path /prefix }
 http-request set-header X-Set "a b" if { path /header }
 http-request add-header X-Add c if { path /header }
 http-request del-header X-Del if { path /header }
 monitor-uri /monitor
 use_backend nobody if { path /nobody }
 use_backend dead if { path /dead }
 default_backend b
backend nobody
backend dead
 retries 1
 timeout connect 200
 server d 127.0.0.1:1
backend b
 http-reuse never
 option forwardfor
 server s 127.0.0.1:{origin}
`;

const head = (status: string, ...fields: string[]): string =>
  `HTTP/1.1 ${status}\r\n${fields.map((each) => `${each}\r\n`).join('')}\r\n`;

const RESPONSES: Readonly<Record<string, Behaviour>> = {
  '/ok': sends(ok()),
  '/empty': sends(ok('')),
  '/close': sendsAndCloses('HTTP/1.0 200 OK\r\nContent-Type: x\r\n\r\nbye'),
  '/close11': sendsAndCloses(`${head('200 OK')}until the end`),
  '/chunked': sends(`${head('200 OK', 'Transfer-Encoding: chunked')}3;ext=1\r\nabc\r\n0\r\nTr: x\r\n\r\n`),
  '/badchunk': sends(`${head('200 OK', 'Transfer-Encoding: chunked')}3\r\nabc\r\nzz\r\n`),
  '/garbage': sendsAndCloses('BLAH\r\n\r\n'),
  '/eof': closes,
  '/reset': resets,
  '/partial': sendsAndCloses(`${head('200 OK', 'Content-Length: 100')}abc`),
  '/halfhead': sendsAndCloses('HTTP/1.1 200 OK\r\nContent-Le'),
  '/excess': sends(`${head('200 OK', 'Content-Length: 2')}okmore`),
  '/204': sends(head('204 No Content')),
  '/204length': sends(head('204 No Content', 'Content-Length: 5')),
  '/304': sends(head('304 Not Modified', 'ETag: "a"', 'Content-Length: 5')),
  '/404': sends(head('404 Not Found', 'Content-Length: 0')),
  '/500': sends(head('500 Oops', 'Content-Length: 2').concat('no')),
  '/100': sends(`${head('100 Continue')}${ok()}`),
  '/103': sends(`${head('103 Early Hints', 'Link: </a>; rel=preload')}${ok()}`),
  '/101': sends(head('101 Switching Protocols', 'Upgrade: x', 'Connection: Upgrade')),
  '/hop': sends(ok('ok', 'Connection: Keep-Alive, X-Foo\r\nKeep-Alive: timeout=5\r\nX-Foo: Bar\r\nProxy-Connection: x\r\n')),
  '/closing': sendsAndCloses(ok('ok', 'Connection: close\r\n')),
  '/noreason': sends('HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok'),
  '/lf': sends('HTTP/1.1 200 OK\nContent-Length: 2\n\nok'),
  '/fold': sends(ok('ok', 'X: a\r\n b\r\n')),
  '/binary': sends(ok('\x00\xff\x80', 'X: \xe9\r\n')),
  '/cookies': sends(ok('ok', 'Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n')),
  '/twolengths': sends(head('200 OK', 'Content-Length: 2', 'Content-Length: 3').concat('ok')),
  '/badlength': sends(head('200 OK', 'Content-Length: x').concat('ok')),
  '/badcoding': sends(head('200 OK', 'Transfer-Encoding: x').concat('ok')),
  '/both': sends(`${head('200 OK', 'Content-Length: 9', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`),
  '/nocolon': sends(head('200 OK', 'nonsense').concat('ok')),
  '/barecr': sends(ok('ok', 'X: a\rb\r\n')),
  '/status999': sends(head('999 High', 'Content-Length: 0')),
  '/hugehead': sends(ok('ok', `X: ${'a'.repeat(20_000)}\r\n`)),
}; // prettier-ignore

/** Where we differ on purpose: apart, so that the counters of all others can be equal. */
const DIFFERENT: Readonly<Record<string, Behaviour>> = {
  '/large(re-framed)': sends(
    `${head('200 OK', 'Transfer-Encoding: chunked')}4e20\r\n${'x'.repeat(20_000)}\r\n0\r\n\r\n`,
  ),
  '/status99(refused)': sends(head('99 Low', 'Content-Length: 0')),
  '/status1000(refused)': sends(head('1000 Higher', 'Content-Length: 0')),
};

const SPECIAL: readonly (readonly [string, Script])[] = [
  ['HEAD', { send: 'HEAD /ok HTTP/1.1\r\nhost: test\r\n\r\n' }],
  ['HEAD chunked', { send: 'HEAD /chunked HTTP/1.1\r\nhost: test\r\n\r\n' }],
  ['OPTIONS', { send: 'OPTIONS /ok HTTP/1.1\r\nhost: test\r\n\r\n' }],
  ['1xx to HTTP/1.0', { send: get('/103', '', '1.0') }],
  ['chunked to HTTP/1.0', { send: get('/chunked', '', '1.0') }],
  ['until the end to HTTP/1.0', { send: get('/close11', '', '1.0') }],
  ['HTTP/1.0 keep-alive', { send: get('/ok', 'connection: keep-alive\r\n', '1.0') }],
  ['deny', { send: get('/deny') }],
  ['deny with a status', { send: get('/deny429') }],
  ['deny, body not read', { send: 'POST /deny HTTP/1.1\r\nhost: test\r\ncontent-length: 10\r\n\r\nabc' }],
  ['return', { send: get('/return') }],
  ['return, twice', { send: get('/return') + get('/return'), responses: 2 }],
  ['redirect', { send: get('/redirect') }],
  ['redirect prefix', { send: get('/prefix?a=b') }],
  ['header edits', { send: get('/header', 'x-set: old\r\nx-del: 1\r\nX-Del: 2\r\nx-other: o\r\n') }],
  ['monitor', { send: get('/monitor'), lines: 0 }],
  ['no server', { send: get('/nobody') }],
  ['dead server', { send: get('/dead') }],
  ['forwardfor with one already', { send: get('/ok', 'x-forwarded-for: 1.2.3.4\r\n') }],
  ['unsolicited upgrade refused', { send: get('/101') }],
  ['upgrade accepted', { send: get('/101', 'connection: upgrade\r\nupgrade: x\r\n'), after: 'rst', lines: 1 }],
];

describe.skipIf(lacks('haproxy'))('responses beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, { ...RESPONSES, ...DIFFERENT });
  });

  const CASES = [...Object.keys(RESPONSES).filter((path) => path !== '/101').map((path) => [path, { send: get(path) }] as const), ...SPECIAL]; // prettier-ignore
  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });

  test('the counters of all of it', async () => {
    await pause(100); // the last session's end
    const { ours, real } = await both.counters();
    expect(ours).toEqual(real);
  });

  test.each(Object.keys(DIFFERENT))('%s', async (path) => {
    const { ours, real } = await both.observe(path, { send: get(path) });
    expect(ours).toEqual(real);
  });
});
