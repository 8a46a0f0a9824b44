import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ListenSpec } from '../../core/transport.js';
import { handleProvider } from './handle-provider.js';
import { offerSockets, OpenListeners, takeSockets } from './handover.js';
import { socketKey } from './held.js';
import { loadNative } from './native.js';

const spec: ListenSpec = { address: '127.0.0.1', port: 0, path: '', fd: -1, backlog: 10, v6only: false };

test('listening sockets reach whoever asks, each once, with descriptors of their own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'handover-'));
  const path = join(folder, 'socket');
  const open = new OpenListeners();
  const provider = open.watch(handleProvider(loadNative()));
  const first = await provider.listen(spec, () => undefined);
  const second = await provider.listen({ ...spec, address: '127.0.0.2' }, () => undefined);
  const withdraw = offerSockets(path, 0o600, open);
  if (typeof withdraw === 'string') throw new Error(withdraw);
  const taken = await takeSockets(path);
  expect([...taken.descriptors.keys()]).toEqual([socketKey(spec), 'tcp@127.0.0.2:0']);
  for (const [index, fd] of [...taken.descriptors.values()].entries()) {
    expect(fd).not.toBe([first, second][index].fd);
  }
  taken.closeOthers(new Set());
  second.close();
  expect([...(await takeSockets(path)).descriptors.keys()]).toEqual([socketKey(spec)]);
  withdraw();
  await expect(takeSockets(path)).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  first.close();
  rmSync(folder, { recursive: true });
});
