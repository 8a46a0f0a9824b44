import { expect, test } from 'vitest';
import { badMessageText, dump } from './bad-messages.js';

test('bytes as the manual prints them: 79 columns, a plus before what goes on', () => {
  const bytes = Buffer.from(`GET /x\x01y\\ \x1b HTTP/1.1\r\nX-long: ${'z'.repeat(70)}\r\n\t\x80\n`, 'latin1');
  expect([...dump(bytes)]).toEqual([
    '  00000  GET /x\\x01y\\\\ \\e HTTP/1.1\\r\\n\n',
    `  00022  X-long: ${'z'.repeat(62)}\n`,
    `  00092+ ${'z'.repeat(8)}\\r\\n\n`,
    '  00102  \\t\\x80\\n\n',
  ]);
});

test('what is said of a response', () => {
  const text = [
    ...badMessageText(
      {
        direction: 'response',
        date: 0,
        event: 3,
        bytes: Buffer.from('FOO bar\r\n'),
        errorAt: 4,
        error: 'status',
        source: { address: '127.0.0.1', port: 99, family: 4 },
        frontend: { name: 'fe', id: 2 },
        backend: { name: 'be', id: 4 },
        server: { name: 's1', id: 1 },
      },
      16384,
    ),
  ].join('');
  expect(text).toMatch(
    /^ \n\[.*\] backend be \(#4\): invalid response\n {2}frontend fe \(#2\), server s1 \(#1\), event #3, src 127.0.0.1:99\n/,
  );
  expect(text).toContain('\n  len 9, wraps at 16336, error at position 4\n');
  expect(text).toContain('\n  H1 msg state MSG_RPCODE(12), ');
  expect(text).toMatch(/\n {2}\n {2}00000 {2}FOO bar\\r\\n\n$/);
});
