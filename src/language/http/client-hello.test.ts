import { expect, test } from 'vitest';
import { readHello } from './client-hello.js';

/** @param body of the ALPN extension, latin1 */
function helloWith(body: string): string {
  const uint16 = (value: number): string => String.fromCharCode(value >> 8, value & 255);
  const extension = `\x00\x10${uint16(body.length)}${body}`;
  const rest = `\x03\x03${'r'.repeat(32)}\x00\x00\x02\x13\x01\x01\x00${uint16(extension.length)}${extension}`;
  const handshake = `\x01\x00${uint16(rest.length)}${rest}`;
  return `\x16\x03\x01${uint16(handshake.length)}${handshake}`;
}

/** As haproxy 2.6, which takes no other than the first (manual 7.3.5 `req.ssl_alpn`). */
test.each([
  ['several', '\x00\x0c\x02h2\x08http/1.1', 'h2'],
  ['one', '\x00\x03\x02h2', 'h2'],
  ['cut off', '\x00\x03\x05h2', undefined],
  ['none', '', undefined],
])('protocols of a hello: %s', (_what, body, expected) => {
  const hello = readHello(helloWith(body));
  expect(typeof hello).toBe('object');
  expect(hello).toMatchObject({ alpn: expected });
});
