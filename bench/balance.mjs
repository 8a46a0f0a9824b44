// Time per pick() of every algorithm with 2, 10 and 100 servers: node bench/balance.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const outfile = join(folder, 'balance.mjs');
await build({ entryPoints: ['src/balance/index.ts'], bundle: true, format: 'esm', platform: 'node', outfile });
const { planBalance } = await import(pathToFileURL(outfile).href);
rmSync(folder, { recursive: true });

const span = { source: { file: 'bench', line: 1, text: '' }, column: 1, length: 1 };
const words = (text) => text && text.split(' ').map((word) => ({ text: word, span }));
const key = '/static/images/logo-2041.png';
const input = {
  avoid: undefined,
  stream: {
    session: { source: { address: '192.168.17.201', port: 1, family: 4 } },
    request: { method: 'GET', target: `${key}?id=77`, headers: { get: () => key } },
    requestBuffer: '\x03\0\0\0\0\xe0\0\0\0\0\0Cookie: mstshash=user77\r\n',
  },
};
const LINES = [
  'roundrobin',
  'static-rr',
  'leastconn',
  'first',
  'random',
  'source',
  'uri',
  'url_param id',
  'hdr(x-key)',
  'rdp-cookie',
  'hash url',
];
const TAKE = 3;
const RELEASE = 4;

function server(index) {
  const weight = 1 + (index % 3);
  return {
    index,
    name: `s${index}`,
    id: index + 1,
    address: '',
    port: 0,
    userWeight: weight,
    effectiveWeight: weight * 16,
    backup: false,
    usable: true,
    served: 0,
    queued: 0,
    dynamicMaxconn: 0,
    maxqueue: 0,
  };
}

function measure(line, hashType, count) {
  const servers = Array.from({ length: count }, (_, i) => server(i));
  const config = {
    name: 'b',
    mode: 'http',
    balance: words(line),
    hashType: words(hashType),
    hashBalanceFactor: 0,
    hashPreserveAffinity: 'always',
    options: {},
  };
  const balancer = planBalance(config, { diagnostics: undefined, compileExpression: () => () => key }).create(servers);
  const rounds = 300_000;
  const run = () => {
    for (let i = 0; i < rounds; i++) {
      const picked = balancer.pick(input);
      picked.served++;
      balancer.update(picked, TAKE);
      picked.served--;
      balancer.update(picked, RELEASE);
    }
  };
  run();
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e6) / rounds;
}

console.log('ns per pick, take and release, by number of servers');
for (const line of LINES) {
  for (const hashType of /^(round|static|least|first|random)/.test(line) ? [''] : ['map-based', 'consistent']) {
    const times = [2, 10, 100].map((count) => measure(line, hashType, count).toFixed(0).padStart(7));
    console.log(`${line.padEnd(14)} ${hashType.padEnd(11)} ${times.join('')}`);
  }
}
