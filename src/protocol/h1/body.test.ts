import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyFraming } from '../../core/message.js';
import { BodyReader } from './body.js';
import { latin1 } from './testing.js';

interface Read {
  /** Payload. */
  data: string;
  /** What would be sent on. */
  sent: string;
  /** What is left after the body. */
  rest: string;
  done: boolean;
  error: string;
}

/** Reads a body that arrives in pieces of the given sizes (the last one repeats). */
function read(
  text: string,
  framing = BodyFraming.Chunked,
  length = -1,
  sizes = [text.length || 1],
  drop = false,
): Read {
  const reader = new BodyReader();
  reader.start(framing, length, 101, 15360, drop);
  const result: Read = { data: '', sent: '', rest: '', done: reader.done, error: '' };
  let at = 0;
  for (let i = 0; at < text.length && !reader.done && reader.error === ''; i++) {
    const stop = Math.min(text.length, at + Math.max(1, sizes[Math.min(i, sizes.length - 1)]));
    const buffer = latin1('--' + text.slice(at, stop) + '--');
    const end = reader.feed(buffer, 2, buffer.length - 2);
    result.data += reader.data.text(buffer);
    result.sent += reader.clean ? buffer.latin1Slice(2, end) : reader.forward.text(buffer);
    at += end - 2;
    expect(at === stop || reader.done || reader.error !== '').toBe(true);
  }
  return { ...result, rest: text.slice(at), done: reader.done, error: reader.error };
}

describe('framing', () => {
  test.each([
    ['none', BodyFraming.None, -1, 'GET', '', 'GET', true],
    ['length 0', BodyFraming.Length, 0, 'GET', '', 'GET', true],
    ['length', BodyFraming.Length, 5, 'helloGET', 'hello', 'GET', true],
    ['length, not all there', BodyFraming.Length, 9, 'hello', 'hello', '', false],
    ['until close', BodyFraming.UntilClose, -1, 'hello', 'hello', '', false],
    ['tunnel', BodyFraming.Tunnel, -1, 'hello', 'hello', '', false],
  ])('%s', (_, framing, length, text, data, rest, done) => {
    for (const sizes of [[100], [1], [2, 1]])
      expect(read(text, framing, length, sizes)).toEqual({ data, sent: data, rest, done, error: '' });
  });
});

describe('chunked: rows from HAProxy 2.6.12 unless marked', () => {
  const END = '0\r\n\r\n';
  test.each([
    ['one', `2\r\nab\r\n${END}`, 'ab', `2\r\nab\r\n${END}`],
    ['empty', END, '', END],
    ['upper and lower case', `A\r\n0123456789\r\na\r\n0123456789\r\n${END}`, '01234567890123456789', undefined],
    ['leading zeros', `002\r\nab\r\n00\r\n\r\n`, 'ab', '002\r\nab\r\n00\r\n\r\n'],
    ['blanks after the size', `2 \t \r\nab\r\n${END}`, 'ab', `2\r\nab\r\n${END}`],
    ['extensions', `2;a=b;c="d e"\r\nab\r\n0;x\r\n\r\n`, 'ab', `2\r\nab\r\n${END}`],
    ['blanks and extension', `2 ;a\r\nab\r\n${END}`, 'ab', `2\r\nab\r\n${END}`],
    ['a quoted line end is a line end', `2;a="\r\nab\r\n${END}`, 'ab', `2\r\nab\r\n${END}`],
    ['trailers', `2\r\nab\r\n0\r\nX-T: a b\r\nY:c\r\n\r\n`, 'ab', '2\r\nab\r\n0\r\nx-t: a b\r\ny:c\r\n\r\n'],
  ])('%s', (_, text, data, sent = text) => {
    for (const sizes of [[1000], [1], [3, 1, 2]])
      expect(read(text + 'GET', BodyFraming.Chunked, -1, sizes)).toEqual({
        data,
        sent,
        rest: 'GET',
        done: true,
        error: '',
      });
  });

  test.each([
    ['sign', `+2\r\nab\r\n`, 'chunk-size'],
    ['0x', `0x2\r\nab\r\n`, 'chunk-size'],
    ['leading space', ` 2\r\nab\r\n`, 'chunk-size'],
    ['empty', `\r\nab\r\n`, 'chunk-size'],
    ['junk after blanks', `2 x\r\nab\r\n`, 'chunk-size'],
    ['overflow', 'fffffffffffffffff\r\n', 'chunk-size'],
    ['more than 4 PiB', '10000000000001\r\n', 'chunk-size'],
    ['stricter: 17 digits', '00000000000000002\r\nab\r\n', 'chunk-size'],
    ['stricter: LF after the size', `2\nab\r\n`, 'chunk-size'],
    ['CR without LF', `2\rab\r\n`, 'chunk-size'],
    ['stricter: LF in an extension', `2;a\nab\r\n`, 'chunk-extension'],
    ['stricter: control character', `2;\x01\r\nab\r\n`, 'chunk-extension'],
    ['CR in an extension', `2;a\rb\r\nab\r\n`, 'chunk-size'],
    ['endless extension', '2;' + 'a'.repeat(20000), 'chunk-extension'],
    ['no line end after the data', `2\r\nab0\r\n\r\n`, 'chunk-end'],
    ['stricter: LF after the data', `2\r\nab\n0\r\n\r\n`, 'chunk-end'],
    ['stricter: LF at the end', `0\r\n\n`, 'trailer'],
    ['trailer with a space', '0\r\nX T: a\r\n\r\n', 'trailer'],
    ['trailer without colon', '0\r\nXT\r\n\r\n', 'trailer'],
    ['trailer without name', '0\r\n: a\r\n\r\n', 'trailer'],
    ['long name', `0\r\n${'x'.repeat(256)}: a\r\n\r\n`, 'trailer'],
    ['bare CR in a trailer', '0\r\nx: a\rb\r\n\r\n', 'trailer'],
    ['stricter: NUL in a trailer', '0\r\nx: \0\r\n\r\n', 'trailer'],
    ['stricter: folded trailer', '0\r\nx: a\r\n b\r\n\r\n', 'trailer'],
    ['too many trailers', `0\r\n${'x: a\r\n'.repeat(101)}\r\n`, 'trailers-too-large'],
    ['too large trailers', `0\r\nx: ${'a'.repeat(20000)}\r\n\r\n`, 'trailers-too-large'],
  ])('%s', (_, text, error) => {
    for (const sizes of [[100000], [1]])
      expect(read(text, BodyFraming.Chunked, -1, sizes)).toMatchObject({ done: false, error });
  });

  test('nothing after the offending byte is counted or sent', () => {
    expect(read('2\r\nab\r\n2\r\ncdX')).toMatchObject({ data: 'abcd', sent: '2\r\nab\r\n2\r\ncd', rest: 'X' });
  });

  test('trailers can be left out', () => {
    const text = '2\r\nab\r\n0\r\nx: a\r\ny: b\r\n\r\n';
    for (const sizes of [[1000], [1], [14, 3]])
      expect(read(text, BodyFraming.Chunked, -1, sizes, true).sent).toBe('2\r\nab\r\n0\r\n\r\n');
  });
});

/** What a chunked body means, from RFC 9112 section 7.1 without regard for pieces; undefined = refused or not complete. */
function model(text: string): { data: string; sent: string; rest: string } | undefined {
  let rest = text;
  let data = '';
  let sent = '';
  for (;;) {
    const size = /^([0-9a-fA-F]{1,13})(?:[ \t]*|[ \t]*;[^\0-\x08\n-\x1f\x7f]*)\r\n/.exec(rest);
    if (size === null) return undefined;
    const length = parseInt(size[1], 16);
    rest = rest.slice(size[0].length);
    sent += `${size[1]}\r\n`;
    if (length === 0) break;
    if (rest.slice(length, length + 2) !== '\r\n') return undefined;
    data += rest.slice(0, length);
    sent += rest.slice(0, length + 2);
    rest = rest.slice(length + 2);
  }
  const trailers = /^(?:[\w!#$%&'*+.^`|~-]{1,255}:[^\r\n\0]*\r\n)*\r\n/.exec(rest);
  if (trailers === null) return undefined;
  sent += trailers[0].replace(/^[^:]+:/gm, (name) => name.toLowerCase());
  return { data, sent, rest: rest.slice(trailers[0].length) };
}

test('agrees with the naive model for any body in any pieces', () => {
  const chunk = fc
    .tuple(
      fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }),
      fc.constantFrom('', ' ', ';a', ' ;a=b', '\t', ' x', ';\x01'),
    )
    .map(([data, extension]) => `${data.length.toString(16)}${extension}\r\n${data}\r\n`);
  const piece = fc.oneof(
    { weight: 6, arbitrary: chunk },
    fc.constantFrom('0\r\n', '\r\n', 'X: y\r\n', '\n', '1\r', ';', 'G'),
  );
  const body = fc
    .tuple(fc.array(piece, { maxLength: 6 }), fc.constantFrom('0\r\n\r\n', '0;e\r\nT: u\r\n\r\n', ''))
    .map(([p, end]) => p.join('') + end);
  fc.assert(
    fc.property(body, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (text, sizes) => {
      const expected = model(text);
      const actual = read(text, BodyFraming.Chunked, -1, sizes);
      expect(actual.done ? actual : undefined).toEqual(expected && { ...expected, done: true, error: '' });
    }),
    { numRuns: 3000 },
  );
});
