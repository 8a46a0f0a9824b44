import { describe, expect, test } from 'vitest';
import { ConnectionHeader } from './connection.js';
import { reasonPhrase } from './reasons.js';
import { replyText } from './writer.js';

const reply = (status: number, headers: [string, string][] = [], body = '', reason = '') => ({
  status,
  reason,
  headers,
  body,
});
const { None, Close, KeepAlive } = {
  None: ConnectionHeader.None,
  Close: ConnectionHeader.Close,
  KeepAlive: ConnectionHeader.KeepAlive,
};
const HI = reply(200, [['X-A', 'b'], ['content-type', 'text/plain']], 'hi'); // prettier-ignore

describe('answers of the proxy itself, as HAProxy 2.6.12 writes them', () => {
  test.each([
    ['return', HI, None, 'HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nhi'],
    [
      'closing',
      HI,
      Close,
      'HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nhi',
    ],
    [
      'to 1.0',
      HI,
      KeepAlive,
      'HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 2\r\ncontent-type: text/plain\r\nconnection: keep-alive\r\n\r\nhi',
    ],
    [
      'without body',
      reply(429, [['x-b', 'c']]),
      None,
      'HTTP/1.1 429 Too Many Requests\r\nx-b: c\r\ncontent-length: 0\r\n\r\n',
    ],
    [
      'redirect',
      reply(
        302,
        [
          ['location', '/x'],
          ['cache-control', 'no-cache'],
        ],
        '',
        'Found',
      ),
      None,
      'HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: /x\r\ncache-control: no-cache\r\n\r\n',
    ],
    ['204', reply(204), None, 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', reply(304), None, 'HTTP/1.1 304 Not Modified\r\ncontent-length: 0\r\n\r\n'],
    ['own length', reply(200, [['Content-Length', '2']], 'hi'), None, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'],
  ] as const)('%s', (_, answer, connection, expected) => {
    expect(replyText(answer, false, connection)).toBe(expected);
    const head = expected.slice(0, expected.indexOf('\r\n\r\n') + 4);
    expect(replyText(answer, true, connection)).toBe(head);
  });

  test('an errorfile is sent as it is', () => {
    const raw = 'HTTP/1.0 503 Oops\nX: y\n\n<html>';
    expect(replyText({ ...HI, raw }, false, Close)).toBe(raw);
    expect(replyText({ ...HI, raw }, true, Close)).toBe('HTTP/1.0 503 Oops\nX: y\n\n');
  });

  test.each([
    [200, 'OK'],
    [502, 'Bad Gateway or Proxy Error'],
    [299, 'Success'],
    [399, 'Redirection'],
    [498, 'Client Error'],
    [599, 'Server Error'],
    [777, 'Other'],
  ])('phrase of %i', (status, phrase) => {
    expect(reasonPhrase(status)).toBe(phrase);
  });
});
