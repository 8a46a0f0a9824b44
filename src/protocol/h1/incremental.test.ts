import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionHeader } from './connection.js';
import { H1Request, H1Response } from './head.js';
import { parseRequest, parseResponse, ParseResult } from './parser.js';
import { latin1, LIMITS } from './testing.js';
import { requestHeadText, responseHeadText } from './writer.js';

/** Parses a request that arrives in pieces, each time in another buffer and at another place in it. */
function inPieces(text: string, cuts: readonly number[]): string {
  const head = new H1Request();
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].toSorted((a, b) => a - b);
  let shift = 0;
  let kept = '';
  let fed = 0;
  for (const end of [...ends, text.length]) {
    const buffer = latin1('-'.repeat(shift) + kept + text.slice(fed, end));
    const result = parseRequest(head, buffer, shift, buffer.length, LIMITS);
    kept = buffer.latin1Slice(shift, buffer.length);
    fed = end;
    shift = (shift + 3) % 7;
    if (result === ParseResult.Invalid) return `${head.error}@${head.errorAt}`;
    if (result === ParseResult.Complete)
      return `${head.end - head.origin} ${requestHeadText(head, ConnectionHeader.None)}`;
  }
  return 'incomplete';
}

const piece = fc.constantFrom(
  'GET ',
  'POST ',
  '/ ',
  '* ',
  'HTTP/1.1',
  'HTTP/1.0',
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  'Host: a\r\n',
  'host:\r\n a\r\n',
  'Content-Length: 2\r\n',
  'content-length: 2, 2\r\n',
  'Transfer-Encoding: chunked\r\n',
  'X: a\r\n b\r\n',
  'x',
  '\0',
  '\xff',
  'Connection: close\r\n',
  'GET / HTTP/1.1\r\n',
  'GET http://a:80/ HTTP/1.1\r\n',
  '\r\n\r\n',
  'upgrade: websocket\r\n',
);
const roughly = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const plausible = roughly.map((rest) => `GET / HTTP/1.1\r\n${rest}\r\n\r\n`);

describe('whatever the pieces, the result is the same', () => {
  test.each([
    ['near-requests', roughly],
    ['requests', plausible],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(300), { maxLength: 6 }), (text, cuts) => {
        expect(inPieces(text, cuts)).toBe(inPieces(text, []));
      }),
      { numRuns: 1500 },
    );
  });

  test('byte by byte', () => {
    const text =
      '\r\nGET http://a:80/x HTTP/1.1\r\nHost:  a:80 \r\nX: a\r\n b\r\nContent-Length: 02\r\nConnection: close\r\n\r\n';
    expect(
      inPieces(
        text,
        Array.from(text, (_, i) => i),
      ),
    ).toBe(inPieces(text, []));
    expect(inPieces(text, [])).toContain('GET http://a/x HTTP/1.1\r\nhost: a\r\nx: a   b\r\ncontent-length: 2\r\n\r\n');
  });
});

describe('arbitrary bytes', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    roughly.map(latin1),
    fc.tuple(plausible, fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
      const mutated = latin1(text);
      mutated[at % mutated.length] = byte;
      return mutated;
    }),
  );
  test('never throw, and what is accepted can be sent and is accepted again', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const head = new H1Request();
        const buffer = Buffer.from(input);
        if (parseRequest(head, buffer, 0, buffer.length, LIMITS) !== ParseResult.Complete) return;
        const sent = requestHeadText(head, ConnectionHeader.None);
        const again = new H1Request();
        const copy = latin1(sent);
        expect(parseRequest(again, copy, 0, copy.length, LIMITS)).toBe(ParseResult.Complete);
        expect([again.end, again.framing, again.contentLength]).toEqual([
          copy.length,
          head.framing,
          head.contentLength,
        ]);
        expect(requestHeadText(again, ConnectionHeader.None)).toBe(sent);
      }),
      { numRuns: 2000 },
    );
  });

  test('never throw as responses either', () => {
    const responses = fc.oneof(
      bytes,
      roughly.map((rest) => latin1(`HTTP/1.1 200 OK\r\n${rest}\r\n\r\n`)),
    );
    fc.assert(
      fc.property(responses, (input) => {
        const head = new H1Response();
        const buffer = Buffer.from(input);
        if (parseResponse(head, buffer, 0, buffer.length, LIMITS) !== ParseResult.Complete) return;
        const sent = latin1(responseHeadText(head, ConnectionHeader.None));
        expect(parseResponse(new H1Response(), sent, 0, sent.length, LIMITS)).toBe(ParseResult.Complete);
      }),
      { numRuns: 2000 },
    );
  });
});
