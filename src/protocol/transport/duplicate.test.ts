import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { Transport } from '../../core/transport.js';
import { handleProvider } from './handle-provider.js';
import { loadNative } from './native.js';

const spec = { address: '127.0.0.1', port: 0, path: '', fd: -1, backlog: 16, v6only: false };

async function dial(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch {
    return 'refused';
  } finally {
    socket.destroy();
  }
}

test('a shared socket is accepted from through other descriptors, each closed on its own', async () => {
  const provider = handleProvider(loadNative());
  const seen: string[] = [];
  const acceptAs = (name: string) => (transport: Transport) => {
    seen.push(name);
    transport.destroy();
  };
  const first = await provider.listen(spec, acceptAs('first'));
  const { port } = first.local;
  const shared = await first.share?.();
  if (shared === undefined) throw new Error('handles can be shared');
  first.close();

  const second = await provider.listen({ ...spec, fd: await shared.descriptor() }, acceptAs('second'));
  expect(second.local.port).toBe(port);
  expect(await dial(port)).toBe('connected');
  await expect.poll(() => seen).toEqual(['second']);
  second.close();

  // nobody accepts now, but the kernel does: the socket is still open
  expect(await dial(port)).toBe('connected');
  const third = await provider.listen({ ...spec, fd: await shared.descriptor() }, acceptAs('third'));
  await expect.poll(() => seen).toEqual(['second', 'third']);
  third.close();
  shared.close();
  await expect.poll(() => dial(port)).toBe('refused');
});
