import { expect, test } from 'vitest';
import { adjustCase } from './header-case.js';

const NAMES = new Map([
  ['content-length', 'Content-Length'],
  ['x-a', 'X-A'],
  ['post /x', 'POST /X'],
]);

test.each([
  ['POST /x:1 HTTP/1.1\r\ncontent-length: 5\r\nx-a: x-a: 1\r\nx-b: 2\r\n\r\n', 'POST /x:1 HTTP/1.1\r\nContent-Length: 5\r\nX-A: x-a: 1\r\nx-b: 2\r\n\r\n'],
  ['HTTP/1.1 200 OK\r\nX-a: 1\r\n\r\nx-a: body\r\nx-a: body', 'HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nx-a: body\r\nx-a: body'],
  ['HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
])('%j', (text, adjusted) => expect(adjustCase(text, NAMES)).toBe(adjusted)); // prettier-ignore
