import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { setFaultHandler } from '../../base/fault.js';
import { ListenError } from '../../core/transport.js';
import type {
  ConnectSpec,
  ListenSpec,
  Transport,
  TransportListener,
  TransportOwner,
  TransportProvider,
} from '../../core/transport.js';
import * as tls from 'node:tls';
import { createTlsConnector } from '../tls/client.js';
import { createTlsAcceptor } from '../tls/server.js';
import { canMakeCertificates, makeCertificate } from '../tls/testing.js';
import { chunksInUse } from './buffers.js';
import { chooseTransport } from './index.js';

const ANY: ListenSpec = { address: '127.0.0.1', port: 0, path: '', fd: -1, backlog: 128, v6only: false };
const TO: ConnectSpec = { address: '127.0.0.1', port: 0, path: '', sourceAddress: '', sourcePort: 0 };

const peers: Peer[] = [];

/** Records what happens and lets a test wait for it. */
class Peer implements TransportOwner {
  events: string[] = [];
  received = 0;
  readonly hash = createHash('sha1');
  text = '';
  closed = false;
  closes = 0;
  error = '?';
  transport!: Transport;
  constructor() {
    peers.push(this);
  }
  private waiting: { condition: () => boolean; done: () => void }[] = [];
  onEvent: (event: string) => unknown = () => undefined;

  private note(event: string): void {
    this.events.push(event);
    this.onEvent(event);
    this.wake();
  }
  wake(): void {
    this.waiting = this.waiting.filter(({ condition, done }) => {
      if (!condition()) return true;
      done();
      return false;
    });
  }
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((done) => this.waiting.push({ condition, done }));
  }
  onConnect(): void {
    this.note('connect');
  }
  onData(buffer: Buffer, length: number): void {
    this.received += length;
    this.hash.update(buffer.subarray(0, length));
    if (this.text.length < 1000) this.text += buffer.latin1Slice(0, length);
    this.note('data');
  }
  onEnd(): void {
    this.note('end');
  }
  onDrain(): void {
    this.note('drain');
  }
  onClose(error: string): void {
    this.closes++;
    this.closed = true;
    this.error = error;
    this.note('close');
  }
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address.port;
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** What is tested, and plain connections of another make to test it with. */
interface Kind {
  readonly provider: TransportProvider;
  createServer(onSocket: (socket: net.Socket) => void): net.Server;
  connect(port: number): net.Socket;
  /** Closes one of its sockets with RST. */
  reset(socket: net.Socket): void;
}

const plain = (name: 'handle' | 'socket'): Kind => ({
  provider: chooseTransport(name),
  createServer: (onSocket) => net.createServer({ allowHalfOpen: true }, onSocket),
  connect: (port) => net.connect({ port, host: '127.0.0.1' }),
  reset: (socket) => socket.resetAndDestroy(),
});

/** The same with TLS on every connection. */
function secure(name: 'handle' | 'socket'): Kind {
  const { certificate: cert, key } = makeCertificate('localhost');
  const context = tls.createSecureContext({ cert, key });
  const identity = { context, alpn: [], verify: 'none' as const, pardons: () => false, helper: undefined };
  const acceptor = createTlsAcceptor(() => ({ ...identity, asksForSession: undefined, keylog: false, capture: 0 }));
  const client = {
    context: tls.createSecureContext(),
    alpn: [],
    serverName: 'localhost',
    verify: false,
    keylog: false,
  };
  const connector = createTlsConnector({ ...client, verifyHost: undefined, sessions: undefined });
  const provider = chooseTransport(name);
  const lower = new WeakMap<net.Socket, net.Socket>();
  return {
    provider: {
      name,
      listen: (spec, onConnection) => provider.listen(spec, (transport) => onConnection(acceptor.secure(transport))),
      connect: (spec, owner) => connector.connect(provider, spec, owner),
    },
    createServer: (onSocket) =>
      net.createServer({ allowHalfOpen: true }, (below) => {
        const socket = new tls.TLSSocket(below, { isServer: true, secureContext: context });
        lower.set(socket, below);
        onSocket(socket);
      }),
    connect: (port) => tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
    reset: (socket) => lower.get(socket)?.resetAndDestroy(),
  };
}

const kinds: [name: 'handle' | 'socket', kind: string, make: () => Kind][] = [
  ['handle', 'handle', () => plain('handle')],
  ['socket', 'socket', () => plain('socket')],
];
if (canMakeCertificates()) {
  kinds.push(
    ['handle', 'TLS over handle', () => secure('handle')],
    ['socket', 'TLS over socket', () => secure('socket')],
  );
}

describe.each(kinds)('%s: %s transport', (name, label, make) => {
  const kind = make();
  const overTls = label.startsWith('TLS');
  const { provider } = kind;
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
    const twice = peers.splice(0).filter((peer) => peer.closes > 1);
    if (twice.length > 0) throw new Error(`onClose called twice: ${JSON.stringify(twice[0].events)}`);
  });

  async function listen(spec: ListenSpec, onConnection: (t: Transport) => void): Promise<TransportListener> {
    const listener = await provider.listen(spec, onConnection);
    cleanups.push(() => listener.close());
    return listener;
  }

  function connect(spec: ConnectSpec, owner: Peer): Transport {
    owner.transport = provider.connect(spec, owner);
    cleanups.push(() => owner.transport.destroy());
    return owner.transport;
  }

  /** Two connected ends: `client` (outgoing) and `server` (accepted). */
  async function pair(spec: ListenSpec = ANY): Promise<{ client: Peer; server: Peer; listener: TransportListener }> {
    const client = new Peer();
    const server = new Peer();
    let accepted = false;
    const listener = await listen(spec, (transport) => {
      transport.owner = accepted ? new Peer() : server;
      if (accepted) return transport.start();
      server.transport = transport;
      cleanups.push(() => transport.destroy());
      transport.start();
      accepted = true;
      client.wake();
    });
    connect(
      { ...TO, port: listener.local.port, path: spec.path, address: spec.path === '' ? listener.local.address : '' },
      client,
    );
    await client.until(() => accepted && client.events.includes('connect'));
    return { client, server, listener };
  }

  /** A server of another make: plain net. */
  async function plainServer(onSocket: (socket: net.Socket) => void): Promise<number> {
    const server = kind.createServer((socket) => {
      socket.on('error', () => undefined);
      cleanups.push(() => socket.destroy());
      onSocket(socket);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    cleanups.push(() => server.close());
    return portOf(server);
  }

  /** @returns what listening says */
  const attempt = async (spec: Partial<ListenSpec>): Promise<string> => {
    try {
      (await provider.listen({ ...ANY, ...spec }, () => undefined)).close();
      return 'listens';
    } catch (error) {
      return error instanceof ListenError ? error.code : String(error);
    }
  };

  test('is what was asked for', () => expect(provider.name).toBe(name));

  test.each([1, 2048, 2049, 16_384, 16_385, 262_144, 262_145, 1_000_000])(
    '%i bytes arrive as they were sent',
    async (size) => {
      const { client, server } = await pair();
      const bytes = randomBytes(size);
      client.transport.write(bytes, 0, size);
      bytes.fill(0); // the caller may reuse its buffer at once
      const again = randomBytes(size);
      client.transport.writeLatin1(again.toString('latin1'));
      await server.until(() => server.received === 2 * size);
      expect(server.received).toBe(2 * size);
      server.transport.writeLatin1('back');
      await client.until(() => client.text === 'back');
    },
  );

  test('slices are sent, not whole buffers', async () => {
    const { client, server } = await pair();
    const bytes = randomBytes(300_000);
    const hash = createHash('sha1').update(bytes.subarray(10, 20)).update(bytes.subarray(100, 290_000)).digest('hex');
    client.transport.write(bytes, 10, 20);
    client.transport.write(bytes, 100, 290_000);
    await server.until(() => server.received === 289_910);
    expect(server.hash.digest('hex')).toBe(hash);
  });

  test('all latin1 code units go through', async () => {
    const { client, server } = await pair();
    const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
    client.transport.writeLatin1(all);
    await server.until(() => server.received === 256);
    expect(server.text).toBe(all);
  });

  test('echo of 32 MiB both ways at once through a relay that respects false', async () => {
    const size = 32 << 20;
    let most = 0;
    const echo = await listen(ANY, (transport) => {
      transport.owner = {
        onConnect: () => undefined,
        onData: (buffer, length) => {
          if (!transport.write(buffer, 0, length) && transport.pendingWrites >= 2) transport.pause();
          most = Math.max(most, transport.pendingBytes);
        },
        onDrain: () => transport.resume(),
        onEnd: () => transport.end(),
        onClose: () => undefined,
      };
      transport.bulk(true);
      transport.start();
    });
    const block = randomBytes(1 << 20);
    const sent = createHash('sha1');
    const received = createHash('sha1');
    const socket = kind.connect(echo.local.port);
    cleanups.push(() => socket.destroy());
    let left = size;
    const push = (): void => {
      while (left > 0) {
        left -= block.length;
        sent.update(block);
        if (!socket.write(Buffer.from(block))) return;
        block[left % block.length] ^= 1;
      }
      socket.end();
    };
    socket.on('drain', push);
    push();
    let got = 0;
    for await (const each of socket) {
      const part: Buffer = each;
      received.update(part);
      got += part.length;
    }
    expect(got).toBe(size);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(most).toBeLessThanOrEqual(3 * 262_144);
  });

  test('a slow reader: write says false, pendingBytes tells the truth, onDrain comes once everything is gone', async () => {
    let reader: net.Socket | undefined;
    const port = await plainServer((socket) => {
      socket.pause();
      reader = socket;
      client.wake();
    });
    const client = new Peer();
    connect({ ...TO, port }, client);
    await client.until(() => reader !== undefined && client.events.includes('connect'));
    const block = randomBytes(200_000);
    let sent = 0;
    // TLS says false where it only waits for its turn
    while (client.transport.pendingWrites === 0) {
      while (client.transport.write(block, 0, block.length)) sent += block.length;
      sent += block.length;
      await turn();
      await turn();
    }
    client.events.length = 0;
    expect(client.transport.pendingWrites).toBe(1);
    expect(client.transport.pendingBytes).toBeGreaterThan(0);
    expect(client.transport.pendingBytes).toBeLessThanOrEqual(block.length);
    client.transport.writeLatin1('tail');
    sent += 4;
    expect(client.transport.pendingWrites).toBe(2);
    await turn();
    expect(client.events).not.toContain('drain');
    let got = 0;
    reader?.on('data', (part: Buffer) => (got += part.length));
    reader?.resume();
    await client.until(() => client.events.includes('drain'));
    expect(client.transport.pendingWrites).toBe(0);
    expect(client.transport.pendingBytes).toBe(0);
    expect(client.events.filter((event) => event === 'drain')).toHaveLength(1);
    client.transport.end();
    await new Promise((done) => reader?.on('end', done));
    expect(got).toBe(sent);
  });

  test('written before the connection stands, and ended: everything arrives, then FIN', async () => {
    const { listener } = await pair();
    const server = new Peer();
    const second = await listen(ANY, (transport) => {
      transport.owner = server;
      server.transport = transport;
      transport.start();
    });
    const client = new Peer();
    connect({ ...TO, port: second.local.port }, client);
    const large = randomBytes(3_000_000);
    client.transport.writeLatin1('first ');
    client.transport.write(large, 0, large.length);
    client.transport.end();
    await server.until(() => server.events.includes('end'));
    expect(server.received).toBe(3_000_006);
    listener.close();
  });

  test('paused: nothing is delivered; resumed: everything', async () => {
    const { client, server } = await pair();
    server.transport.pause();
    server.transport.pause();
    client.transport.writeLatin1('hello');
    for (let i = 0; i < 20; i++) await turn();
    expect(server.received).toBe(0);
    server.transport.resume();
    server.transport.resume();
    await server.until(() => server.text === 'hello');
  });

  test('paused inside of onData, it stays silent', async () => {
    const { client, server } = await pair();
    server.onEvent = (event) => event === 'data' && server.transport.pause();
    const bytes = randomBytes(1_000_000);
    client.transport.write(bytes, 0, bytes.length);
    await server.until(() => server.received > 0);
    const soFar = server.received;
    for (let i = 0; i < 20; i++) await turn();
    expect(server.received).toBe(soFar);
    server.onEvent = () => undefined;
    server.transport.resume();
    await server.until(() => server.received === bytes.length);
    expect(server.hash.digest('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
  });

  test.skipIf(overTls)('an accepted connection is silent until start()', async () => {
    const server = new Peer();
    let accepted: Transport | undefined;
    const listener = await listen(ANY, (transport) => {
      accepted = transport;
      transport.owner = server;
    });
    const client = new Peer();
    connect({ ...TO, port: listener.local.port }, client);
    client.transport.writeLatin1('early');
    await client.until(() => client.events.includes('connect'));
    for (let i = 0; i < 20; i++) await turn();
    expect(server.events).toEqual([]);
    accepted?.start();
    await server.until(() => server.text === 'early');
    accepted?.destroy();
  });

  test('half-close by the client: the server may still answer; then both close in order', async () => {
    const { client, server } = await pair();
    client.transport.writeLatin1('question');
    client.transport.end();
    client.transport.end();
    await server.until(() => server.events.includes('end'));
    expect(server.text).toBe('question');
    expect(server.transport.closed).toBe(false);
    server.transport.writeLatin1('answer');
    server.transport.end();
    await Promise.all([client.until(() => client.closed), server.until(() => server.closed)]);
    expect(client.text).toBe('answer');
    expect([client.error, server.error]).toEqual(['', '']);
    expect(client.events.slice(-2)).toEqual(['end', 'close']);
    expect(client.transport.closed).toBe(true);
  });

  test('half-close by the server, first bytes then FIN, while the client goes on', async () => {
    const { client, server } = await pair();
    const bytes = randomBytes(5_000_000);
    server.transport.write(bytes, 0, bytes.length);
    server.transport.end();
    await client.until(() => client.events.includes('end'));
    expect(client.received).toBe(bytes.length);
    client.transport.writeLatin1('still here');
    await server.until(() => server.text === 'still here');
    client.transport.end();
    await Promise.all([client.until(() => client.closed), server.until(() => server.closed)]);
    expect([client.error, server.error]).toEqual(['', '']);
  });

  test('reset() is a RST to the peer', async () => {
    const { client, server } = await pair();
    client.transport.reset();
    client.transport.reset();
    await Promise.all([server.until(() => server.closed), client.until(() => client.closed)]);
    expect(client.error).toBe('');
    expect(server.error).toBe('ECONNRESET');
    expect(server.events).not.toContain('end');
  });

  test('a peer that resets while we write: closed with the error, once', async () => {
    let socket: net.Socket | undefined;
    const client = new Peer();
    const port = await plainServer((accepted) => {
      socket = accepted;
      client.wake();
    });
    connect({ ...TO, port }, client);
    await client.until(() => socket !== undefined && client.events.includes('connect'));
    const block = randomBytes(4_000_000);
    client.transport.write(block, 0, block.length);
    if (socket !== undefined) kind.reset(socket);
    await client.until(() => client.closed);
    expect(['ECONNRESET', 'EPIPE']).toContain(client.error);
    expect(client.transport.write(block, 0, 10)).toBe(true); // ignored
    expect(client.transport.writeLatin1('x')).toBe(true);
  });

  // net.Socket destroys itself on a failed write, with whatever it has not read.
  test.runIf(name === 'handle' && !overTls)(
    'an answer sent before the reset is still read, though our write fails',
    async () => {
      const client = new Peer();
      let socket: net.Socket | undefined;
      const port = await plainServer((accepted) => {
        socket = accepted;
        client.wake();
      });
      connect({ ...TO, port }, client);
      client.transport.pause();
      await client.until(() => client.events.includes('connect') && socket !== undefined);
      await new Promise<void>((done) => socket?.write('413 too large', () => done()));
      const gone = new Promise((done) => socket?.on('close', done));
      socket?.resetAndDestroy();
      await gone;
      client.transport.resume();
      client.transport.writeLatin1('body body');
      await client.until(() => client.closed);
      expect(client.text).toBe('413 too large');
      expect(['EPIPE', 'ECONNRESET']).toContain(client.error);
    },
  );

  test('connection refused', async () => {
    const { listener } = await pair();
    const { port } = listener.local;
    listener.close();
    await turn();
    const client = new Peer();
    connect({ ...TO, port }, client);
    expect(client.events).toEqual([]);
    await client.until(() => client.closed);
    expect(client.events).toEqual(['close']);
    expect(client.error).toBe('ECONNREFUSED');
  });

  test.each([
    [{ ...TO, address: 'not-an-address', port: 80 }, 'EINVAL'],
    [{ ...TO, port: 9, sourceAddress: '203.0.113.7' }, 'EADDRNOTAVAIL'],
    [{ ...TO, address: '', path: '/nonexistent/socket' }, 'ENOENT'],
  ])('connecting to %j fails with %s, never at once', async (spec, code) => {
    const client = new Peer();
    connect(spec, client);
    expect(client.events).toEqual([]);
    await client.until(() => client.closed);
    expect(client.events).toEqual(['close']);
    expect(client.error).toBe(code);
  });

  test('a connection attempt into a black hole can be cancelled', async () => {
    const client = new Peer();
    connect({ ...TO, address: '192.0.2.1', port: 80 }, client);
    client.transport.writeLatin1('anybody?');
    client.transport.destroy();
    await client.until(() => client.closed);
    expect(client.events).toEqual(['close']);
    expect(client.error).toBe('');
  });

  test('destroy() inside of on-connect', async () => {
    const { listener } = await pair();
    const other = new Peer();
    other.onEvent = (seen) => seen === 'connect' && other.transport.destroy();
    connect({ ...TO, port: listener.local.port }, other);
    await other.until(() => other.closed);
    expect(other.events).toEqual(['connect', 'close']);
  });

  test.each(['data', 'end', 'drain'])('destroy() inside of on-%s', async (event) => {
    const { client, server } = await pair();
    client.onEvent = (seen) => {
      if (seen === event) client.transport.destroy();
    };
    if (event === 'data') server.transport.write(randomBytes(1_000_000), 0, 1_000_000);
    if (event === 'end') server.transport.end();
    if (event === 'drain') {
      server.transport.pause();
      const block = randomBytes(1_000_000);
      while (client.transport.write(block, 0, block.length));
      server.transport.resume();
    }
    await client.until(() => client.closed);
    expect(client.error).toBe('');
    expect(client.events.indexOf('close')).toBe(client.events.length - 1);
    expect(client.events.filter((seen) => seen === event)).toHaveLength(1);
  });

  test('destroy() twice, from anywhere, closes once and later calls are harmless', async () => {
    const { client, server } = await pair();
    const { transport } = client;
    transport.destroy();
    transport.destroy();
    expect(transport.closed).toBe(true);
    expect(client.events).toEqual(['connect']);
    await client.until(() => client.closed);
    transport.start();
    transport.pause();
    transport.resume();
    transport.bulk(true);
    transport.end();
    transport.reset();
    transport.setKeepAlive(true, 10);
    expect([transport.pendingBytes, transport.pendingWrites]).toEqual([0, 0]);
    await server.until(() => server.events.includes('end'));
    expect(client.events).toEqual(['connect', 'close']);
  });

  test.each(['onConnect', 'onData', 'onEnd', 'onDrain', 'onClose'] as const)(
    'a throw in %s closes that connection only',
    async (callback) => {
      const faults: string[] = [];
      const before = setFaultHandler((where) => faults.push(where));
      cleanups.push(() => setFaultHandler(before));
      const { client, server, listener } = await pair();
      const bad = new Peer();
      bad[callback] = () => {
        throw new Error('bug');
      };
      const seen: Transport[] = [];
      const second = await listen(ANY, (transport) => {
        transport.owner = callback === 'onConnect' ? new Peer() : bad;
        seen.push(transport);
        transport.start();
      });
      const outgoing = callback === 'onConnect' ? bad : new Peer();
      connect({ ...TO, port: second.local.port }, outgoing);
      if (callback === 'onDrain') {
        outgoing.transport.pause();
        await outgoing.until(() => seen.length > 0 || outgoing.events.includes('connect'));
        while (seen.length === 0) await turn();
        const block = randomBytes(1_000_000);
        while (seen[0].write(block, 0, block.length));
        outgoing.transport.resume();
      } else {
        outgoing.transport.writeLatin1('x');
        if (callback === 'onEnd') outgoing.transport.end();
      }
      if (callback === 'onClose') {
        while (seen.length === 0) await turn();
        seen[0].destroy();
      }
      while (faults.length === 0) await turn();
      expect(faults).toEqual([callback]);
      client.transport.writeLatin1('alive');
      await server.until(() => server.text === 'alive');
      listener.close();
    },
  );

  test('a throw in onConnection closes that connection only', async () => {
    const faults: string[] = [];
    const before = setFaultHandler((where) => faults.push(where));
    cleanups.push(() => setFaultHandler(before));
    const listener = await listen(ANY, () => {
      throw new Error('bug');
    });
    const client = new Peer();
    connect({ ...TO, port: listener.local.port }, client);
    await client.until(() => client.events.includes('end') || client.closed);
    expect(faults).toEqual(['onConnection']);
  });

  test('the owner may change hands', async () => {
    const { client, server } = await pair();
    const next = new Peer();
    client.transport.owner = next;
    server.transport.writeLatin1('for the next');
    await next.until(() => next.text === 'for the next');
    client.transport.destroy();
    await next.until(() => next.closed);
    expect(client.events).toEqual(['connect']);
  });

  test('addresses', async () => {
    const { client, server, listener } = await pair();
    expect(listener.local).toMatchObject({ address: '127.0.0.1', family: 4 });
    expect(client.transport.remote).toEqual(listener.local);
    expect(server.transport.local).toEqual(listener.local);
    expect(server.transport.remote).toEqual(client.transport.local);
    const { remote } = server.transport;
    server.transport.destroy();
    await server.until(() => server.closed);
    expect(server.transport.remote).toEqual(remote);
    expect(listener.fd).toBeGreaterThan(2);
  });

  test.skipIf(overTls)('a chosen source address and port', async () => {
    const probe = await listen(ANY, () => undefined);
    const sourcePort = probe.local.port;
    probe.close();
    await turn();
    const server = new Peer();
    const listener = await listen(ANY, (transport) => {
      server.transport = transport;
      server.events.push('accepted');
      server.wake();
    });
    const client = new Peer();
    connect({ ...TO, port: listener.local.port, sourceAddress: '127.0.0.1', sourcePort }, client);
    await client.until(() => client.events.length > 0);
    expect(client.error).toBe('?');
    await server.until(() => server.events.includes('accepted'));
    expect(server.transport.remote).toEqual({ address: '127.0.0.1', port: sourcePort, family: 4 });
    server.transport.destroy();
  });

  test('IPv6', async () => {
    const { client, server, listener } = await pair({ ...ANY, address: '::1' });
    expect(listener.local).toMatchObject({ address: '::1', family: 6 });
    expect(server.transport.remote).toEqual(client.transport.local);
    client.transport.writeLatin1('six');
    await server.until(() => server.text === 'six');
  });

  test.skipIf(overTls).each([
    [false, 'connect'],
    [true, 'close'],
  ])(':: with v6only %j: IPv4 gets %s', async (v6only, expected) => {
    const listener = await listen({ ...ANY, address: '::', v6only }, (transport) => transport.destroy());
    const client = new Peer();
    // somebody else may have the same port on 127.0.0.1
    connect({ ...TO, address: '127.77.0.1', port: listener.local.port }, client);
    await client.until(() => client.events.length > 0);
    expect(client.events[0]).toBe(expected);
  });

  test('UNIX sockets, over a stale file, without leaving temporary names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'transport-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'socket');
    writeFileSync(path, 'stale');
    const { client, server, listener } = await pair({ ...ANY, address: '', path });
    expect(listener.local).toEqual({ address: '', port: 0, family: 0 });
    expect(server.transport.remote).toEqual({ address: '', port: 0, family: 0 });
    const bytes = randomBytes(2_000_000);
    client.transport.write(bytes, 0, bytes.length);
    client.transport.end();
    await server.until(() => server.events.includes('end'));
    expect(server.hash.digest('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
    client.transport.setKeepAlive(true, 5);
    server.transport.reset();
    expect(existsSync(`${path}.${process.pid}.tmp`)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });

  test('a descriptor that is no socket', async () => {
    const file = openSync('/dev/null', 'r');
    cleanups.push(() => closeSync(file));
    await expect(listen({ ...ANY, fd: file }, () => undefined)).rejects.toBeInstanceOf(ListenError);
  });

  test('listen errors', async () => {
    const { listener } = await pair();
    expect(await attempt({ port: listener.local.port })).toBe('EADDRINUSE');
    expect(await attempt({ address: '203.0.113.7' })).toBe('EADDRNOTAVAIL');
    expect(await attempt({ address: '', path: '/nonexistent/socket' })).toBe('EACCES');
    expect(await attempt({})).toBe('listens');
  });

  test.skipIf(overTls)('a paused listener keeps connections waiting, a closed one turns them away', async () => {
    const accepted: Transport[] = [];
    const listener = await listen(ANY, (transport) => {
      accepted.push(transport);
      transport.owner = new Peer();
      transport.start();
    });
    listener.pause();
    const clients = Array.from({ length: 3 }, () => new Peer());
    for (const client of clients) connect({ ...TO, port: listener.local.port }, client);
    await Promise.all(clients.map((client) => client.until(() => client.events.includes('connect'))));
    for (let i = 0; i < 20; i++) await turn();
    expect(accepted).toHaveLength(0);
    listener.resume();
    expect(accepted).toHaveLength(3);
    listener.pause();
    const late = new Peer();
    connect({ ...TO, port: listener.local.port }, late);
    await late.until(() => late.events.includes('connect'));
    for (let i = 0; i < 20; i++) await turn();
    listener.close();
    await late.until(() => late.closed || late.events.includes('end'));
    expect(accepted).toHaveLength(3);
    accepted.forEach((transport) => transport.destroy());
  });

  test('500 connections: each opened, used and closed; memory stays bounded', async () => {
    const servers: Transport[] = [];
    const owner = new Peer();
    owner.onClose = () => undefined;
    const listener = await listen({ ...ANY, backlog: 1024 }, (transport) => {
      transport.owner = owner;
      servers.push(transport);
      transport.start();
      owner.wake();
    });
    const before = process.memoryUsage();
    const clients = Array.from({ length: 500 }, () => new Peer());
    for (const client of clients) {
      connect({ ...TO, port: listener.local.port }, client);
      client.transport.writeLatin1('x');
    }
    await owner.until(() => owner.received === clients.length);
    const { arrayBuffers } = process.memoryUsage();
    expect((arrayBuffers - before.arrayBuffers) / clients.length).toBeLessThan(1024);
    for (const transport of servers) transport.destroy();
    await Promise.all(clients.map((client) => client.until(() => client.events.includes('end') || client.closed)));
    expect(servers).toHaveLength(clients.length);
  });

  test('all of these gave their memory back', async () => {
    for (let i = 0; i < 1000 && chunksInUse().bulk + chunksInUse().small > 0; i++) await turn();
    expect(chunksInUse()).toEqual({ small: 0, bulk: 0 });
  });
});
