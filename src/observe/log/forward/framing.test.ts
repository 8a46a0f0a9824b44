import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineFraming } from './framing.js';

function read(chunks: readonly string[], limit = 100, assumeLines = false): [lines: string[], understood: boolean] {
  const lines: string[] = [];
  const framing = new LineFraming(limit, assumeLines, (line) => lines.push(line));
  return [lines, chunks.every((chunk) => framing.push(chunk))];
}

/** As HAProxy 2.6 understands them; RFC 6587 section 3.4. */
describe('lines of a stream', () => {
  test.each([
    [['<1>a\n<2>b\n'], ['<1>a', '<2>b'], true],
    [['<1>a\r\n<2>b\r\n'], ['<1>a', '<2>b'], true],
    [['<1>a\0<2>b\n'], ['<1>a\0<2>b'], true],
    [['<1>no end'], [], true],
    [['4 <1>a6 <2>bcd'], ['<1>a', '<2>bcd'.slice(0, 6)], true],
    [['5 <1>a\n4 <2>b'], ['<1>a\n', '<2>b'], true],
    [['<1>a\n4 <2>b<3>c\n'], ['<1>a', '<2>b', '<3>c'], true],
    [['1', '2 <1>', 'hello xy', 'z<2', '>y\n'], ['<1>hello xyz', '<2>y'], true],
    [['hello\n'], [], false],
    [['\n<1>a\n'], [], false],
    [['07 <1>abcd'], [], false],
    [['0 <1>a'], [], false],
    [['4x <1>a'], [], false],
    [['4 <1>a\n'], ['<1>a'], false],
    [['101 <1>'], [], false],
    [['1234567890'], [], false],
    [[`<1>${'x'.repeat(99)}`], [], false],
  ])('%j', (chunks, lines, understood) => {
    expect(read(chunks)).toEqual([lines, understood]);
  });

  test('option assume-rfc6587-ntf', () => {
    expect(read(['hello\n4 <1>a\n'], 100, true)).toEqual([['hello', '4 <1>a'], true]);
  });
});

/** Lines in either framing, cut anywhere, come out as they went in. */
test('how a stream is cut makes no difference', () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 40,
  });
  const counted = text.map((line) => ({ line, sent: `${line.length} ${line}` })).filter(({ line }) => line !== '');
  const ended = text.map((line) => {
    const clean = `<1>${line.replaceAll(/[\n\r]/g, '')}`;
    return { line: clean, sent: `${clean}\n` };
  });
  const property = fc.property(
    fc.array(fc.oneof(counted, ended), { maxLength: 8 }),
    fc.array(fc.nat(400), { maxLength: 6 }),
    (lines, cuts) => {
      const stream = lines.map(({ sent }) => sent).join('');
      const places = [0, ...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length];
      const chunks = places.slice(1).map((end, index) => stream.slice(places[index], end));
      expect(read(chunks)).toEqual([lines.map(({ line }) => line), true]);
    },
  );
  fc.assert(property);
});

test('whatever is sent is understood or not, but nothing is thrown', () => {
  const text = fc.string({
    unit: fc.constantFrom('<', '>', '1', '0', ' ', '\n', '\r', '\0', 'x', '\xff'),
    maxLength: 60,
  });
  const property = fc.property(fc.array(text, { maxLength: 4 }), (chunks) => {
    const [lines] = read(chunks, 20);
    expect(lines.every((line) => line.length <= 20)).toBe(true);
  });
  fc.assert(property);
});
