import { beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { sends, ok } from '../support/origin.js';
import { Differential, type Script } from './differential.js';

/** Requests as the edge cases of HTTP/1: what is refused, what is normalised, and what the origin sees of it. */

const CONFIG = `defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout client 5s
 timeout server 1500
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
 http-reuse never
 server s 127.0.0.1:{origin}
`;

const line = (request: string): string => `${request}\r\nHost: a\r\n\r\n`;
const field = (...fields: string[]): string =>
  `GET / HTTP/1.1\r\nHost: a\r\n${fields.map((each) => `${each}\r\n`).join('')}\r\n`;
const post = (fields: string, body = ''): string => `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked', body);

const REQUEST_LINES: readonly (readonly [string, string])[] = [
  ['plain', line('GET / HTTP/1.1')],
  ['method no token', line('G(T / HTTP/1.1')],
  ['method lower case', line('get / HTTP/1.1')],
  ['method unknown', line('BREW /pot HTTP/1.1')],
  ['version lower case', line('GET / http/1.1')],
  ['version malformed', line('GET / HTTP/1')],
  ['version 0.9', line('GET / HTTP/0.9')],
  ['version 1.2', line('GET / HTTP/1.2')],
  ['version 1.9', line('GET / HTTP/1.9')],
  ['version 2.0', line('GET / HTTP/2.0')],
  ['no version', line('GET /')],
  ['blank after the version', line('GET / HTTP/1.1 ')],
  ['leading blank', line(' GET / HTTP/1.1')],
  ['two blanks', line('GET  /  HTTP/1.1')],
  ['tabs', line('GET\t/\tHTTP/1.1')],
  ['control character', line('GET /\x01 HTTP/1.1')],
  ['delete character', line('GET /\x7f HTTP/1.1')],
  ['byte above 127', line('GET /\xe9 HTTP/1.1')],
  ['fragment', line('GET /#x HTTP/1.1')],
  ['query', line('GET /a?b=c&d=%20 HTTP/1.1')],
  ['odd but legal characters', line(`GET /a"<>\\^\`{|} HTTP/1.1`)],
  ['target without a slash', line('GET index.html HTTP/1.1')],
  ['asterisk with OPTIONS', line('OPTIONS * HTTP/1.1')],
  ['asterisk with GET (stricter)', line('GET * HTTP/1.1')],
  ['authority with GET', line('GET a:80 HTTP/1.1')],
  ['absolute', line('GET http://a/x HTTP/1.1')],
  ['absolute, other host', line('GET http://b/x HTTP/1.1')],
  ['absolute, default port', line('GET http://a:80/x HTTP/1.1')],
  ['absolute, empty port', line('GET http://a:/x HTTP/1.1')],
  ['absolute, Host with an empty port', 'GET http://a/x HTTP/1.1\r\nHost: a:\r\n\r\n'],
  ['absolute, default port, Host with an empty one', 'GET https://a:443/x HTTP/1.1\r\nHost: a:\r\n\r\n'],
  ['absolute, nothing but colons', 'GET http://: HTTP/1.1\r\nHost: :80\r\n\r\n'],
  ['absolute, no path', line('GET http://a HTTP/1.1')],
  ['CONNECT without a port', line('CONNECT a HTTP/1.1')],
  ['CONNECT, other host', line('CONNECT b:80 HTTP/1.1')],
  ['CONNECT to a path', line('CONNECT /x HTTP/1.1')],
  ['empty lines before', `\r\n\r\n${line('GET / HTTP/1.1')}`],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ['HTTP/1.0 keep-alive', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'],
  ['garbage', 'xx\r\n\r\n'],
  ['TLS hello', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03aaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n'],
  ['HTTP/1.0 GET with a body', 'GET / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab'],
  ['HTTP/1.0 DELETE with a body', 'DELETE / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab'],
  ['HTTP/1.0 POST with a body', 'POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab'],
  ['target too long', line(`GET /${'a'.repeat(20_000)} HTTP/1.1`)],
]; // prettier-ignore

const FIELDS: readonly (readonly [string, string])[] = [
  ['names become lower case', field('X-CaSe: VaLue', 'ACCEPT: */*')],
  ['no Host', 'GET / HTTP/1.1\r\nX: y\r\n\r\n'],
  ['two equal Hosts', field('Host: a')],
  ['two Hosts', field('Host: b')],
  ['Host with a blank (stricter)', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['Host with a path (stricter)', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['Host a list (stricter)', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n'],
  ['Host folded (stricter)', 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n'],
  ['Host empty', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
  ['blank before the colon', field('X : y')],
  ['empty name', field(': y')],
  ['no colon', field('nonsense')],
  ['name with a blank', field('X Y: z')],
  ['name with a byte above 127', field('X\xe9: z')],
  ['bare CR in a value', field('X: a\rb')],
  ['NUL in a value (stricter)', field('X: a\0b')],
  ['control character in a value', field('X: a\x01b')],
  ['bytes above 127 in a value', field('X: \xe9\xff')],
  ['empty value', field('X:')],
  ['blanks around a value', field('X: \t a  b \t ')],
  ['folded value', field('X: a\r\n b\r\n\tc')],
  ['fold as the first field', 'GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n'],
  ['name of 255 bytes', field(`${'x'.repeat(255)}: y`)],
  ['name of 256 bytes', field(`${'x'.repeat(256)}: y`)],
  ['100 fields', field(...Array.from({ length: 99 }, (_, i) => `X${i}: y`))],
  ['102 fields', field(...Array.from({ length: 101 }, (_, i) => `X${i}: y`))],
  ['large head', field(`X: ${'a'.repeat(14_000)}`)],
  ['too large a head', field(`X: ${'a'.repeat(17_000)}`)],
  ['Connection: close', field('Connection: close')],
  ['Connection: keep-alive', field('Connection: keep-alive')],
  ['Connection names a field', field('Connection: X-Foo, keep-alive', 'X-Foo: 1')],
  ['Keep-Alive, Proxy-Connection, TE', field('Keep-Alive: 5', 'Proxy-Connection: x', 'TE: trailers, gzip')],
  ['Upgrade without Connection', field('Upgrade: websocket')],
  ['h2c (not forwarded)', field('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__')],
  ['Expect', post('Content-Length: 2\r\nExpect: 100-continue', 'ab')],
  ['Cookie and Authorization', field('Cookie: a=b; c=d', 'Cookie: e=f', 'Authorization: Basic eDp5')],
]; // prettier-ignore

const LENGTHS: readonly (readonly [string, string])[] = [
  ['body', post('Content-Length: 5', 'hello')],
  ['body of no bytes', post('Content-Length: 0')],
  ['POST without a length', 'POST / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['GET with a body', field('Content-Length: 2').concat('ab')],
  ['plus sign', post('Content-Length: +2', 'ab')],
  ['minus sign', post('Content-Length: -2', 'ab')],
  ['hexadecimal', post('Content-Length: 0x2', 'ab')],
  ['empty length', post('Content-Length:', 'ab')],
  ['letters', post('Content-Length: 2a', 'ab')],
  ['list of equals', post('Content-Length: 2, 2', 'ab')],
  ['list', post('Content-Length: 2, 3', 'ab')],
  ['equal duplicates', post('Content-Length: 2\r\nContent-Length: 2', 'ab')],
  ['duplicates', post('Content-Length: 2\r\nContent-Length: 3', 'ab')],
  ['length of 2^64 (stricter)', post('Content-Length: 18446744073709551616', 'ab')],
  ['chunked', chunked('3\r\nabc\r\n0\r\n\r\n')],
  ['chunked, no body', chunked('0\r\n\r\n')],
  ['chunk extension', chunked('3;a=b\r\nabc\r\n0;c\r\n\r\n')],
  ['leading zeros (re-framed)', chunked('0003\r\nabc\r\n000\r\n\r\n')],
  ['upper-case size', chunked('A\r\n0123456789\r\n0\r\n\r\n')],
  ['trailers', chunked('3\r\nabc\r\n0\r\nX-T: y\r\n\r\n')],
  ['trailer with an invalid name (stricter)', chunked('3\r\nabc\r\n0\r\nX T: y\r\n\r\n')],
  ['chunk size with a sign', chunked('+3\r\nabc\r\n0\r\n\r\n')],
  ['chunk size 0x', chunked('0x3\r\nabc\r\n0\r\n\r\n')],
  ['chunk size empty', chunked('\r\nabc\r\n0\r\n\r\n')],
  ['chunk size leading blank', chunked(' 3\r\nabc\r\n0\r\n\r\n')],
  ['chunk size too large', chunked('fffffffffffffffff\r\nabc\r\n0\r\n\r\n')],
  ['no CRLF after the data', chunked('3\r\nabcd\r\n0\r\n\r\n')],
  ['length and chunked', post('Content-Length: 5\r\nTransfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n')],
  ['gzip, chunked', post('Transfer-Encoding: gzip, chunked', '0\r\n\r\n')],
  ['chunked, gzip', post('Transfer-Encoding: chunked, gzip', '0\r\n\r\n')],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked', '0\r\n\r\n')],
  ['two fields chunked', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '0\r\n\r\n')],
  ['identity', post('Transfer-Encoding: identity', 'ab')],
  ['chunked quoted', post('Transfer-Encoding: "chunked"', '0\r\n\r\n')],
  ['chunked with a parameter', post('Transfer-Encoding: chunked;a=b', '0\r\n\r\n')],
  ['xchunked', post('Transfer-Encoding: xchunked', '0\r\n\r\n')],
  ['upper case', post('Transfer-Encoding: CHUNKED', '2\r\nab\r\n0\r\n\r\n')],
  ['HTTP/1.0 chunked', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n'],
]; // prettier-ignore

const SEQUENCES: readonly (readonly [string, Script])[] = [
  ['three pipelined requests', { send: `${line('GET /1 HTTP/1.1')}${post('Content-Length: 2', 'ab')}${line('HEAD /3 HTTP/1.1')}`, responses: 3 }],
  ['pipelined, the second is garbage', { send: `${line('GET /1 HTTP/1.1')}garbage\r\n\r\n`, responses: 2 }],
  ['byte by byte', { send: line('GET /slow HTTP/1.1').split('').flatMap((byte) => [byte, 1]) }],
  ['FIN after a complete request', { send: line('GET / HTTP/1.1'), after: 'fin' }],
]; // prettier-ignore

describe.skipIf(lacks('haproxy'))('requests beside the real haproxy', () => {
  let both: Differential;
  beforeAll(async () => {
    both = await Differential.start(CONFIG, { '/': sends(ok()) });
  });

  const CASES = [
    ...REQUEST_LINES.map(([name, send]) => [`request line: ${name}`, { send }] as const),
    ...FIELDS.map(([name, send]) => [`field: ${name}`, { send }] as const),
    ...LENGTHS.map(([name, send]) => [`body: ${name}`, { send }] as const),
    ...SEQUENCES,
  ];
  test.each(CASES)('%s', async (name, script) => {
    const { ours, real } = await both.observe(name, script);
    expect(ours).toEqual(real);
  });
});
