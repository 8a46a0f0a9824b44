import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { FrameFlag, FrameType } from '../../src/protocol/h2/codes.js';
import { atEnd } from '../support/cleanup.js';
import { frame } from '../support/h2-client.js';
import { lacks } from '../support/installed.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';

/** A server of HTTP/2 that does not know RFC 8441, and writes down what opens and resets streams. */
class OldServer {
  readonly seen: string[] = [];
  #received = Buffer.alloc(0);
  #socket: Socket | undefined = undefined;

  static async start(): Promise<{ server: OldServer; port: number }> {
    const server = new OldServer();
    const listener = createServer((socket) => server.#greet(socket));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    atEnd(() => {
      listener.close();
      server.#socket?.destroy();
    });
    return { server, port: (listener.address() as AddressInfo).port };
  }

  #greet(socket: Socket): void {
    this.#socket = socket;
    this.#received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#read();
    });
    socket.write(frame(FrameType.Settings, 0, 0));
  }

  #read(): void {
    const preface = this.#received.indexOf('SM\r\n\r\n') + 6;
    if (preface < 6) return;
    let at = preface;
    const frames: string[] = [];
    while (this.#received.length - at >= 9) {
      const size = this.#received.readUIntBE(at, 3);
      if (this.#received.length - at - 9 < size) break;
      const type = this.#received[at + 3];
      const stream = this.#received.readUInt32BE(at + 5);
      if (type === FrameType.Headers) frames.push(`HEADERS ${stream}`);
      if (type === FrameType.RstStream) frames.push(`RST_STREAM ${stream} ${this.#received.readUInt32BE(at + 9)}`);
      at += 9 + size;
    }
    this.seen.splice(0, this.seen.length, ...frames);
  }

  /** Answers with 200 and no body. */
  answer(stream: number): void {
    // `:status: 200` is entry 8 of the static table (RFC 7541, appendix A)
    this.#socket?.write(frame(FrameType.Headers, FrameFlag.EndHeaders | FrameFlag.EndStream, stream, '\x88'));
  }
}

const config = (server: number): string =>
  `defaults\n mode http\n timeout client 10s\n timeout server 10s\n timeout connect 5s\n` +
  `listen web\n bind 127.0.0.1:{web}\n http-reuse always\n server s 127.0.0.1:${server} proto h2\n`;
const UPGRADE = get('/', 'connection: upgrade\r\nupgrade: custom\r\n');

describe.each([
  ['tsproxy', startTsproxy],
  ['haproxy', startHaproxy],
] as const)('an upgrade for a server without RFC 8441, by %s', (name, start) => {
  test.skipIf(lacks(name === 'haproxy' ? name : 'node'))(
    'is answered with 502, and the server sees a reset',
    async () => {
      const { server, port } = await OldServer.start();
      const proxy = await start(config(port));
      expect((await askOnce(proxy.port('web'), UPGRADE)).head).toContain('HTTP/1.1 502 ');
      await until('the reset', () => server.seen.length > 0);
      expect(server.seen).toEqual(['RST_STREAM 1 2']);
      await proxy.stop();
    },
  );
});

test('a server without RFC 8441 that is at work sees nothing of an upgrade', async () => {
  const { server, port } = await OldServer.start();
  const proxy = await startTsproxy(config(port));
  const other = await RawClient.connect(proxy.port('web'));
  const exchange = async (): Promise<void> => {
    other.send(get('/'));
    const count = server.seen.length + 1;
    await until('the request', () => server.seen.length === count);
  };
  await exchange();
  expect((await askOnce(proxy.port('web'), UPGRADE)).head).toContain('HTTP/1.1 502 ');
  server.answer(1);
  expect((await other.response()).head).toContain('HTTP/1.1 200 ');
  await exchange();
  expect(server.seen).toEqual(['HEADERS 1', 'HEADERS 3']);
  server.answer(3);
  expect((await other.response()).head).toContain('HTTP/1.1 200 ');
  other.close();
});
