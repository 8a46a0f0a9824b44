import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as net from 'node:net';
import { expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { subjectName } from '../support/environment.js';
import { until } from '../support/poll.js';
import { type Program, processLives } from '../support/program.js';
import { startProxy } from '../support/proxy.js';
import { ConstantLoad, Echoing, slowDownload } from './load.js';

const SIZE = 40 * 1024 * 1024;

async function origin(): Promise<number> {
  const body = Buffer.alloc(SIZE, 'x');
  const server = createServer((request, response) => {
    response.end(request.url === '/large' ? body : 'ok');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(() => void server.close());
  return portOf(server.address());
}

async function echo(): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(() => void server.close());
  return portOf(server.address());
}

const portOf = (address: string | net.AddressInfo | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

const CONFIG = `
defaults
 timeout connect 5s
 timeout client 60s
 timeout server 60s
listen web
 mode http
 bind 127.0.0.1:{web}
 server s 127.0.0.1:{origin}
listen tcp
 mode tcp
 bind 127.0.0.1:{tcp}
 server s 127.0.0.1:{echo}
`;

const workers = ({ stderr }: Program): number[] =>
  [...stderr.matchAll(/New worker \((\d+)\) forked/g)].map(([, pid]) => Number(pid));
const count = ({ stderr }: Program, text: string): number => stderr.split(text).length - 1;

test('ten reloads under load, one of them broken: nobody notices', { timeout: 120_000 }, async () => {
  const proxy = await startProxy(CONFIG, { values: { origin: await origin(), echo: await echo() }, args: ['-W'] });
  const { program } = proxy;
  await until('the first worker', () => count(program, 'Loading success.') === 1);
  const download = slowDownload(proxy.port('web'));
  const echoing = new Echoing(proxy.port('tcp'));
  const load = new ConstantLoad(proxy.port('web'));
  await until('some load', () => load.fresh.done > 20 && load.kept.done > 20 && echoing.rounds > 3);
  const good = readFileSync(proxy.file, 'utf8');
  for (let reload = 1; reload <= 10; reload++) {
    const broken = reload === 5;
    writeFileSync(proxy.file, good);
    appendFileSync(proxy.file, broken ? 'rubbish\n' : `# reload ${reload}\n`);
    program.signal('SIGUSR2');
    await until(`reload ${reload}`, () =>
      broken
        ? count(program, 'Loading failure!') === 1
        : count(program, 'Loading success.') === (reload < 5 ? reload + 1 : reload),
    30_000); // prettier-ignore
    const before = load.fresh.done;
    await until('load after it', () => load.fresh.done > before + 20, 30_000);
  }
  await load.stop();
  await echoing.stop();
  download.release();
  expect(load.fresh.failures).toEqual([]);
  expect(load.kept.failures).toEqual([]);
  expect(echoing.failure).toBeUndefined();
  expect(await download.bytes).toBeGreaterThan(SIZE);
  expect(workers(program)).toHaveLength(10);
  await until('former workers leave', () => workers(program).filter(processLives).length === 1, 30_000);
  program.signal('SIGUSR1');
  expect(await program.exited).toEqual({ code: 0, signal: null });
  if (subjectName === 'tsproxy') expect(program.stderr).toContain('All workers exited. Exiting... (0)');
});
