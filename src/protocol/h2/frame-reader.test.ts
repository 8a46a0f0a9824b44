import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PREFACE } from './codes.js';
import { FrameReader, type FrameSink } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';

/** Writes down what a reader finds; data is joined. */
class Notes implements FrameSink {
  deaf = false;
  readonly lines: string[] = [];
  #data = '';

  dataFrame(stream: number, length: number, size: number, endStream: boolean): void {
    this.lines.push(`data ${stream} ${length} ${size} ${endStream}`);
  }
  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    // as RequestBody does it: what was read before may be written over
    if (first) buffer.fill(0, start - 9, start);
    this.#data += buffer.latin1Slice(start, end);
    if (last) {
      this.lines.push(this.#data);
      this.#data = '';
    }
  }
  fieldBlock(stream: number, block: Buffer, start: number, end: number, endStream: boolean): void {
    this.lines.push(`block ${stream} ${block.latin1Slice(start, end)} ${endStream}`);
  }
  frame(type: number, flags: number, stream: number, buffer: Buffer, start: number, end: number): void {
    this.lines.push(`frame ${type} ${flags} ${stream} ${buffer.latin1Slice(start, end)}`);
  }
  fail(code: number): void {
    this.lines.push(`fail ${code}`);
    this.deaf = true;
  }
}

function frame(type: number, flags: number, stream: number, payload = ''): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, Buffer.from(payload, 'latin1')]);
}

/** Given in pieces that end at the cuts. */
function read(bytes: Buffer, cuts: readonly number[] = [], server = false): string[] {
  const notes = new Notes();
  const reader = new FrameReader(notes, server);
  let at = 0;
  for (const cut of [...new Set([...cuts, bytes.length])].toSorted((a, b) => a - b)) {
    if (cut > bytes.length || notes.deaf) break;
    // of its own, as the shared read buffer will be used for something else
    const piece = Buffer.from(bytes.subarray(at, cut));
    reader.receive(piece, piece.length);
    piece.fill(0xaa);
    at = cut;
  }
  return notes.lines;
}

const SETTINGS = frame(4, 0, 0);
const EVERYTHING = Buffer.concat([
  PREFACE,
  SETTINGS,
  frame(1, 0x4, 1, 'block'),
  frame(0, 0, 1, 'some data'),
  frame(0, 0x9, 1, '\x02more\0\0'),
  frame(1, 0x1, 3, 'first '),
  frame(9, 0, 3, 'second '),
  frame(9, 0x4, 3, 'third'),
  frame(1, 0x2c, 5, '\x01\0\0\0\x03\x10padded\0'),
  frame(0, 0, 3),
  frame(6, 0, 0, '12345678'),
  frame(0x77, 1, 9, 'unknown'),
]);
const FOUND = [
  'frame 4 0 0 ',
  'block 1 block false',
  'data 1 9 9 false',
  'some data',
  'data 1 7 4 true',
  'more',
  'block 3 first second third true',
  'block 5 padded false',
  'data 3 0 0 false',
  'frame 6 0 0 12345678',
  'frame 119 1 9 unknown',
];

describe('frames', () => {
  test('of all kinds', () => {
    expect(read(EVERYTHING, [], true)).toEqual(FOUND);
  });

  test('in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(EVERYTHING.length), { maxLength: 30 }), (cuts) => {
        expect(read(EVERYTHING, cuts, true)).toEqual(FOUND);
      }),
    );
  });

  test('byte by byte', () => {
    expect(read(EVERYTHING, [...EVERYTHING.keys()], true)).toEqual(FOUND);
  });

  test.each([
    ['no preface', Buffer.from('GET / HTTP/1.1\r\n'), 'fail 1'],
    ['no SETTINGS at first', Buffer.concat([PREFACE, frame(6, 0, 0, '12345678')]), 'fail 1'],
  ])('%s', (_name, bytes, line) => {
    expect(read(bytes, [], true)).toEqual([line]);
  });

  test.each([
    ['too large a frame', frame(0, 0, 1, 'x'.repeat(16_385)), 'fail 6'],
    ['DATA on stream 0', frame(0, 0, 0, 'x'), 'fail 1'],
    ['padding beyond the frame', frame(0, 8, 1, '\x05ab'), 'fail 1'],
    ['padding without its length', frame(0, 8, 1), 'fail 6'],
    ['HEADERS with padding without its length', frame(1, 0xc, 1), 'fail 6'],
    ['HEADERS on stream 0', frame(1, 4, 0, 'x'), 'fail 1'],
    ['CONTINUATION alone', frame(9, 4, 1, 'x'), 'fail 1'],
    ['another frame within a block', Buffer.concat([frame(1, 0, 1, 'x'), frame(6, 0, 0, '12345678')]), 'fail 1'],
    ['CONTINUATION of another stream', Buffer.concat([frame(1, 0, 1, 'x'), frame(9, 4, 3, 'x')]), 'fail 1'],
    ['a stream depending on itself', frame(1, 0x24, 1, '\0\0\0\x01\0x'), 'fail 1'],
    ['endless continuations', Buffer.concat([frame(1, 0, 1, 'x'), ...Array.from({ length: 40 }, () => frame(9, 0, 1))]), 'fail 11'],
    ['too large a block', Buffer.concat([frame(1, 0, 1, 'x'), ...Array.from({ length: 5 }, () => frame(9, 0, 1, 'x'.repeat(16_000)))]), 'fail 11'],
  ])('refuses %s', (_name, bytes, line) => {
    expect(read(Buffer.concat([SETTINGS, bytes])).at(-1)).toBe(line);
  }); // prettier-ignore

  test('nothing by crashing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(10), fc.nat(255), fc.nat(6), fc.string({ maxLength: 40 })), { maxLength: 20 }), (frames) => {
        read(Buffer.concat([SETTINGS, ...frames.map(([type, flags, stream, text]) => frame(type, flags, stream, text))]));
      }),
    ); // prettier-ignore
  });
});

describe('what is written is read', () => {
  const written = (write: (writer: FrameWriter) => void): string[] => {
    const pieces: Buffer[] = [];
    const writer = new FrameWriter((buffer, end) => pieces.push(Buffer.from(buffer.subarray(0, end))));
    writer.settings([[1, 2]]);
    write(writer);
    writer.flush();
    return read(Buffer.concat(pieces)).slice(1);
  };

  test.each<[string, (writer: FrameWriter) => void, string[]]>([
    ['PING', (writer) => writer.pong(Buffer.from('012345678'), 1), ['frame 6 1 0 12345678']],
    ['WINDOW_UPDATE', (writer) => writer.windowUpdate(5, 0x41424344), ['frame 8 0 5 ABCD']],
    ['RST_STREAM', (writer) => writer.reset(5, 8), ['frame 3 0 5 \0\0\0\x08']],
    ['GOAWAY', (writer) => writer.goAway(7, 11), ['frame 7 0 0 \0\0\0\x07\0\0\0\x0b']],
    ['SETTINGS', (writer) => writer.settings([[4, 9]]), ['frame 4 0 0 \0\x04\0\0\0\x09']],
    ['DATA', (writer) => void writer.data(3, Buffer.from('abcdef'), 1, 4, true), ['data 3 3 3 true', 'bcd']],
    ['an end that is known later', (writer) => writer.endStream(writer.data(3, Buffer.from('x'), 0, 1, false)), ['data 3 1 1 true', 'x']],
    ['a block in several frames', (writer) => void writer.headers(3, Buffer.alloc(40_000, 'x'), 40_000, true, 16_384), [`block 3 ${'x'.repeat(40_000)} true`]],
    ['more than the buffer holds', (writer) => { for (let i = 0; i < 10; i++) writer.data(1, Buffer.alloc(16_384, 'y'), 0, 16_384, false); }, Array.from({ length: 10 }, () => ['data 1 16384 16384 false', 'y'.repeat(16_384)]).flat()],
  ])('%s', (_name, write, lines) => {
    expect(written(write)).toEqual(lines);
  }); // prettier-ignore
});
