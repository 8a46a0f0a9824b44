import * as net from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ListenSpec } from '../../core/transport.js';
import { holdSocket, inheriting, socketKey } from './held.js';

const spec = (more: Partial<ListenSpec>): ListenSpec => ({
  address: '', port: 0, path: '', fd: -1, backlog: 10, v6only: false, ...more,
}); // prettier-ignore

test.each([
  [{ port: 80 }, 'tcp@0.0.0.0:80'],
  [{ address: '127.0.0.1', port: 80 }, 'tcp@127.0.0.1:80'],
  [{ address: '::', port: 80 }, 'tcp@:::80'],
  [{ address: '::', port: 80, v6only: true }, 'tcp@:::80:v6only'],
  [{ address: '::1', port: 80, v6only: true }, 'tcp@::1:80'],
  [{ path: '/x' }, 'unix@/x'],
  [{ fd: 5 }, 'fd@5'],
])('the key of %o', (more, key) => {
  expect(socketKey(spec(more))).toBe(key);
});

describe('a held socket', () => {
  test('an address that is taken is refused', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(() => holdSocket(spec({ address: '127.0.0.1', port }))).toThrow('cannot listen: EADDRINUSE');
    server.close();
  });

  test('has a descriptor, which whoever inherits it listens on', () => {
    const wanted = spec({ address: '127.0.0.1', port: 0 });
    const held = holdSocket(wanted);
    expect(held.fd).toBeGreaterThan(2);
    const asked: ListenSpec[] = [];
    const provider = inheriting(
      {
        name: 'socket',
        listen(given) {
          asked.push(given);
          return { local: { address: '', port: 0, family: 0 }, fd: -1, pause() {}, resume() {}, close() {} };
        },
        connect: () => {
          throw new Error('nobody connects here');
        },
      },
      new Map([[socketKey(wanted), held.fd]]),
    );
    void provider.listen(wanted, () => undefined);
    void provider.listen(spec({ port: 81 }), () => undefined);
    // once: the number may be anything else's after a close
    void provider.listen(wanted, () => undefined);
    expect(asked.map(({ fd }) => fd)).toEqual([held.fd, -1, -1]);
    held.close();
  });
});
