import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ListenSpec } from '../core/transport.js';
import { handleProvider } from '../protocol/transport/handle-provider.js';
import { offerSockets, OpenListeners } from '../protocol/transport/handover.js';
import { loadNative } from '../protocol/transport/native.js';
import { Succession } from './succession.js';

const spec: ListenSpec = { address: '127.0.0.1', port: 0, path: '', fd: -1, backlog: 10, v6only: false };
/** No process has it. */
const NOBODY = 2 ** 30;

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'succession-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('what two processes offer is taken, each address once', async () => {
  const place = new Succession(join(folder, 'own'), 'ns-');
  const open = new OpenListeners();
  const provider = open.watch(handleProvider(loadNative()));
  const listener = await provider.listen(spec, () => undefined);
  expect(place.prepare()).toBe(place.pathOf(process.pid));
  const withdrawals = [process.pid, NOBODY].map((pid) => offerSockets(place.pathOf(pid), 0o600, open));
  const taken = await place.take([NOBODY + 1, process.pid, NOBODY]);
  expect([...taken.descriptors.keys()]).toEqual(['tcp@127.0.0.1:0']);
  expect(taken.descriptors.get('tcp@127.0.0.1:0')).not.toBe(listener.fd);
  taken.closeOthers(new Set());
  for (const withdraw of withdrawals) if (typeof withdraw !== 'string') withdraw();
  listener.close();
});

test('files of processes that are gone are removed, those of others stay', () => {
  const place = new Succession(folder, 'ns-');
  for (const name of [`ns-${NOBODY}.handover`, `other-${NOBODY}.handover`, `ns-${process.ppid}.handover`, 'else']) {
    writeFileSync(join(folder, name), '');
  }
  place.prepare();
  expect(existsSync(join(folder, `ns-${NOBODY}.handover`))).toBe(false);
  expect(existsSync(join(folder, `other-${NOBODY}.handover`))).toBe(true);
  expect(existsSync(join(folder, `ns-${process.ppid}.handover`))).toBe(true);
});

test('a folder that others may enter is not used: nobody else is to get the sockets', async () => {
  chmodSync(folder, 0o755);
  const place = new Succession(folder, '');
  expect(place.prepare()).toBeUndefined();
  expect((await place.take([process.pid])).descriptors.size).toBe(0);
});
