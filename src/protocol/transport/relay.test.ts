import { createHash, randomBytes } from 'node:crypto';
import * as net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Transport } from '../../core/transport.js';
import { chooseTransport } from './index.js';
import { NO_OWNER } from './no-owner.js';
import { Relay } from './relay.js';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** A relay in front of a plain origin, with everything it said. */
interface Setup {
  readonly port: number;
  readonly log: string[];
  readonly relays: Relay[];
  readonly bytes: { client: number; server: number };
}

function couple(client: Transport, server: Transport, setup: Setup, begin?: (relay: Relay) => void): void {
  const relay = new Relay(client, server, {
    onBytes: (side, count) => (setup.bytes[side] += count),
    onDrained: () => undefined,
    onHalfClosed: (side) => setup.log.push(`${side} half-closed`),
    onFinished: (side, error) => setup.log.push(`finished ${side} ${error}`),
  });
  setup.relays.push(relay);
  begin?.(relay);
  relay.start();
}

function dial(port: number): net.Socket {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  cleanups.push(() => socket.destroy());
  return socket;
}

async function drainOf(socket: net.Socket): Promise<{ size: number; sha: string }> {
  const hash = createHash('sha1');
  let size = 0;
  for await (const each of socket.iterator({ destroyOnReturn: false })) {
    const part: Buffer = each;
    hash.update(part);
    size += part.length;
  }
  return { size, sha: hash.digest('hex') };
}

describe.each(['handle', 'socket'] as const)('relay on %s transports', (name) => {
  const provider = chooseTransport(name);

  async function setUp(onOrigin: (socket: net.Socket) => void, begin?: (relay: Relay) => void): Promise<Setup> {
    const origin = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      cleanups.push(() => socket.destroy());
      onOrigin(socket);
    });
    await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
    cleanups.push(() => origin.close());
    const setup: Setup = { port: 0, log: [], relays: [], bytes: { client: 0, server: 0 } };
    const port = portOf(origin);
    const listener = await provider.listen(
      { address: '127.0.0.1', port: 0, path: '', fd: -1, backlog: 100, v6only: false },
      (client) => {
        const owner = { ...NO_OWNER, onConnect: () => couple(client, server, setup, begin) };
        const server = provider.connect(
          { address: '127.0.0.1', port, path: '', sourceAddress: '', sourcePort: 0 },
          owner,
        );
      },
    );
    cleanups.push(() => listener.close());
    cleanups.push(() => setup.relays.forEach((relay) => relay.destroy()));
    return { ...setup, port: listener.local.port };
  }

  test('20 MiB there and back at once, byte-exact, with half-closes', async () => {
    const setup = await setUp((socket) => socket.pipe(socket));
    const bytes = randomBytes(20 << 20);
    const socket = dial(setup.port);
    socket.end(bytes);
    const back = await drainOf(socket);
    expect(back).toEqual({ size: bytes.length, sha: createHash('sha1').update(bytes).digest('hex') });
    await until(() => setup.log.length === 3);
    expect(setup.log).toEqual([
      'client half-closed',
      'server half-closed',
      expect.stringMatching(/^finished (client|server) $/),
    ]);
    expect(setup.bytes).toEqual({ client: bytes.length, server: bytes.length });
  });

  test('a half-closed client still gets its answer', async () => {
    const setup = await setUp((socket) => {
      socket.resume();
      socket.on('end', () => socket.end('answer'));
    });
    const socket = dial(setup.port);
    socket.end('question');
    expect((await drainOf(socket)).size).toBe(6);
    await until(() => setup.log.length === 3);
    expect(setup.bytes).toEqual({ client: 8, server: 6 });
  });

  test('a client that does not read holds the server back; memory stays small', async () => {
    let origin: net.Socket | undefined;
    const total = 60 << 20;
    const setup = await setUp((socket) => {
      origin = socket;
      let left = total;
      const block = Buffer.alloc(1 << 20, 'x');
      const push = (): void => {
        while (left > 0) {
          left -= block.length;
          if (!socket.write(block)) return;
        }
        socket.end();
      };
      socket.on('drain', push);
      push();
    });
    const socket = dial(setup.port);
    await until(() => origin !== undefined && setup.relays.length > 0);
    let seen = -1;
    while (seen !== setup.bytes.server) {
      seen = setup.bytes.server;
      for (let i = 0; i < 200; i++) await turn();
    }
    expect(seen).toBeLessThan(total);
    const { client } = setup.relays[0];
    expect(client.transport.pendingBytes).toBeLessThanOrEqual(2 * 262_144);
    expect(client.transport.pendingBytes).toBeGreaterThan(0);
    const all = drainOf(socket);
    expect((await all).size).toBe(total);
    socket.end();
    await until(() => setup.log.length === 3);
  });

  test('the server dies: what it said is delivered, then the client is closed', async () => {
    const bytes = randomBytes(3_000_000);
    const setup = await setUp((socket) => {
      socket.on('data', () => undefined);
      socket.write(bytes, () => socket.destroy());
    });
    const socket = dial(setup.port);
    expect((await drainOf(socket)).size).toBe(bytes.length);
    socket.destroy();
    await until(() => setup.log.some((line) => line.startsWith('finished')));
  });

  test('the client resets: the server is closed and nobody else', async () => {
    let closed = false;
    const setup = await setUp((socket) => {
      socket.resume();
      socket.on('close', () => (closed = true));
      socket.on('end', () => socket.end());
    });
    const other = dial(setup.port);
    const socket = dial(setup.port);
    await until(() => setup.relays.length === 2);
    socket.resetAndDestroy();
    await until(() => setup.log.some((line) => line.startsWith('finished')));
    expect(setup.log.filter((line) => line.startsWith('finished'))).toEqual(['finished client ECONNRESET']);
    await until(() => closed);
    other.destroy();
  });

  test('bytes read before, on either side, go first and are counted', async () => {
    let got = '';
    const setup = await setUp(
      (socket) => {
        socket.on('data', (part: Buffer) => (got += part.toString()));
        socket.on('end', () => socket.end());
      },
      (relay) => {
        relay.feed('client', Buffer.from('..early '), 2, 8);
        relay.feed('server', Buffer.from('hello from the server'), 0, 5);
        relay.feed('server', Buffer.alloc(0), 0, 0);
      },
    );
    const socket = dial(setup.port);
    socket.end('late');
    expect((await drainOf(socket)).size).toBe(5);
    await until(() => got === 'early late');
    expect(setup.bytes).toEqual({ client: 10, server: 5 });
  });

  test('destroy() closes both; finished is said once', async () => {
    const setup = await setUp((socket) => socket.resume());
    const socket = dial(setup.port);
    await until(() => setup.relays.length === 1);
    setup.relays[0].destroy();
    setup.relays[0].destroy();
    await drainOf(socket).catch(() => undefined);
    await until(() => setup.log.length > 0);
    await turn();
    expect(setup.log).toEqual(['finished client ']);
  });
});
