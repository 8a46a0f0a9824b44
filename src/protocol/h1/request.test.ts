import { describe, expect, test } from 'vitest';
import { BodyFraming } from '../../core/message.js';
import { ConnectionHeader, requestConnection } from './connection.js';
import { H1Request, HeadFlag, Method } from './head.js';
import { parseRequest, ParseResult } from './parser.js';
import { latin1, LIMITS, RELAXED, request } from './testing.js';
import { canForwardAsIs, requestHeadText } from './writer.js';

/** What the server sees, or the status and reason of the refusal. All rows were taken from HAProxy 2.6.12 unless marked. */
function outcome(text: string, options = LIMITS): string {
  const head = request(text, options);
  if (head.error !== '') return `${head.errorStatus} ${head.error}`;
  return requestHeadText(head, requestConnection(head.minor, head.has(HeadFlag.MustClose)));
}

const HOST = 'Host: a\r\n';
const line = (first: string, host = HOST): string => `${first}\r\n${host}\r\n`;
const sent = (first: string, host = 'host: a\r\n'): string => `${first}\r\n${host}\r\n`;

const hostField = (value: string): string => `Host: ${value}\r\n`;

const withFields = (text: string): string => `GET / HTTP/1.1\r\n${text}\r\n`;

const post = (fields: string, version = '1.1'): string => `POST / HTTP/${version}\r\n${fields}\r\n`;

const get = (fields: string, version = '1.1'): string => `GET / HTTP/${version}\r\n${fields}x: y\r\n\r\n`;

describe('request line', () => {
  test.each([
    ['several spaces', line('GET  /   HTTP/1.1'), sent('GET / HTTP/1.1')],
    ['tabs', line('GET\t/\tHTTP/1.1'), sent('GET / HTTP/1.1')],
    ['space after the version', line('GET / HTTP/1.1 '), '400 version'],
    ['no version', 'GET /\r\n\r\n', '400 target'],
    ['minor above 1', line('GET / HTTP/1.2'), sent('GET / HTTP/1.1')],
    ['two digits', line('GET / HTTP/1.12'), '400 version'],
    ['major above 1', line('GET / HTTP/3.1'), sent('GET / HTTP/1.1')],
    ['0.9', line('GET / HTTP/0.9'), sent('GET / HTTP/0.9', 'host: a\r\nconnection: keep-alive\r\n')],
    ['1.0', line('GET / HTTP/1.0'), sent('GET / HTTP/1.0', 'host: a\r\nconnection: keep-alive\r\n')],
    ['lower case version', line('GET / http/1.1'), '400 version'],
    ['another protocol', line('OPTIONS / RTSP/1.0'), '400 version'],
    ['empty lines before', '\r\n\r\n\n' + line('GET / HTTP/1.1'), sent('GET / HTTP/1.1')],
    ['CR before', '\r' + line('GET / HTTP/1.1'), '400 method'],
    ['space before', ' ' + line('GET / HTTP/1.1'), '400 method'],
    ['byte >= 0x80', line('GET /\x80 HTTP/1.1'), '400 target'],
    ['control character', line('GET /\x01 HTTP/1.1'), '400 target'],
    ['DEL', line('GET /\x7f HTTP/1.1'), '400 target'],
    ['fragment', line('GET /a#b HTTP/1.1'), '400 target'],
    ['odd but legal', line('GET /"<>[]^`{|}\\ HTTP/1.1'), sent('GET /"<>[]^`{|}\\ HTTP/1.1')],
    ['any token as method', line("M!#$%&'*+-.^_`|~ / HTTP/1.1"), sent("M!#$%&'*+-.^_`|~ / HTTP/1.1")],
    ['no token', line('G(T / HTTP/1.1'), '400 method'],
    ['lower case method', line('get / HTTP/1.1'), sent('get / HTTP/1.1')],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });

  test.each([
    ['fragment', line('GET /a#b HTTP/1.1'), sent('GET /a#b HTTP/1.1')],
    ['byte >= 0x80', line('GET /\x80 HTTP/1.1'), sent('GET /\x80 HTTP/1.1')],
    ['control character', line('GET /\x01 HTTP/1.1'), '400 target'],
    ['delimiter in a name', line('GET / HTTP/1.1', 'x(y: a\r\n'), sent('GET / HTTP/1.1', 'x(y: a\r\n')],
    ['stricter: blank before the colon', line('GET / HTTP/1.1', 'x : a\r\n'), '400 header-name'],
    ['NUL in a value', line('GET / HTTP/1.1', 'x: \0\r\n'), '400 header-value'],
    ['framing', line('POST / HTTP/1.1', 'content-length: +1\r\n'), '400 content-length'],
  ])('accept-invalid-http-request: %s', (_, input, expected) => {
    expect(outcome(input, RELAXED)).toBe(expected);
  });
});

describe('target and host', () => {
  test.each([
    ['OPTIONS *', line('OPTIONS * HTTP/1.1'), sent('OPTIONS * HTTP/1.1')],
    ['stricter: GET *', line('GET * HTTP/1.1'), '400 target'],
    ['OPTIONS *x', line('OPTIONS *x HTTP/1.1'), '400 target'],
    ['absolute', line('GET http://a/x HTTP/1.1'), sent('GET http://a/x HTTP/1.1')],
    ['absolute differs', line('GET http://b/x HTTP/1.1'), '400 authority'],
    ['absolute with user', line('GET http://u@a/x HTTP/1.1'), sent('GET http://u@a/x HTTP/1.1')],
    ['absolute without path', line('GET http://a HTTP/1.1'), sent('GET http://a HTTP/1.1')],
    ['absolute without authority', line('GET http:///x HTTP/1.1'), sent('GET http:///x HTTP/1.1')],
    ['absolute in another case', line('GET http://A/x HTTP/1.1'), sent('GET http://A/x HTTP/1.1')],
    ['default port', line('GET http://a:80/x HTTP/1.1'), sent('GET http://a/x HTTP/1.1')],
    ['default port of https', line('GET https://a:443/x HTTP/1.1'), sent('GET https://a/x HTTP/1.1')],
    [
      'host with port',
      line('GET http://a/ HTTP/1.1', hostField('a:80')),
      sent('GET http://a/ HTTP/1.1', 'host: a:80\r\n'),
    ],
    [
      'host follows',
      line('GET http://u@A:80/ HTTP/1.1', hostField('a')),
      sent('GET http://u@A/ HTTP/1.1', 'host: A\r\n'),
    ],
    ['without host', line('GET http://a/x HTTP/1.1', ''), sent('GET http://a/x HTTP/1.1', '')],
    ['another scheme', line('GET foo+bar.1://a/x HTTP/1.1'), sent('GET foo+bar.1://a/x HTTP/1.1')],
    ['bad scheme', line('GET 1foo://a/x HTTP/1.1'), '400 target'],
    ['no authority mark', line('GET foo:bar HTTP/1.1'), '400 target'],
    ['relative', line('GET foo HTTP/1.1'), '400 target'],
    ['authority with GET', line('GET a:80 HTTP/1.1'), '400 target'],
    ['CONNECT', line('CONNECT a:80 HTTP/1.1', hostField('a:80')), sent('CONNECT a:80 HTTP/1.1')],
    ['CONNECT, host without port', line('CONNECT a:443 HTTP/1.1'), sent('CONNECT a:443 HTTP/1.1')],
    ['CONNECT, other port', line('CONNECT a:8080 HTTP/1.1'), '400 authority'],
    ['CONNECT without port', line('CONNECT a HTTP/1.1'), '400 target'],
    ['CONNECT with a path', line('CONNECT /a HTTP/1.1'), '400 target'],
    ['CONNECT without host', line('CONNECT a:80 HTTP/1.1', ''), sent('CONNECT a:80 HTTP/1.1', '')],
    ['CONNECT with user', line('CONNECT u@a:80 HTTP/1.1', hostField('a:80')), sent('CONNECT u@a:80 HTTP/1.1')],
    ['CONNECT absolute', line('CONNECT http://a/ HTTP/1.1'), '400 target'],
    ['CONNECT, no number', line('CONNECT a:x HTTP/1.1', hostField('a:x')), '400 target'],
    [
      'CONNECT IPv6',
      line('CONNECT [::1]:80 HTTP/1.1', hostField('[::1]:80')),
      sent('CONNECT [::1]:80 HTTP/1.1', 'host: [::1]\r\n'),
    ],
    ['CONNECT IPv6 without port', line('CONNECT [::1] HTTP/1.1', hostField('[::1]')), '400 target'],
    [
      'CONNECT with a length',
      line('CONNECT a:80 HTTP/1.1', 'Host: a:80\r\ncontent-length: 2\r\n'),
      sent('CONNECT a:80 HTTP/1.1'),
    ],
    ['two equal', line('GET / HTTP/1.1', HOST + 'Host: A\r\n'), sent('GET / HTTP/1.1')],
    ['two different', line('GET / HTTP/1.1', HOST + 'Host: b\r\n'), '400 host'],
    ['empty', line('GET / HTTP/1.1', hostField('')), sent('GET / HTTP/1.1', 'host: \r\n')],
    ['odd name and port', line('GET / HTTP/1.1', hostField('a_b:x')), sent('GET / HTTP/1.1', 'host: a_b:x\r\n')],
    ['empty port', line('GET / HTTP/1.1', hostField('a:')), sent('GET / HTTP/1.1', 'host: a:\r\n')],
    ...['a b', 'a,b', 'a/b', 'a@b', 'a?b', 'a#b', 'a\\b', 'a\x01', 'a\tb'].map((value) => [
      `stricter: ${JSON.stringify(value)}`,
      line('GET / HTTP/1.1', hostField(value)),
      '400 host',
    ]),
    ['stricter: folded', 'GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n', '400 host'],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });
});

describe('fields', () => {
  test.each([
    ['LF only', 'GET / HTTP/1.1\nX: a\n\n', withFields('x: a\r\n')],
    ['mixed', 'GET / HTTP/1.1\r\nX: a\n\r\n', withFields('x: a\r\n')],
    ['bare CR', withFields('x: a\rb\r\n'), '400 header-value'],
    ['two CR', withFields('x: a\r\r\n'), '400 header-value'],
    ['white space', withFields('X:  \t a b \t \r\ny:c\r\nZ:\r\n'), withFields('x: a b\r\ny: c\r\nz: \r\n')],
    ['fold', withFields('x: a\r\n  b\r\n\tc\r\nY: d\r\n'), withFields('x: a    b  \tc\r\ny: d\r\n')],
    ['fold before the first field', withFields(' x: a\r\n'), '400 header-name'],
    ['empty fold', withFields('x: a\r\n \r\nY: b\r\n'), withFields('x: a\r\ny: b\r\n')],
    ['fold after LF', 'GET / HTTP/1.1\r\nx: a\n b\n\r\n', withFields('x: a  b\r\n')],
    ['fold after blanks', withFields('x: a \t\r\n \t b\r\n'), withFields('x: a \t   \t b\r\n')],
    ['value in the fold only', withFields('x:\r\n b\r\n'), withFields('x: b\r\n')],
    ['folded length', withFields('content-length:\r\n 2\r\n'), withFields('content-length: 2\r\n')],
    ['folded inside a length', withFields('content-length: 2\r\n 2\r\n'), '400 content-length'],
    ['blank before the colon', withFields('x : a\r\n'), '400 header-name'],
    ['no colon', withFields('x\r\n'), '400 header-name'],
    ['empty name', withFields(': a\r\n'), '400 header-name'],
    ['no token', withFields('x(y: a\r\n'), '400 header-name'],
    ['stricter: NUL', withFields('x: a\0b\r\n'), '400 header-value'],
    ['control characters', withFields('x: a\x01\x7f\xffb\r\n'), withFields('x: a\x01\x7f\xffb\r\n')],
    ['longest name', withFields('X'.repeat(255) + ': a\r\n'), withFields('x'.repeat(255) + ': a\r\n')],
    ['name too long', withFields('X'.repeat(256) + ': a\r\n'), '400 header-name'],
    ['most fields', withFields('x: a\r\n'.repeat(100)), withFields('x: a\r\n'.repeat(100))],
    ['too many fields', withFields('x: a\r\n'.repeat(101)), '400 too-many-headers'],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });

  test.each([
    ['one long field', (size: number) => padded('GET / HTTP/1.1\r\nHost: a\r\nx: ', size, '\r\n\r\n'), 15273],
    [
      'many fields',
      (size: number) => padded('GET / HTTP/1.1\r\nHost: a\r\n' + 'x: y\r\n'.repeat(90) + 'x: ', size, '\r\n\r\n'),
      14913,
    ],
    [
      'bare line ends',
      (size: number) => padded('GET / HTTP/1.1\nHost:a\n' + 'x:y\n'.repeat(50) + 'x:', size, '\n\n'),
      14967,
    ],
  ])('the largest head: %s', (_, make, largest) => {
    expect(request(make(largest)).error).toBe('');
    expect(request(make(largest + 1)).error).toBe('head-too-large');
  });

  test('a head that does not end is refused when it fills the room', () => {
    const endless = latin1(padded('GET / HTTP/1.1\r\nx: ', 15361, ''));
    expect(parseRequest(new H1Request(), endless, 0, 15360, LIMITS)).toBe(ParseResult.Incomplete);
    expect(parseRequest(new H1Request(), endless, 0, 15361, LIMITS)).toBe(ParseResult.Invalid);
  });
});

function padded(before: string, size: number, after: string): string {
  return before + 'b'.repeat(size - before.length - after.length) + after;
}

describe('framing', () => {
  const CHUNKED = 'transfer-encoding: chunked\r\n';
  test.each([
    ['equal lengths', post('content-length: 2\r\ncontent-length: 2\r\n'), post('content-length: 2\r\n')],
    ['a list of equal lengths', post('content-length: 2\t,\t2\r\n'), post('content-length: 2\r\n')],
    ['stricter: leading zeros', post('content-length: 002\r\n'), post('content-length: 2\r\n')],
    ['63 bits', post('content-length: 9223372036854775807\r\n'), post('content-length: 9223372036854775807\r\n')],
    ...['2, 3', '+2', '-2', '0x2', '', '2,', ',2', '2 2', '9223372036854775808', '18446744073709551616', '2a'].map(
      (value) => [`length ${value}`, post(`content-length: ${value}\r\n`), '400 content-length'],
    ),
    ['different lengths', post('content-length: 2\r\ncontent-length: 3\r\n'), '400 content-length'],
    ['chunked', post(CHUNKED), post(CHUNKED)],
    ['ChunKed', post('Transfer-Encoding: ChunKed\r\n'), post('transfer-encoding: ChunKed\r\n')],
    ['chunked twice', post(CHUNKED + CHUNKED), '400 transfer-encoding'],
    ['gzip before', post('transfer-encoding: gzip\r\n' + CHUNKED), '422 transfer-coding-unknown'],
    ...['gzip, chunked', 'foo, chunked', 'identity, chunked'].map((value) => [
      `coding ${value}`,
      post(`transfer-encoding: ${value}\r\n`),
      '422 transfer-coding-unknown',
    ]),
    ...['', 'gzip', '"chunked"', 'chunked;a=b', 'chunked, gzip', 'chunked, chunked', 'chunked,', ',chunked', 'identity']
      .concat(['xchunked', 'chunked foo', '\x0bchunked'])
      .map((value) => [`coding ${value}`, post(`transfer-encoding: ${value}\r\n`), '400 transfer-encoding']),
    ['chunked and length', post(CHUNKED + 'content-length: 4\r\n'), post(CHUNKED + 'connection: close\r\n')],
    ['length and chunked', post('content-length: 4\r\n' + CHUNKED), post(CHUNKED + 'connection: close\r\n')],
    ['chunked in 1.0', post(CHUNKED, '1.0'), post(CHUNKED, '1.0')],
    [
      '1.0 with length',
      post('content-length: 2\r\n', '1.0'),
      post('content-length: 2\r\nconnection: keep-alive\r\n', '1.0'),
    ],
    ...['GET', 'HEAD', 'DELETE'].map((method) => [
      `1.0 ${method} with length`,
      `${method} / HTTP/1.0\r\ncontent-length: 2\r\n\r\n`,
      '413 body-not-allowed',
    ]),
    ['1.0 GET chunked', `GET / HTTP/1.0\r\n${CHUNKED}\r\n`, '413 body-not-allowed'],
    [
      '1.0 GET, length 0',
      'GET / HTTP/1.0\r\ncontent-length: 0\r\n\r\n',
      'GET / HTTP/1.0\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n',
    ],
    ['GET with length', 'GET / HTTP/1.1\r\ncontent-length: 2\r\n\r\n', 'GET / HTTP/1.1\r\ncontent-length: 2\r\n\r\n'],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });

  test.each([
    ['', BodyFraming.None, -1],
    ['content-length: 0\r\n', BodyFraming.None, 0],
    ['content-length: 17\r\n', BodyFraming.Length, 17],
    ['transfer-encoding: chunked\r\n', BodyFraming.Chunked, -1],
    ['transfer-encoding: chunked\r\ncontent-length: 17\r\n', BodyFraming.Chunked, -1],
  ])('%j', (fields, framing, contentLength) => {
    expect(request(post(fields))).toMatchObject({ framing, contentLength });
  });
});

describe('connection', () => {
  test.each([
    ['close', get('Connection: close\r\n'), get('')],
    ['keep-alive', get('Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n'), get('keep-alive: timeout=5\r\n')],
    ['close and another', get('Connection: close, X-Foo\r\nX-Foo: 1\r\n'), get('connection: X-Foo\r\nx-foo: 1\r\n')],
    ['another', get('Connection: X-Foo\r\n'), get('connection: X-Foo\r\n')],
    ['empty', get('Connection: \r\n'), get('')],
    ['empty members', get('Connection: ,close,,\r\n'), get('')],
    ['two fields', get('Connection: close\r\nConnection: keep-alive\r\n'), get('')],
    ['proxy-connection', get('Proxy-Connection: close\r\n'), get('proxy-connection: close\r\n')],
    ['te', get('TE: gzip, trailers\r\n'), get('te: trailers\r\n')],
    ['te without trailers', get('TE: trailers;q=0.5\r\n'), get('')],
    ['te in another case', get('TE: Trailers\r\n'), get('')],
    ['several te', get('TE: gzip\r\nTE: x,trailers\r\nTE: trailers\r\n'), get('te: trailers\r\nte: trailers\r\n')],
    [
      'last upgrade wins',
      get('Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: foo\r\n'),
      get('connection: Upgrade\r\nupgrade: websocket\r\nupgrade: foo\r\n'),
    ],
    ['1.0 and upgrade', get('Connection: Upgrade\r\n', '1.0'), get('connection: Upgrade\r\n', '1.0')],
    ['parameters are no tokens', get('Connection: close;x\r\n'), get('connection: close;x\r\n')],
    ['upgrade', get('Connection: Upgrade\r\nUpgrade: foo\r\n'), get('connection: Upgrade\r\nupgrade: foo\r\n')],
    [
      'upgrade and keep-alive',
      get('Connection: keep-alive, Upgrade\r\nUpgrade: foo\r\n'),
      get('connection: Upgrade\r\nupgrade: foo\r\n'),
    ],
    ['upgrade without connection', get('Upgrade: websocket\r\n'), get('upgrade: websocket\r\n')],
    [
      'upgrade with a body',
      get('Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 2\r\n'),
      get('connection: Upgrade\r\ncontent-length: 2\r\n'),
    ],
    ['websocket without key', get('Connection: Upgrade\r\nUpgrade: WebSocket\r\n'), '400 websocket-key'],
    [
      'websocket',
      get('Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'),
      get('connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n'),
    ],
    ['stricter: h2c', get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n'), get('')],
    ['1.0', get('Connection: close\r\n', '1.0'), 'GET / HTTP/1.0\r\nx: y\r\nconnection: keep-alive\r\n\r\n'],
    [
      '1.0 and another',
      get('Connection: X-Foo\r\n', '1.0'),
      'GET / HTTP/1.0\r\nconnection: X-Foo\r\nx: y\r\nconnection: keep-alive\r\n\r\n',
    ],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });

  test.each([
    ['Connection: close\r\n', HeadFlag.Connection | HeadFlag.Close],
    [
      'connection: keep-alive , UPGRADE\r\n',
      HeadFlag.Connection | HeadFlag.KeepAlive | HeadFlag.ConnectionOther | HeadFlag.ConnectionUpgrade,
    ],
    ['Upgrade: a, websocket\r\n', HeadFlag.Upgrade | HeadFlag.WebSocket],
    ['Expect: 100-Continue\r\n', HeadFlag.Expect100],
    ['Expect: else\r\n', 0],
    ['TE: trailers\r\n', HeadFlag.Te],
  ])('flags of %j', (fields, flags) => {
    expect(request(get(fields)).flags).toBe(flags);
  });
});

test('a connection field that a rule adds is treated like a received one', () => {
  const head = request(get('Connection: close\r\n'));
  head.headers.add('Connection', 'X-Foo, close');
  head.headers.add('TE', 'gzip');
  expect(requestHeadText(head, ConnectionHeader.Close)).toBe(
    get('').slice(0, -2) + 'connection: X-Foo\r\nconnection: close\r\n\r\n',
  );
});

describe('forwarding unchanged', () => {
  test.each([
    ['a browser', 'GET /x?y HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n', true],
    ['close', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', false],
    ['two blanks', 'GET / HTTP/1.1\r\nx:  a\r\n\r\n', false],
    ['a tab', 'GET / HTTP/1.1\r\nx:\ta\r\n\r\n', false],
    ['HTTP/1.2', 'GET / HTTP/1.2\r\n\r\n', false],
    ['doubtful framing', 'POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', false],
  ])('%s: %s', (_, input, expected) => {
    const head = request(input);
    expect(canForwardAsIs(head, ConnectionHeader.None)).toBe(expected);
    const received = head.buffer.latin1Slice(head.start, head.end);
    expect(requestHeadText(head, ConnectionHeader.None) === received).toBe(expected);
  });

  test('never with a connection field of ours', () => {
    expect(canForwardAsIs(request('GET / HTTP/1.0\r\n\r\n'), ConnectionHeader.KeepAlive)).toBe(false);
  });
});

test('the first request of a pipeline ends where the second begins', () => {
  const two = latin1('\r\nGET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nx: y\r\n\r\n');
  const head = new H1Request();
  expect(parseRequest(head, two, 0, two.length, LIMITS)).toBe(ParseResult.Complete);
  expect([head.target, head.kind]).toEqual(['/1', Method.Get]);
  expect(parseRequest(head, two, head.end, two.length, LIMITS)).toBe(ParseResult.Complete);
  expect([head.target, head.kind, head.headers.get('x'), head.end]).toEqual(['/2', Method.Post, 'y', two.length]);
});

test.each([
  ['GET /x HTTP/1.1\r\n\r\n', 'GET /x HTTP/1.1'],
  ['GET  /x\tHTTP/2.0\r\n\r\n', 'GET /x HTTP/2.0'],
  ['\r\nGET /x HTTP/0.9\r\n\r\n', 'GET /x HTTP/0.9'],
  ['GET http://A:80/ HTTP/1.1\r\nHost: a\r\n\r\n', 'GET http://A/ HTTP/1.1'],
])('the line that is logged for %j', (text, expected) => {
  expect(request(text).line).toBe(expected);
});

test('an error says where', () => {
  const bytes = latin1('....GET / HTTP/1.1\r\nab(: c\r\n\r\n');
  const head = new H1Request();
  expect(parseRequest(head, bytes, 4, bytes.length, LIMITS)).toBe(ParseResult.Invalid);
  expect(head).toMatchObject({ error: 'header-name', errorAt: 18, errorStatus: 400 });
});
