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
