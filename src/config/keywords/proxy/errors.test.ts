import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readProxy } from '../testing.js';

const folder = mkdtempSync(join(tmpdir(), 'errorfile-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: string) {
  const path = join(folder, 'reply.http');
  writeFileSync(path, content, 'latin1');
  const outcome = readProxy(`errorfile 503 ${path}`);
  return { error: outcome.error?.replace(path, 'FILE'), reply: outcome.model.errorReplies.get(503) };
}

test.each([
  ['HTTP/1.0 503 x\r\nContent-Type: text/html\r\n\r\nb\u00e9'],
  ['HTTP/1.0 503 x\nContent-Length: 2\n\nhi'],
  ['HTTP/1.1 200 OK\r\n\r\n'],
  [''],
])('%j', (content) => {
  expect(read(content)).toMatchObject({ error: undefined, reply: { kind: 'file', content } });
});

/** Complaints of 2.6.12. */
test.each([
  ['hello', "errorfile : 'FILE': unable to parse headers (error offset: 0)"],
  [
    'HTTP/1.0 503 x\r\nContent-length: 5\r\n\r\nhi',
    "errorfile : 'FILE': payload size does not match the announced content-length (2 != 5)",
  ],
  [`HTTP/1.0 503 x\r\n\r\n${'a'.repeat(20_000)}`, "errorfile : 'FILE': unable to add payload into the HTX message"],
])('%.20s…', (content, complaint) => {
  expect(read(content).error).toBe(complaint);
});

test('a folder is no reply', () => {
  expect(readProxy(`errorfile 503 ${folder}`).error).toBe(`errorfile : error reading file '${folder}'.`);
});

test('offline, files are not opened', () => {
  expect(readProxy('errorfile 503 /nonexistent', undefined, { offline: true }).error).toBeUndefined();
});
