import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readClientHello } from './client-hello.js';

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const vector16 = (bytes: readonly number[]): number[] => [...u16(bytes.length), ...bytes];
const vector8 = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];
const extension = (kind: number, data: readonly number[]): number[] => [...u16(kind), ...vector16(data)];

function message(serverName: string): number[] {
  const name = [...Buffer.from(serverName)];
  const extensions = [
    ...extension(0, vector16([0, ...vector16(name)])),
    ...extension(10, vector16([...u16(29), ...u16(23)])),
    ...extension(11, vector8([0])),
    ...extension(13, vector16([...u16(0x0403), ...u16(0x0804)])),
  ];
  const random = Array.from({ length: 32 }, (_, index) => index);
  const ciphers = vector16([...u16(0x1301), ...u16(0xc02b)]);
  const body = [3, 3, ...random, ...vector8([]), ...ciphers, ...vector8([0]), ...vector16(extensions)];
  return [1, 0, ...u16(body.length), ...body];
}

const record = (part: readonly number[]): number[] => [22, 3, 1, ...vector16(part)];
const bytes = (...parts: readonly number[][]): Buffer => Buffer.from(parts.flat());

describe('a client hello', () => {
  const whole = message('WWW.Example.COM');
  const expected = {
    version: 0x0303,
    serverName: 'WWW.Example.COM',
    ciphers: Buffer.from([0x13, 0x01, 0xc0, 0x2b]),
    extensions: Buffer.from([0, 0, 0, 10, 0, 11, 0, 13]),
    groups: Buffer.from([0, 29, 0, 23]),
    pointFormats: Buffer.from([0]),
    signatures: Buffer.from([4, 3, 8, 4]),
  };

  test('in one record', () => expect(readClientHello(bytes(record(whole)))).toMatchObject(expected));

  test('in several records, with more behind it', () => {
    const split = bytes(record(whole.slice(0, 3)), record(whole.slice(3, 50)), record([...whole.slice(50), 9, 9]));
    expect(readClientHello(split)).toMatchObject(expected);
  });

  test('every beginning of it is short', () => {
    const all = bytes(record(whole));
    for (let length = 0; length < all.length; length++) {
      expect(readClientHello(all.subarray(0, length))).toBe('short');
    }
  });

  test.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['another handshake message', bytes(record([2, 0, 0, 1, 0]))],
    ['a record that is too long', Buffer.from([22, 3, 1, 0xff, 0xff, 1])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a message that is too long', bytes(record([1, 0xff, 0xff, 0xff]))],
    ['a list that goes beyond the end', bytes(record([1, 0, 0, 40, 3, 3, ...Array.from({ length: 38 }, () => 255)]))],
  ])('%s is none', (_name, input) => expect(readClientHello(input)).toBeUndefined());

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(whole.length), fc.nat(255), (noise, at, value) => {
        const changed = [...whole];
        changed[at] = value;
        readClientHello(Buffer.from(noise));
        readClientHello(bytes(record(changed)));
        readClientHello(bytes(record([...noise])));
      }),
    );
  });
});
