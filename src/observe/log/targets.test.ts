import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDescriptor } from './fd-target.js';
import { StreamTarget } from './stream-target.js';
import { UdpTarget } from './udp-target.js';
import { openUnix, unixLogProblem, unixSocketKind } from './unix-target.js';

const folder = mkdtempSync(join(tmpdir(), 'log-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !condition();) {
    if (Date.now() > end) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('UDP', () => {
  test.each([
    ['an address', '127.0.0.1'],
    ['a name', 'localhost'],
  ])('one datagram per line, byte for byte: %s', async (_, host) => {
    const listener = createSocket('udp4').bind(0, '127.0.0.1');
    await once(listener, 'listening');
    const received: string[] = [];
    listener.on('message', (bytes) => received.push(bytes.toString('latin1')));
    const target = new UdpTarget(host, listener.address().port, 4);
    target.write('before it is connected \xe9\n');
    await until(() => received.length === 1);
    target.write('after\n');
    await until(() => received.length === 2);
    expect(received).toEqual(['before it is connected \xe9\n', 'after\n']);
    expect(target.dropped).toBe(0);
    target.close();
    target.write('too late\n');
    expect(target.dropped).toBe(1);
    listener.close();
  });

  test('nobody listens: lines are counted as lost, and later ones arrive again', async () => {
    const first = createSocket('udp4').bind(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address();
    first.close();
    await once(first, 'close');
    const target = new UdpTarget('127.0.0.1', port, 4);
    await until(() => (target.write('lost\n'), target.dropped > 0));
    expect(target.dropped).toBeGreaterThan(0);
    const second = createSocket('udp4').bind(port, '127.0.0.1');
    let received = '';
    second.on('message', (bytes) => (received += bytes.toString('latin1')));
    await once(second, 'listening');
    await until(() => (target.write('back\n'), received.includes('back\n')));
    expect(received).toMatch(/^(?:back\n)+$/);
    target.close();
    second.close();
  });

  test('a name that does not exist loses every line, and throws nothing', async () => {
    const target = new UdpTarget('does-not-exist.invalid', 514, 4);
    target.write('1\n');
    await until(() => target.dropped === 1);
    target.write('2\n');
    expect(target.dropped).toBe(2);
    target.close();
  });

  test('a line that is too long for a datagram is lost, the next is not', async () => {
    const listener = createSocket('udp4').bind(0, '127.0.0.1');
    await once(listener, 'listening');
    let received = '';
    listener.on('message', (bytes) => (received += bytes.toString('latin1')));
    const target = new UdpTarget('127.0.0.1', listener.address().port, 4);
    target.write('x'.repeat(70_000));
    target.write('short\n');
    await until(() => received !== '' && target.dropped > 0);
    expect([received, target.dropped]).toEqual(['short\n', 1]);
    target.close();
    listener.close();
  });
});

interface Listener {
  readonly server: Server;
  readonly sockets: Socket[];
  readonly port: number;
  readonly text: () => string;
}

/** A listener that remembers what it got. */
async function listen(where: { port: number; host: string } | { path: string }): Promise<Listener> {
  let text = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => (text += bytes.toString('latin1')));
  });
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  return {
    server,
    sockets,
    text: () => text,
    port: typeof address === 'object' && address !== null ? address.port : 0,
  };
}

describe('streams', () => {
  test('lines follow one another; a receiver that comes back gets the ones that waited', async () => {
    const first = await listen({ port: 0, host: '127.0.0.1' });
    const { port } = first;
    const target = new StreamTarget({ host: '127.0.0.1', port }, 10);
    target.write('1\n');
    await until(() => first.text() === '1\n');
    target.write('2 \xe9\n');
    await until(() => first.text() === '1\n2 \xe9\n');
    first.server.close();
    for (const socket of first.sockets) socket.resetAndDestroy();
    await once(first.server, 'close');
    const second = await listen({ port, host: '127.0.0.1' });
    let sent = 0;
    await until(() => (target.write(`${sent++}\n`), second.text() !== ''));
    target.close();
    await until(() => second.text().endsWith(`${sent - 1}\n`));
    expect(target.dropped).toBe(0);
    second.server.close();
  });

  test('what waits is bounded', () => {
    const target = new StreamTarget({ path: join(folder, 'nobody') }, 60_000);
    for (let i = 0; i < 300; i++) target.write('x'.repeat(1023) + '\n');
    expect(target.dropped).toBe(300 - 256);
    target.close();
  });
});

describe('UNIX sockets', () => {
  test('a stream socket is recognised and used', async () => {
    const path = join(folder, 'stream');
    const { server, text } = await listen({ path });
    expect(unixSocketKind(path)).toBe('stream');
    expect(unixLogProblem(path)).toBeUndefined();
    const target = openUnix(path);
    target.write('hello\n');
    await until(() => text() === 'hello\n');
    target.close();
    server.close();
  });

  test('the kernel list tells datagram sockets', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const list = join(folder, 'list');
    writeFileSync(
      list,
      `Num       RefCount Protocol Flags    Type St Inode Path\n0000: 00000002 00000000 00000000 0002 01 27 ${path}\n`,
    );
    expect(unixSocketKind(path, list)).toBe('datagram');
    expect(unixSocketKind(join(folder, 'none'), list)).toBe('unknown');
    expect(unixSocketKind(path, join(folder, 'none'))).toBe('unknown');
  });

  test('without a way to send, every line is counted', () => {
    const path = join(folder, 'none');
    const target = openUnix(path);
    target.write('lost\n');
    expect(target.dropped).toBe(1);
    target.close();
  });
});

describe('descriptors', () => {
  test('a file gets whole lines at once', () => {
    const path = join(folder, 'out');
    const fd = openSync(path, 'w');
    const target = openDescriptor(fd);
    target.write('one \xe9\n');
    target.write('two\n');
    expect(readFileSync(path, 'latin1')).toBe('one \xe9\ntwo\n');
    expect(target.dropped).toBe(0);
    closeSync(fd);
  });

  test('a closed descriptor only counts', () => {
    const fd = openSync(join(folder, 'closed'), 'w');
    closeSync(fd);
    const target = openDescriptor(fd);
    target.write('lost\n');
    expect(target.dropped).toBe(1);
  });

  test.skipIf(process.platform === 'win32')(
    'a pipe that nobody reads does not block, and lines stay whole',
    async () => {
      const fifo = join(folder, 'fifo');
      expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
      // opening both ways does not wait for the other side
      const fd = openSync(fifo, 'r+');
      const target = openDescriptor(fd);
      const line = `${'x'.repeat(99)}\n`;
      for (let i = 0; i < 5000; i++) target.write(line);
      expect(target.dropped).toBeGreaterThan(1000);
      const reader = spawn('head', ['-c', '60000', fifo]);
      let read = '';
      reader.stdout.on('data', (bytes: Buffer) => (read += bytes.toString('latin1')));
      await once(reader, 'close');
      expect(read).toBe(line.repeat(600));
      closeSync(fd);
    },
  );
});
