import { describe, expect, test } from 'vitest';
import { BodyFraming } from '../../core/message.js';
import { ConnectionHeader, responseConnection } from './connection.js';
import { Method } from './head.js';
import { LIMITS, RELAXED, response } from './testing.js';
import { canForwardAsIs, responseHeadText } from './writer.js';

/** What a keep-alive HTTP/1.1 client gets, or why it gets a 502. Rows from HAProxy 2.6.12 unless marked. */
function outcome(text: string, options = LIMITS): string {
  const head = response(text, options);
  return head.error === '' ? responseHeadText(head, responseConnection(head.minor, 1, false)) : head.error;
}

const L = 'Content-Length: 2\r\n\r\n';
const l = 'content-length: 2\r\n\r\n';

const ok = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}\r\n`;

describe('status line', () => {
  test.each([
    ['plain', `HTTP/1.1 200 OK\r\n${L}`, `HTTP/1.1 200 OK\r\n${l}`],
    ['no reason', `HTTP/1.1 200\r\n${L}`, `HTTP/1.1 200 \r\n${l}`],
    ['empty reason', `HTTP/1.1 200 \r\n${L}`, `HTTP/1.1 200 \r\n${l}`],
    ['blanks', `HTTP/1.1  200  OK  x \r\n${L}`, `HTTP/1.1 200 OK  x \r\n${l}`],
    ['tabs', `HTTP/1.1\t200\tOK\r\n${L}`, `HTTP/1.1 200 OK\r\n${l}`],
    ['minor above 1', `HTTP/1.2 200 OK\r\n${L}`, `HTTP/1.1 200 OK\r\n${l}`],
    ['1.0', `HTTP/1.0 200 OK\r\n${L}`, 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n'],
    ['empty line before', `\r\nHTTP/1.1 200 OK\r\n${L}`, `HTTP/1.1 200 OK\r\n${l}`],
    ['unknown code', `HTTP/1.1 999 x\r\n${L}`, `HTTP/1.1 999 x\r\n${l}`],
    ['bytes >= 0x80', `HTTP/1.1 200 \xff\x01\ty\r\n${L}`, `HTTP/1.1 200 \xff\x01\ty\r\n${l}`],
    ['LF only', 'HTTP/1.1 200 OK\nContent-Length: 2\nX:y\n\n', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: y\r\n\r\n'],
    ['no digit', `HTTP/1.1 2x0 OK\r\n${L}`, 'status'],
    ['stricter: two digits', `HTTP/1.1 20 OK\r\n${L}`, 'status'],
    ['stricter: four digits', `HTTP/1.1 2000 OK\r\n${L}`, 'status'],
    ['stricter: below 100', `HTTP/1.1 099 OK\r\n${L}`, 'status'],
    ['stricter: NUL', `HTTP/1.1 200 a\0b\r\n${L}`, 'status'],
    ['stricter: RTSP', `RTSP/1.0 200 OK\r\n${L}`, 'version'],
    ['another protocol', `ICY 200 OK\r\n${L}`, 'version'],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });
});

describe('fields', () => {
  test.each([
    ['fold', ok('X: a\r\n b\r\n'), ok('x: a   b\r\n')],
    ['bytes >= 0x80', ok('X: \xff\r\n'), ok('x: \xff\r\n')],
    ['stricter: NUL', ok('X: a\0\r\n'), 'header-value'],
    ['bare CR', ok('X: a\rb\r\n'), 'header-value'],
    ['name with a space', ok('X y: a\r\n'), 'header-name'],
    ['no colon', ok('Xy\r\n'), 'header-name'],
    ['list of equal lengths', ok('Content-Length: 2, 2\r\n'), ok('content-length: 2\r\n')],
    ['different lengths', ok('Content-Length: 2\r\nContent-Length: 3\r\n'), 'content-length'],
    [
      'chunked and length',
      ok('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'),
      ok('transfer-encoding: chunked\r\n'),
    ],
    ['gzip', ok('Transfer-Encoding: gzip\r\n'), 'transfer-encoding'],
    ['gzip, chunked', ok('Transfer-Encoding: gzip, chunked\r\n'), 'transfer-coding-unknown'],
    ['identity', ok('Transfer-Encoding: identity\r\nContent-Length: 2\r\n'), 'transfer-encoding'],
    ['close', ok('Connection: close\r\n'), ok('')],
    [
      'keep-alive',
      ok('Connection: keep-alive, X-Foo\r\nKeep-Alive: 5\r\n'),
      ok('connection: X-Foo\r\nkeep-alive: 5\r\n'),
    ],
    ['upgrade offered', ok('Connection: upgrade\r\nUpgrade: h2\r\n'), ok('connection: upgrade\r\nupgrade: h2\r\n')],
    ['te', ok('TE: a\r\n'), ok('')],
    ['repeated host is no matter', ok('Host: a\r\nHost: b c\r\n'), ok('host: a\r\nhost: b c\r\n')],
    ['too large', ok('x: ' + 'a'.repeat(15300) + '\r\n'), 'head-too-large'],
  ])('%s', (_, input, expected) => {
    expect(outcome(input)).toBe(expected);
  });

  test('accept-invalid-http-response', () => {
    expect(outcome(ok('X(y: a\r\n'), RELAXED)).toBe(ok('x(y: a\r\n'));
    expect(outcome(ok('X y: a\r\n'), RELAXED)).toBe('header-name');
  });
});

describe('framing', () => {
  const NONE = BodyFraming.None;
  const both = 'content-length: 2\r\n';
  test.each([
    ['HTTP/1.1 200 OK\r\n\r\n', Method.Get, BodyFraming.UntilClose, -1],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n', Method.Get, BodyFraming.Length, 2],
    ['HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', Method.Get, NONE, 0],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', Method.Get, BodyFraming.Chunked, -1],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n', Method.Head, NONE, 2],
    ['HTTP/1.1 200 OK\r\n\r\n', Method.Head, NONE, -1],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n', Method.Connect, BodyFraming.Tunnel, 2],
    ['HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\n', Method.Connect, BodyFraming.Length, 2],
    [`HTTP/1.1 204 No\r\n${both}\r\n`, Method.Get, NONE, -1],
    [`HTTP/1.1 304 No\r\n${both}\r\n`, Method.Get, NONE, 2],
    [`HTTP/1.1 103 Hints\r\n${both}\r\n`, Method.Get, NONE, -1],
    ['HTTP/1.1 101 S\r\n\r\n', Method.Get, BodyFraming.Tunnel, -1],
  ])('%j', (text, method, framing, contentLength) => {
    const head = response(text);
    head.answerTo(method);
    expect(head).toMatchObject({ framing, contentLength });
  });

  test.each([
    ['HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n', 'HTTP/1.1 204 No\r\n\r\n'],
    ['HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n', 'HTTP/1.1 204 No\r\n\r\n'],
    ['HTTP/1.1 304 No\r\nContent-Length: 2\r\n\r\n', 'HTTP/1.1 304 No\r\ncontent-length: 2\r\n\r\n'],
    ['HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n', 'HTTP/1.1 304 No\r\ntransfer-encoding: chunked\r\n\r\n'],
    [
      'HTTP/1.1 103 H\r\nContent-Length: 2\r\nConnection: close\r\nLink: y\r\n\r\n',
      'HTTP/1.1 103 H\r\nlink: y\r\n\r\n',
    ],
  ])('%j is sent as %j', (input, expected) => {
    expect(outcome(input)).toBe(expected);
  });

  const switching = 'HTTP/1.1 101 S\r\nconnection: Upgrade\r\nupgrade: websocket\r\n';
  test('a switch to WebSocket needs its accept field', () => {
    expect(outcome(switching + '\r\n')).toBe('websocket-key');
    expect(outcome(switching + 'sec-websocket-accept: x\r\n\r\n')).toBe(switching + 'sec-websocket-accept: x\r\n\r\n');
  });
});

describe('what the client is told', () => {
  test.each([
    [1, 1, false, ConnectionHeader.None],
    [1, 1, true, ConnectionHeader.Close],
    [1, 0, false, ConnectionHeader.KeepAlive],
    [1, 0, true, ConnectionHeader.Close],
    [0, 1, false, ConnectionHeader.KeepAlive],
    [0, 1, true, ConnectionHeader.None],
    [0, 0, false, ConnectionHeader.KeepAlive],
  ])('response 1.%i to a 1.%i client, close: %s', (minor, client, close, expected) => {
    expect(responseConnection(minor, client, close)).toBe(expected);
  });

  test('an ordinary response passes as it is', () => {
    expect(canForwardAsIs(response(`HTTP/1.1 200 OK\r\n${L}`), ConnectionHeader.None)).toBe(true);
    expect(canForwardAsIs(response(`HTTP/1.1 200\r\n${L}`), ConnectionHeader.None)).toBe(false);
  });
});
