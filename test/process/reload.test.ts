import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as net from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../support/cleanup.js';
import { nodePath, onSocketTransport, subjectName } from '../support/environment.js';
import { temporaryFolder } from '../support/folders.js';
import { until } from '../support/poll.js';
import { type Program, processLives } from '../support/program.js';
import { runProxy, startProxy, writeConfig } from '../support/proxy.js';
import { ConstantLoad, Echoing, slowDownload } from './load.js';

/** Whether the Node under test knows SO_REUSEPORT: it came with 22.12 and 23.1. */
function canReusePorts(): boolean {
  if (subjectName === 'haproxy') return true;
  const version = execFileSync(nodePath, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  const [major, minor] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

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

test.each([
  ['one thread', 1],
  ['two threads', 2],
])('ten reloads under load, one of them broken: nobody notices (%s)', { timeout: 120_000 }, async (_, threads) => {
  const proxy = await startProxy(`global\n nbthread ${threads}\n${CONFIG}`, {
    values: { origin: await origin(), echo: await echo() },
    args: ['-W'],
  });
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

const EXPOSED = CONFIG.replace(
  '\ndefaults',
  'global\n stats socket {socket} level admin expose-fd listeners\ndefaults',
);

/** Failures that must be allowed where the sockets themselves do not change hands. */
const LOST = canReusePorts()
  ? /\(reset\)|ECONNRESET/ // what waits in the queue of a socket that closes is reset by the kernel (management manual 4)
  : /\(reset\)|ECONNRESET|ECONNREFUSED/; // nobody even listens for a moment
const NONE = /^$/;

describe.each([
  ['the sockets are handed over', undefined, subjectName === 'haproxy' || onSocketTransport ? LOST : NONE],
  ['on the socket transport the ports are opened again', 'socket', LOST],
  ['-x: the sockets are handed over', '-x', NONE],
] as const)('five takeovers with -sf; %s', (_, way, expected) => {
  const handover = way === '-x';
  const transport = way === 'socket' ? way : undefined;
  test('established connections go on', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const pidfile = join(folder, 'pid');
    const socket = join(folder, 'stats');
    const values = { origin: await origin(), echo: await echo(), socket };
    const filled = await writeConfig(handover ? EXPOSED : CONFIG, values);
    const web = Number(filled.values.web);
    const pids: number[] = [];
    atEnd(() => pids.filter(processLives).forEach((pid) => process.kill(pid, 'SIGKILL')));
    const begin = async (...more: string[]): Promise<void> => {
      const args = ['-D', '-f', filled.file, '-p', pidfile, ...more];
      const { code, stderr } = await runProxy(subjectName, args, { transport });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      pids.push(Number(readFileSync(pidfile, 'latin1')));
    };
    await begin();
    const download = slowDownload(web);
    const echoing = new Echoing(Number(filled.values.tcp));
    const load = new ConstantLoad(web);
    await until('some load', () => load.fresh.done > 20 && load.kept.done > 20 && echoing.rounds > 3);
    for (let takeover = 1; takeover <= 5; takeover++) {
      await begin('-sf', String(pids.at(-1)), ...(handover ? ['-x', socket] : []));
      const before = load.fresh.done;
      await until('load after it', () => load.fresh.done > before + 20, 30_000);
    }
    await load.stop();
    await echoing.stop();
    download.release();
    expect(echoing.failure).toBeUndefined();
    expect(await download.bytes).toBeGreaterThan(SIZE);
    await until('former processes leave', () => pids.filter(processLives).length === 1, 30_000);
    const failures = [...load.fresh.failures, ...load.kept.failures];
    expect(failures.filter((text) => !expected.test(text))).toEqual([]);
    if (failures.length > 0) console.log(`${failures.length} of ${load.fresh.done + load.kept.done} requests failed`);
  });
});
