// The wire benchmark: CPU per request of tsproxy beside haproxy, nginx and http-proxy, in one run on one machine.
//
//   node bench/wire/run.mjs [--rounds 3] [--seconds 4] [--only keep-alive,close,…] [--without nginx,http-proxy] [--threads 2]
//
// Load and origins share one core, the proxy has the other. Times vary between machines and minutes; ratios do not.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { certificateOf, haproxyConfig, nginxOrigin, nginxProxy } from './contenders.mjs';
import { drive } from './load.mjs';
import { cpuMicroseconds, freePort, installed, listening, residentKib, start, stop, stopAll } from './processes.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    without: { type: 'string', default: '' },
    node: { type: 'string', default: process.execPath },
    threads: { type: 'string' },
  },
});
const ROUNDS = Number(options.rounds);
const SECONDS = Number(options.seconds);
const PROXY_CORE = 0;
const LOAD_CORE = 1;
const IDLE_CONNECTIONS = 1000;
const MIB = 1024 * 1024;

const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language: en-GB,en;q=0.7,de;q=0.3',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Referer: http://example.com/a/page.html',
  'Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes',
  'Upgrade-Insecure-Requests: 1',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
];

/** @type {{name: string, title: string, port: 'http'|'h2'|'tcp'|'tls'|'rules'|'tracked', path: string, connections: number, headers?: string[], handshakes?: boolean}[]} */
const SCENARIOS = [
  { name: 'keep-alive', title: 'HTTP keep-alive, small', port: 'http', path: '/small.html', connections: 64 },
  {
    name: 'browser',
    title: 'HTTP keep-alive, browser headers',
    port: 'http',
    path: '/small.html',
    connections: 64,
    headers: BROWSER,
  },
  {
    name: 'close',
    title: 'HTTP, a connection per request',
    port: 'http',
    path: '/small.html',
    connections: 64,
    headers: ['Connection: close'],
  },
  {
    name: 'rules',
    title: 'HTTP keep-alive, 50 ACLs, a map, three edits',
    port: 'rules',
    path: '/small.html',
    connections: 64,
  },
  {
    name: 'tracked',
    title: 'HTTP keep-alive, rates in a stick-table',
    port: 'tracked',
    path: '/small.html',
    connections: 64,
  },
  { name: 'body', title: 'HTTP, 1 MiB bodies', port: 'http', path: '/1m.bin', connections: 16 },
  { name: 'h2', title: 'HTTP/2, small', port: 'h2', path: '/small.html', connections: 8, streams: 8 },
  { name: 'h2-body', title: 'HTTP/2, 1 MiB bodies', port: 'h2', path: '/1m.bin', connections: 4, streams: 4 },
  { name: 'tcp', title: 'TCP ping-pong', port: 'tcp', path: '/small.html', connections: 64 },
  { name: 'tcp-bulk', title: 'TCP, 1 MiB', port: 'tcp', path: '/1m.bin', connections: 16 },
  { name: 'tls', title: 'HTTPS keep-alive, small', port: 'tls', path: '/small.html', connections: 64 },
  { name: 'tls-body', title: 'HTTPS, 1 MiB bodies', port: 'tls', path: '/1m.bin', connections: 16 },
  { name: 'handshakes', title: 'TLS handshakes, P-256', port: 'tls', path: '', connections: 1, handshakes: true },
  { name: 'tcp-64m', title: 'TCP, 64 MiB', port: 'tcp', path: '/64m.bin', connections: 4 },
];

const folder = mkdtempSync(join(tmpdir(), 'tsproxy-bench-'));
const without = options.without.split(',');
const wanted = (name) => options.only === undefined || options.only.split(',').includes(name);

async function ports() {
  const http = await freePort();
  // the first bytes say that it is HTTP/2
  const [tcp, tls, stats, rules, tracked] = await Promise.all(Array.from({ length: 5 }, freePort));
  return { http, h2: http, tcp, tls, stats, rules, tracked };
}

async function startContenders(origins, sink) {
  const contenders = [];
  const add = async (name, needs, make) => {
    if (without.includes(name)) return;
    if (needs !== undefined && !installed(needs)) {
      console.log(`${name} is not installed: left out`);
      return;
    }
    const own = await ports();
    const { argv, kinds, env, core = PROXY_CORE, socket } = make(own);
    const child = start(core, argv, { env: { ...process.env, ...env } });
    await listening(own.http);
    contenders.push({ name, child, ports: own, kinds, socket });
  };
  const all = ['http', 'tcp', 'rules', 'tracked'];
  if (existsSync(certificateOf(folder))) all.push('tls');
  if (installed('h2load')) all.push('h2');
  else console.log('h2load is not installed: no HTTP/2');
  const config = (name, own, bufsize) => haproxyConfig({ folder, name, ports: own, origins, sink, bufsize });
  await add('haproxy', 'haproxy', (own) => ({ argv: ['haproxy', '-db', '-f', config('haproxy', own)], kinds: all }));
  await add('haproxy-256k', 'haproxy', (own) => ({
    argv: ['haproxy', '-db', '-f', config('haproxy-256k', own, 262144)],
    kinds: ['body', 'tcp-bulk', 'tcp-64m'],
  }));
  for (const transport of ['handle', 'socket']) {
    const name = transport === 'handle' ? 'tsproxy' : 'tsproxy-socket';
    await add(name, undefined, (own) => ({
      argv: [options.node, 'dist/main.js', '-db', '-q', '-f', config(name, own)],
      env: { TSPROXY_TRANSPORT: transport },
      kinds: all,
    }));
  }
  if (options.threads !== undefined) {
    const name = `tsproxy-${options.threads}-threads`;
    const socket = join(folder, `${name}.sock`);
    const more = { threads: options.threads, socket };
    await add(name, undefined, (own) => ({
      argv: [
        options.node,
        'dist/main.js',
        '-db',
        '-q',
        '-f',
        haproxyConfig({ folder, name, ports: own, origins, sink, ...more }),
      ],
      kinds: ['http', 'tcp'],
      socket,
      // both cores: the load has to share its own
      core: `${PROXY_CORE},${LOAD_CORE}`,
    }));
  }
  await add('nginx', 'nginx', (own) => ({
    argv: nginxProxy({ folder, name: 'proxy', ports: own, origins }),
    kinds: ['http', 'tcp'],
  }));
  await add('http-proxy', undefined, (own) => ({
    argv: [options.node, 'bench/wire/http-proxy.mjs', String(own.http), ...origins.map(String)],
    kinds: ['keep-alive', 'browser', 'close', 'body'],
  }));
  return contenders;
}

/** By the name of the scenario, or because it has a port for all of that kind. */
const takesPart = ({ kinds }, { name, port }) => kinds.includes(name) || kinds.includes(port);

async function measure(contender, scenario) {
  const port = contender.ports[scenario.port];
  const before = cpuMicroseconds(contender.child.pid);
  const result = await drive(scenario, port, SECONDS, LOAD_CORE);
  return {
    ...result,
    cpu: (cpuMicroseconds(contender.child.pid) - before) / result.requests,
    rss: residentKib(contender.child.pid),
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

function report(scenario, results) {
  const base = median((results.get('haproxy') ?? []).map(({ cpu }) => cpu));
  console.log(`\n### ${scenario.title}\n`);
  console.log('| | CPU us/request | x haproxy | requests/s | p50 | p99 | RSS MiB |');
  console.log('|---|---:|---:|---:|---:|---:|---:|');
  for (const [name, runs] of results) {
    const cpu = median(runs.map((run) => run.cpu));
    const { p50, p99, rss, errors } = runs.at(-1);
    const rate = median(runs.map((run) => run.rate));
    const cells = [name, cpu.toFixed(1), (cpu / base).toFixed(2), rate.toFixed(0), p50, p99, (rss / 1024).toFixed(0)];
    console.log(`| ${cells.join(' | ')} |${errors === '' ? '' : ` ${errors}`}`);
  }
}

/** One command of the runtime API. */
function ask(path, command) {
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(path, () => client.write(`${command}\n`));
    client
      .on('data', (part) => (answer += part))
      .on('end', () => resolve(answer))
      .on('error', reject);
  });
}

/** Memory of keep-alive connections that wait for their next request. */
async function idleConnections(contenders) {
  console.log(`\n### RSS per idle keep-alive connection (${IDLE_CONNECTIONS})\n\n| | KiB |\n|---|---:|`);
  for (const contender of contenders.filter(({ kinds }) => kinds.includes('http'))) {
    const before = residentKib(contender.child.pid);
    const child = spawn(process.execPath, [
      'bench/wire/idle.mjs',
      String(contender.ports.http),
      String(IDLE_CONNECTIONS),
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 500));
    console.log(
      `| ${contender.name} | ${((residentKib(contender.child.pid) - before) / IDLE_CONNECTIONS).toFixed(1)} |`,
    );
    child.stdin.end();
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** From spawn to the first accepted connection, on the tutorial's web configuration. */
async function startUp(origins, sink) {
  console.log('\n### Start-up to listening, ms\n');
  const programs = {
    haproxy: ['haproxy', '-db', '-f'],
    tsproxy: [options.node, 'dist/main.js', '-db', '-q', '-f'],
  };
  for (const [name, argv] of Object.entries(programs)) {
    if (name === 'haproxy' && !installed('haproxy')) continue;
    const times = [];
    for (let i = 0; i < 7; i++) {
      const own = await ports();
      const file = haproxyConfig({ folder, name: 'startup', ports: own, origins, sink });
      const begin = performance.now();
      const child = start(PROXY_CORE, [...argv, file]);
      await listening(own.http);
      times.push(performance.now() - begin);
      await stop(child);
    }
    console.log(`${name}: ${median(times).toFixed(0)}`);
  }
}

/** A self-signed certificate with a P-256 key. */
function makeCertificate() {
  if (!installed('openssl')) return console.log('openssl is not installed: no TLS');
  const file = certificateOf(folder);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file];
  return spawnSync('openssl', ['req', '-x509', ...key, '-out', `${file}.crt`, '-subj', '/CN=bench'], {
    stdio: 'ignore',
  }).status === 0
    ? appendFileSync(file, readFileSync(`${file}.crt`))
    : rmSync(file, { force: true });
}

async function main() {
  if (!installed('wrk')) console.log('wrk is not installed: autocannon drives the load');
  makeCertificate();
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www/small.html'), '<h1>hello</h1>\n'.repeat(8));
  writeFileSync(join(folder, 'www/1m.bin'), Buffer.alloc(MIB, 'x'));
  writeFileSync(join(folder, 'www/64m.bin'), Buffer.alloc(64 * MIB, 'x'));
  const sink = await freePort();
  start(LOAD_CORE, [process.execPath, 'bench/wire/sink.mjs', String(sink)]);
  const origins = [await freePort(), await freePort()];
  origins.forEach((port, index) => start(LOAD_CORE, nginxOrigin({ folder, name: `origin${index}`, port })));
  await Promise.all(origins.map((port) => listening(port)));
  if (wanted('start-up')) await startUp(origins, sink);
  const contenders = await startContenders(origins, sink);
  for (const scenario of SCENARIOS.filter(({ name }) => wanted(name))) {
    if (!contenders.some((one) => takesPart(one, scenario))) continue;
    const results = new Map();
    // Nobody is measured cold: Node compiles its hot functions in the first seconds.
    for (const contender of contenders.filter((one) => takesPart(one, scenario))) await measure(contender, scenario);
    for (let round = 0; round < ROUNDS; round++) {
      for (const contender of contenders.filter((one) => takesPart(one, scenario))) {
        const runs = results.get(contender.name) ?? [];
        results.set(contender.name, runs.concat(await measure(contender, scenario)));
      }
    }
    report(scenario, results);
  }
  if (wanted('idle')) await idleConnections(contenders);
  for (const { name, socket } of contenders.filter((one) => one.socket !== undefined)) {
    const activity = await ask(socket, 'show activity');
    console.log(`\n${name}, connections in all and by thread: ${/^accepted: (.*)$/m.exec(activity)?.[1]}`);
  }
}

try {
  const { stdout } = spawnSync('uname', ['-srm'], { encoding: 'utf8' });
  console.log(
    `node ${spawnSync(options.node, ['-v'], { encoding: 'utf8' }).stdout.trim()}, ${stdout.trim()}, ${ROUNDS} rounds of ${SECONDS} s`,
  );
  await main();
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
