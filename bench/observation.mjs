// What watching costs: CPU time per request under load, left alone and with a scrape, `show stat` and a live view each
// second. Rounds alternate, so that what else the machine does meets both.
//
//   node bench/observation.mjs [--rounds N] [--seconds N] [--backends N] [--servers N]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { drive } from './wire/load.mjs';
import { cpuMicroseconds, freePort, listening, start, stop, stopAll } from './wire/processes.mjs';

if (process.argv[2] === 'origin') {
  http.createServer((_request, response) => response.end('ok')).listen(Number(process.argv[3]), '127.0.0.1');
} else if (process.argv[2] === 'watch') watch(Number(process.argv[3]), process.argv[4]);
else await main();

async function main() {
  const number = (value) => ({ type: 'string', default: String(value) });
  const { values } = parseArgs({
    options: { rounds: number(9), seconds: number(1), backends: number(10), servers: number(5) },
  });
  const [rounds, seconds, backends, servers] = ['rounds', 'seconds', 'backends', 'servers'].map((name) =>
    Number(values[name]),
  );

  const folder = mkdtempSync(join(tmpdir(), 'observation-'));
  const socket = join(folder, 'runtime');
  const [web, stats, origin] = [await freePort(), await freePort(), await freePort()];

  const others = Array.from({ length: backends - 1 }, (_, backend) =>
    [`backend b${backend}`, ...serverLines(servers)].join('\n'),
  );
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
 nbthread 1
 stats socket ${socket}
defaults
 mode http
 timeout connect 5s
 timeout client 30s
 timeout server 30s
frontend web
 bind 127.0.0.1:${web}
 default_backend app
frontend stats
 bind 127.0.0.1:${stats}
 http-request use-service prometheus-exporter if { path /metrics }
 stats enable
 stats uri /
backend app
${serverLines(servers).join('\n')}
${others.join('\n')}
`,
  );

  function serverLines(count) {
    return Array.from({ length: count }, (_, at) => ` server s${at} 127.0.0.1:${origin}`);
  }

  const self = [process.execPath, import.meta.filename ?? process.argv[1]];
  start(1, [...self, 'origin', String(origin)]);
  const proxy = start(0, [process.execPath, resolve('dist/main.js'), '-db', '-f', file]);
  try {
    await listening(origin);
    await listening(web);
    await measure(2);
    const alone = [];
    const watched = [];
    for (let round = 0; round < rounds; round++) {
      alone.push(await measure(seconds));
      const watcher = start(1, [...self, 'watch', String(stats), socket]);
      await new Promise((wake) => setTimeout(wake, 500)); // its own start is not what is measured
      watched.push(await measure(seconds));
      await stop(watcher);
    }
    const idle = await idleCost();
    const [without, beside] = [median(alone), median(watched)];
    console.log(`${backends} backends of ${servers} servers; medians of ${rounds} rounds of ${seconds} s`);
    console.log(`left alone ${without.toFixed(1)} us of CPU per request, watched ${beside.toFixed(1)} us`);
    console.log(
      `rise ${((beside / without - 1) * 100).toFixed(1)} %; watching alone takes ${idle.toFixed(2)} % of a core`,
    );
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true });
  }

  /** @returns CPU time per request, us */
  async function measure(time) {
    const before = cpuMicroseconds(proxy.pid);
    const { requests } = await drive({ connections: 32, path: '/' }, web, time, 1);
    const used = cpuMicroseconds(proxy.pid) - before;
    return used / requests;
  }

  /** @returns per cent of a core, without other traffic */
  async function idleCost() {
    const use = async (time) => {
      const before = cpuMicroseconds(proxy.pid);
      await new Promise((wake) => setTimeout(wake, time * 1000));
      return (cpuMicroseconds(proxy.pid) - before) / time / 1e4;
    };
    const quiet = await use(3);
    const watcher = start(1, [...self, 'watch', String(stats), socket]);
    const watched = await use(3);
    await stop(watcher);
    return watched - quiet;
  }
}

/** Looks in every second, until it is stopped. */
function watch(stats, socket) {
  const agent = new http.Agent({ keepAlive: true });
  const read = (path) => http.get({ host: '127.0.0.1', port: stats, path, agent }, (response) => response.resume());
  setInterval(() => {
    read('/metrics');
    read('/;live.json');
    net.connect(socket).resume().end('show stat\n');
  }, 1000);
}

function median(all) {
  const sorted = all.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
