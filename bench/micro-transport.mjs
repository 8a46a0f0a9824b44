// CPU microseconds per TCP round trip, per MiB and per connection: the relay on both transports, net's pipe, haproxy.
// usage: node bench/micro-transport.mjs [seconds per measurement, default 2] [rounds, default 3]
// Environment: BENCH_PEERS=handle,haproxy and BENCH_TASKS=ping,bulk,connect choose, BENCH_NODE is the node to measure.
// The proxy runs alone on core 0, load and origin on core 1. Figures are medians of interleaved rounds.
import { execFileSync, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';

const milliseconds = Number(process.argv[2] ?? 2) * 1000;
const rounds = Number(process.argv[3] ?? 3);
const node = process.env.BENCH_NODE ?? process.execPath;
const only = process.env.BENCH_PEERS?.split(',');
const onlyTasks = process.env.BENCH_TASKS?.split(',');
const folder = mkdtempSync(join(tmpdir(), 'micro-transport-'));
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

await build({
  entryPoints: [join(here, 'micro-transport-relay.ts'), join(here, 'micro-transport-load.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
});

const load = fork(join(folder, 'micro-transport-load.mjs'), { execPath: process.execPath });
pin(load.pid, 1);
const { port: originPort } = await message(load);

const proxies = [];
for (const kind of ['handle', 'socket', 'pipe'].filter(wanted)) {
  proxies.push(
    await start(kind, (port) => [node, [join(folder, 'micro-transport-relay.mjs'), kind, port, originPort]]),
  );
}
if (existsSync('/usr/sbin/haproxy')) {
  for (const [name, size] of [
    ['haproxy', 16384],
    ['haproxy 256k', 262144],
  ].filter(([name]) => wanted(name))) {
    proxies.push(await start(name, (port) => ['/usr/sbin/haproxy', ['-db', '-f', haproxyFile(port, size)]]));
  }
} else console.log('haproxy is not installed: left out');

const tasks = [
  { title: 'us per round trip (64 bytes, 32 connections)', kind: 'ping', connections: 32 },
  { title: 'us per MiB (16 connections)', kind: 'bulk', connections: 16 },
  { title: 'us per connection (one round trip each, 32 at once)', kind: 'connect', connections: 32 },
];
for (const task of tasks.filter(({ kind }) => onlyTasks?.includes(kind) ?? true)) {
  const figures = new Map(proxies.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const proxy of proxies) {
      const before = cpu(proxy.pid);
      load.send({ ...task, port: proxy.port, milliseconds: round === 0 ? 700 : milliseconds });
      const { operations } = await message(load);
      const used = cpu(proxy.pid) - before;
      if (round > 0) figures.get(proxy.name).push(used / operations / 1000); // round 0 warms up
      await sleep(50);
    }
  }
  const base = median(figures.get('haproxy') ?? []);
  console.log(`\n${task.title}`);
  for (const [name, values] of figures) {
    const ratio = Number.isNaN(base) ? '' : `  ${(median(values) / base).toFixed(2)} x haproxy`;
    console.log(`  ${name.padEnd(14)}${median(values).toFixed(2).padStart(9)}${ratio}`);
  }
}
console.log(`\nnode ${execFileSync(node, ['-p', 'process.version']).toString().trim()}`);
for (const { process: child } of proxies) child.kill('SIGTERM');
load.disconnect();
rmSync(folder, { recursive: true });

function wanted(name) {
  return only?.includes(name) ?? true;
}

async function start(name, command) {
  const port = await freePort();
  const [program, args] = command(String(port));
  const child = spawn('taskset', ['-c', '0', program, ...args.map(String)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (let tries = 0; !(await reachable(port)); tries++) {
    if (tries === 100) throw new Error(`${name} does not listen`);
    await sleep(50);
  }
  return { name, port, pid: child.pid, process: child };
}

function haproxyFile(port, size) {
  const file = join(folder, `haproxy-${size}.cfg`);
  const lines = [
    'global',
    ' nbthread 1',
    ` tune.bufsize ${size}`,
    'defaults',
    ' mode tcp',
    ' timeout connect 5s',
    ' timeout client 50s',
    ' timeout server 50s',
    'listen relay',
    ` bind 127.0.0.1:${port}`,
    ` server origin 127.0.0.1:${originPort}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Nanoseconds of all threads on a core. */
function cpu(pid) {
  return readdirSync(`/proc/${pid}/task`).reduce(
    (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
    0,
  );
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function pin(pid, core) {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

function message(child) {
  return new Promise((done, fail) => {
    const ended = (code) => fail(new Error(`the load generator ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      done(answer);
    });
  });
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

function reachable(port) {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => done(true) || socket.destroy());
    socket.once('error', () => done(false));
  });
}
