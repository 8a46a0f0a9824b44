// What watching costs: CPU time per request under load, left alone and with a scrape, `show stat` and a live view each
// second (`--looks none`: nothing, a control). The watcher lives all the time and only stops looking; a round measures without, with, with, without, so that
// what else the machine does meets both. The error is the standard error of the median of the rounds.
//
//   node bench/observation.mjs [--rounds N] [--seconds N] [--backends N] [--servers N] [--looks metrics,live,stat]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nginxOrigin } from './wire/contenders.mjs';
import { drive } from './wire/load.mjs';
import { cpuMicroseconds, freePort, listening, start, stopAll } from './wire/processes.mjs';

if (process.argv[2] === 'watch') watch(Number(process.argv[3]), process.argv[4], process.argv[5].split(','));
else await main();

async function main() {
  const text = (value) => ({ type: 'string', default: String(value) });
  const { values: options } = parseArgs({
    options: {
      rounds: text(15),
      seconds: text(1),
      backends: text(10),
      servers: text(5),
      looks: text('metrics,live,stat'),
    },
  });
  const [rounds, seconds, backends, servers] = ['rounds', 'seconds', 'backends', 'servers'].map((name) =>
    Number(options[name]),
  );

  const folder = mkdtempSync(join(tmpdir(), 'observation-'));
  const socket = join(folder, 'runtime');
  const [web, stats, origin] = [await freePort(), await freePort(), await freePort()];
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www', 'index.html'), 'ok');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration({ socket, web, stats, origin, backends, servers }));

  start(1, nginxOrigin({ folder, name: 'origin', port: origin }));
  const proxy = start(0, [process.execPath, resolve('dist/main.js'), '-db', '-f', file]);
  const self = [process.execPath, import.meta.filename ?? process.argv[1]];
  const watcher = start(1, [...self, 'watch', String(stats), socket, options.looks], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await Promise.all([listening(origin), listening(web)]);
    await measure(false);
    await measure(true);
    const alone = [];
    const watched = [];
    const rises = [];
    let load = 0;
    for (let round = 0; round < rounds; round++) {
      const [a, b, c, d] = [await measure(false), await measure(true), await measure(true), await measure(false)];
      alone.push(a.perRequest, d.perRequest);
      watched.push(b.perRequest, c.perRequest);
      rises.push((b.perRequest + c.perRequest) / (a.perRequest + d.perRequest) - 1);
      load += (a.share + b.share + c.share + d.share) / 4 / rounds;
    }
    const idle = await idleCost();
    console.log(
      `${backends} backends of ${servers} servers, looked at by ${options.looks}; ${rounds} rounds of 4 x ${seconds} s`,
    );
    console.log(
      `CPU time per request: left alone ${median(alone).toFixed(1)} us, watched ${median(watched).toFixed(1)} us`,
    );
    console.log(
      `rise ${percent(median(rises))} +- ${percent(errorOfMedian(rises))}; the proxy was busy for ${percent(load)}`,
    );
    console.log(`watching alone takes ${percent(idle)} of a core`);
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true });
  }

  /** @returns CPU time per request, us, and the share of a core */
  async function measure(watched) {
    watcher.send(watched);
    const before = cpuMicroseconds(proxy.pid);
    const { requests } = await drive({ connections: 32, path: '/' }, web, seconds, 1);
    const used = cpuMicroseconds(proxy.pid) - before;
    watcher.send(false);
    return { perRequest: used / requests, share: used / seconds / 1e6 };
  }

  /** @returns share of a core, without other traffic */
  async function idleCost() {
    const use = async (watched) => {
      watcher.send(watched);
      const before = cpuMicroseconds(proxy.pid);
      await new Promise((wake) => setTimeout(wake, 5000));
      return (cpuMicroseconds(proxy.pid) - before) / 5e6;
    };
    const quiet = await use(false);
    return (await use(true)) - quiet;
  }
}

function configuration({ socket, web, stats, origin, backends, servers }) {
  const lines = Array.from({ length: servers }, (_, at) => ` server s${at} 127.0.0.1:${origin}`).join('\n');
  const others = Array.from({ length: backends - 1 }, (_, at) => `backend b${at}\n${lines}`).join('\n');
  return `global
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
${lines}
${others}
`;
}

/**
 * Looks in every second while it is told to, for the first time half a second in; a live view is opened then and stays,
 * as in a browser.
 */
function watch(stats, socket, looks) {
  const agent = new http.Agent({ keepAlive: true });
  const read = (path) => http.get({ host: '127.0.0.1', port: stats, path, agent }, (response) => response.resume());
  const ways = {
    none: () => {}, // a control: what the method itself adds
    metrics: () => read('/metrics'),
    stat: () => net.connect(socket).resume().end('show stat\n'),
    live: () => {},
  };
  const look = () => looks.forEach((name) => ways[name]());
  let timers = [];
  let view;
  function begin() {
    if (looks.includes('live')) {
      view = http.get({ host: '127.0.0.1', port: stats, path: '/;live.events' }, (response) => {
        response.on('error', () => {}).resume();
      });
    }
    look();
    timers.push(setInterval(look, 1000));
  }
  process.on('message', (watching) => {
    timers.forEach(clearTimeout);
    view?.destroy();
    view = undefined;
    timers = watching ? [setTimeout(begin, 500)] : [];
  });
  process.on('disconnect', () => process.exit());
}

function median(all) {
  const sorted = all.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** From the median's deviation, which a few disturbed rounds do not spoil. */
function errorOfMedian(all) {
  const middle = median(all);
  return (1.4826 * 1.2533 * median(all.map((one) => Math.abs(one - middle)))) / Math.sqrt(all.length);
}

function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}
