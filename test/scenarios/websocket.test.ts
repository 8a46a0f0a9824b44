import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { nodePath } from '../support/environment.js';
import { run } from '../support/program.js';
import { startProxy } from '../support/proxy.js';

/** A real WebSocket client (Node's own, in a process of its own) and a server behind the proxy. */

const CONFIG = `global
 nbthread 1
defaults
 mode http
 timeout connect 5s
 timeout client 10s
 timeout server 10s
 timeout tunnel 1h
frontend f
 bind 127.0.0.1:{web}
 default_backend b
backend b
 server s 127.0.0.1:{origin} ws auto
`;

/** Opens, says three things of different sizes, closes when it has heard all three, and prints what it heard. */
const CLIENT = `
const socket = new WebSocket(process.argv[1], 'chat');
const heard = [];
socket.onopen = () => { for (const size of [5, 300, 70000]) socket.send('x'.repeat(size)); };
socket.onmessage = ({ data }) => { if (heard.push(data.length) === 3) socket.close(1000, 'done'); };
socket.onerror = () => { console.log('error'); process.exit(1); };
socket.onclose = ({ code, reason }) => console.log(JSON.stringify({ heard, code, reason, protocol: socket.protocol }));
`;

const TEXT = 1;
const CLOSE = 8;

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/** The first masked frame in `bytes` (RFC 6455 section 5.2), undefined = it is not complete. */
function takeFrame(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1] & 127;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extra + 4) return undefined;
  const length = extra === 2 ? bytes.readUInt16BE(2) : extra === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  const start = 2 + extra + 4;
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let i = 0; i < length; i++) payload[i] ^= bytes[start - 4 + (i & 3)];
  return { opcode: bytes[0] & 15, payload, size: start + length };
}

/** Says everything back. */
function echo(socket: Duplex, first: Buffer): void {
  let bytes = first;
  const serve = (): void => {
    for (let next = takeFrame(bytes); next !== undefined; next = takeFrame(bytes)) {
      bytes = bytes.subarray(next.size);
      if (next.opcode === TEXT || next.opcode === CLOSE) socket.write(frame(next.opcode, next.payload));
      if (next.opcode === CLOSE) socket.end();
    }
  };
  socket.on('error', () => {});
  socket.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    serve();
  });
  serve();
}

function upgrade(request: IncomingMessage, socket: Duplex, first: Buffer): void {
  const key = String(request.headers['sec-websocket-key']);
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  echo(socket, first);
}

test("Node's WebSocket client talks through the proxy", async () => {
  const server = createServer().on('upgrade', upgrade);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(() => void server.close());
  const address = server.address();
  const origin = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy = await startProxy(CONFIG, { values: { origin } });
  const url = `ws://127.0.0.1:${proxy.port('web')}/chat`;
  const { stdout, stderr } = await run(nodePath, ['--experimental-websocket', '--no-warnings', '-e', CLIENT, url]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ heard: [5, 300, 70_000], code: 1000, reason: 'done', protocol: 'chat' });
});
