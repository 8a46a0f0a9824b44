import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { atEnd } from './cleanup.js';

/** A server of WebSockets (RFC 6455) that says everything back. */

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
  const wanted = request.headers['sec-websocket-protocol'];
  const agreed = wanted === undefined ? '' : `Sec-WebSocket-Protocol: ${wanted}\r\n`;
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${agreed}Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  echo(socket, first);
}

/** @returns its port */
export async function webSocketOrigin(): Promise<number> {
  const server = createServer().on('upgrade', upgrade);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
