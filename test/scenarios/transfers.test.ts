import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { fieldOf } from '../support/http-message.js';
import { RecordingOrigin, sends, ok } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

const SIZE = 64 << 20;
/** Kernel buffers on both sides of both connections, the proxy's own, and what garbage collection lets wait. */
const ALLOWANCE = 40 << 20;

const CONFIG = `defaults
 mode {mode}
 timeout connect 1s
 timeout client 20s
 timeout server 20s
listen f
 bind 127.0.0.1:{web}
 server s 127.0.0.1:{origin}
`;

/** Deterministic bytes that no compression or repetition hides a mistake in. */
function block(): Buffer {
  const bytes = Buffer.alloc(1 << 20);
  for (let i = 0, state = 1; i < bytes.length; i += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, i);
  }
  return bytes;
}
const BLOCK = block();

function checksum(times: number): string {
  const hash = createHash('sha256');
  for (let i = 0; i < times; i++) hash.update(BLOCK);
  return hash.digest('hex');
}
const EXPECTED = checksum(SIZE >> 20);

/** Writes SIZE bytes as fast as they are taken. */
function pour(socket: Socket): void {
  let left = SIZE >> 20;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left--;
      if (!socket.write(BLOCK)) return;
    }
  };
  socket.on('drain', more);
  more();
}

/** Resident memory of a process in bytes. */
function resident(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
}

async function listening(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer(serve);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  atEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Counts and hashes everything after the head. */
class Receiver {
  bytes = 0;
  readonly #hash = createHash('sha256');
  #head: string | undefined = '';

  take(chunk: Buffer): void {
    let body = chunk;
    if (this.#head !== undefined) {
      this.#head += chunk.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      body = Buffer.from(this.#head.slice(end + 4), 'latin1');
      this.#head = undefined;
    }
    this.bytes += body.length;
    this.#hash.update(body);
  }

  get digest(): string {
    return this.#hash.digest('hex');
  }
}

const start = (origin: number, mode: string): Promise<Proxy> => startProxy(CONFIG, { values: { origin, mode } });

describe.each(['http', 'tcp'])('large transfers in mode %s', (mode) => {
  const HEAD = `HTTP/1.1 200 OK\r\ncontent-length: ${SIZE}\r\n\r\n`;

  test('a download whose reader stops for a while: every byte, and memory stays bounded', async () => {
    const origin = await listening((socket) => {
      socket.once('data', () => {
        socket.write(HEAD);
        pour(socket);
      });
    });
    const proxy = await start(origin, mode);
    await askOnceQuietly(proxy);
    const before = resident(proxy.program.pid);
    const client = await RawClient.connect(proxy.port('web'));
    const receiver = new Receiver();
    client.socket.removeAllListeners('data').on('data', (chunk) => receiver.take(chunk));
    client.send(get('/'));
    await until('something has arrived', () => receiver.bytes > 0);
    client.socket.pause();
    await steady(() => resident(proxy.program.pid));
    expect(resident(proxy.program.pid) - before).toBeLessThan(ALLOWANCE);
    client.socket.resume();
    await until('all bytes', () => receiver.bytes >= SIZE, 20_000);
    expect([receiver.bytes, receiver.digest]).toEqual([SIZE, EXPECTED]);
    expect(resident(proxy.program.pid) - before).toBeLessThan(ALLOWANCE);
  });

  test('an upload to an origin that stops reading for a while', async () => {
    const receiver = new Receiver();
    let peer: Socket | undefined;
    const origin = await listening((socket) => {
      peer = socket;
      socket.on('data', (chunk) => {
        const first = receiver.bytes === 0;
        receiver.take(chunk);
        if (first && receiver.bytes > 0) socket.pause();
        if (receiver.bytes >= SIZE) socket.write(ok('thanks'));
      });
    });
    const proxy = await start(origin, mode);
    const before = resident(proxy.program.pid);
    const client = await RawClient.connect(proxy.port('web'));
    client.send(`POST / HTTP/1.1\r\nhost: test\r\ncontent-length: ${SIZE}\r\n\r\n`);
    pour(client.socket);
    await until('something has arrived', () => peer?.isPaused());
    await steady(() => resident(proxy.program.pid));
    expect(resident(proxy.program.pid) - before).toBeLessThan(ALLOWANCE);
    peer?.resume();
    expect((await client.response('POST', 20_000)).body).toBe('thanks');
    expect([receiver.bytes, receiver.digest]).toEqual([SIZE, EXPECTED]);
  });
});

/** Lets the proxy load whatever it loads for its first connection. */
async function askOnceQuietly(proxy: Proxy): Promise<void> {
  const client = await RawClient.connect(proxy.port('web'));
  client.send('GET /');
  client.close();
}

/** Waits until a number has not grown by a tenth for half a second. */
async function steady(read: () => number): Promise<void> {
  let last = read();
  let since = performance.now();
  await until('memory is steady', () => {
    const now = read();
    if (now > last * 1.1) {
      last = now;
      since = performance.now();
    }
    return performance.now() - since > 500;
  });
}

describe('the end of one transfer is no concern of another', () => {
  test('a client that vanishes in a download closes its pair only', async () => {
    const origin = await RecordingOrigin.start({
      '/big': (connection) => {
        connection.send(`HTTP/1.1 200 OK\r\ncontent-length: ${SIZE}\r\n\r\n`);
        pour(connection.socket);
      },
      '/small': sends(ok('small')),
    });
    const proxy = await start(origin.port, 'http');
    const [vanishing, staying] = [
      await RawClient.connect(proxy.port('web')),
      await RawClient.connect(proxy.port('web')),
    ];
    vanishing.send(get('/big'));
    await until('the download runs', () => vanishing.received.length > 100_000);
    expect((await staying.ask(get('/small'))).body).toBe('small');
    vanishing.reset();
    await until('its connection to the origin is gone', () => origin.connections[0].ending !== 'open');
    expect((await staying.ask(get('/small'))).body).toBe('small');
  });

  test('an origin that breaks off: the client sees fewer bytes than promised and the close', async () => {
    const origin = await RecordingOrigin.start({
      '/broken': (connection) => connection.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly this'),
    });
    const proxy = await start(origin.port, 'http');
    const client = await RawClient.connect(proxy.port('web'));
    client.send(get('/broken'));
    await client.closed();
    expect(client.received.endsWith('\r\n\r\nonly this')).toBe(true);
    expect(fieldOf(client.received, 'content-length')).toBe('1000');
    expect((await askOnce(proxy.port('web'), get('/'))).body).toBe('ok');
  });
});
