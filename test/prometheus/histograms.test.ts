import { join } from 'node:path';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { ok, RecordingOrigin, sends } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startTsproxy, type Proxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';
import { names, series } from './exposition.js';

/** `time-histograms`, which HAProxy has not: real traffic, and what the exporter says of it. */

/** How long a slow answer takes, and bounds that it lies between however loaded the machine is, ms. */
const SLOW = 60;
const DEFAULTS = `
defaults
 mode http
 timeout connect 5s
 timeout client 5s
 timeout server 5s
`;
const BOUNDS = '40ms 1m';

const slowly = (connection: { send(text: string): void }): void => {
  setTimeout(() => connection.send(ok()), SLOW);
};

async function scrape(proxy: Proxy, query = ''): Promise<string> {
  return (await askOnce(proxy.port('metrics'), get(`/metrics${query}`, 'connection: close\r\n'))).body;
}

const METRICS = `
frontend metrics
 bind 127.0.0.1:{metrics}
 http-request use-service prometheus-exporter
`;

/** Of one histogram: how many are within 40 ms, within a minute, and at all; its sum in seconds. */
function read(text: string, name: string, labels: string): { counts: (number | undefined)[]; sum: number } {
  const figures = series(text);
  const value = (key: string): number | undefined => {
    const found = figures.get(key);
    return found === undefined ? undefined : Number(found);
  };
  const full = `tsproxy_${name}_time_seconds`;
  const bucket = (le: string): number | undefined => value(`${full}_bucket{${labels},le="${le}"}`);
  expect(value(`${full}_count{${labels}}`)).toBe(bucket('+Inf'));
  return { counts: [bucket('0.04'), bucket('60'), bucket('+Inf')], sum: value(`${full}_sum{${labels}}`) ?? Number.NaN };
}

const NONE = [undefined, undefined, undefined];

test('requests are counted where they spent their time', async () => {
  const origin = await RecordingOrigin.start({ '/slow': slowly });
  const proxy = await startTsproxy(
    `${DEFAULTS}
 time-histograms server ${BOUNDS}
frontend web
 bind 127.0.0.1:{web}
 http-request return status 200 if { path /own }
 use_backend empty if { path /empty }
 default_backend app
backend app
 server one 127.0.0.1:{origin}
backend empty
backend quiet
 time-histograms off
 server one 127.0.0.1:{origin}
backend few
 time-histograms proxy
 server one 127.0.0.1:{origin}
${METRICS}`,
    { values: { origin: origin.port } },
  );
  const ask = (path: string) => askOnce(proxy.port('web'), get(path, 'connection: close\r\n'));
  for (const path of ['/', '/', '/slow', '/own', '/empty']) await ask(path);
  // a client that asks nothing is no request
  const silent = await RawClient.connect(proxy.port('web'));
  silent.end();
  await silent.closed();

  const text = await scrape(proxy, '?scope=frontend&scope=backend&scope=server');
  expect(read(text, 'frontend_total', 'proxy="web"').counts).toEqual([4, 5, 5]);
  for (const labels of ['proxy="app"', 'proxy="app",server="one"']) {
    const level = labels.includes('server') ? 'server' : 'backend';
    expect(read(text, `${level}_queue`, labels).counts).toEqual([3, 3, 3]);
    expect(read(text, `${level}_connect`, labels).counts).toEqual([3, 3, 3]);
    expect(read(text, `${level}_response`, labels).counts).toEqual([2, 3, 3]);
    const total = read(text, `${level}_total`, labels);
    expect(total.counts).toEqual([2, 3, 3]);
    expect(total.sum).toBeGreaterThan((SLOW - 2) / 1000);
  }
  // nobody was there: no time in a queue and none to connect
  expect(read(text, 'backend_queue', 'proxy="empty"').counts).toEqual([0, 0, 0]);
  expect(read(text, 'backend_total', 'proxy="empty"').counts).toEqual([1, 1, 1]);
  expect(read(text, 'backend_total', 'proxy="quiet"').counts).toEqual(NONE);
  expect(text).toContain('tsproxy_backend_total_time_seconds_bucket{proxy="few",le="0.04"} 0');
  expect(text).not.toMatch(/^tsproxy_server_.*proxy="few"/m);
  const again = await scrape(proxy, '?scope=global');
  expect(names(again).filter((name) => name.startsWith('tsproxy_'))).toEqual([]);
});

test('sessions of TCP, and those that wait for a place', async () => {
  const origin = await RecordingOrigin.start({ '/slow': slowly });
  const proxy = await startTsproxy(
    `${DEFAULTS}
 time-histograms proxy ${BOUNDS}
listen raw
 mode tcp
 bind 127.0.0.1:{raw}
 server one 127.0.0.1:{origin} maxconn 1
${METRICS}`,
    { values: { origin: origin.port } },
  );
  const first = await RawClient.connect(proxy.port('raw'));
  first.send(get('/slow', 'connection: close\r\n'));
  await until('the first is at the server', () => origin.connections.length === 1);
  const second = await RawClient.connect(proxy.port('raw'));
  second.send(get('/'));
  await first.response();
  first.end();
  await second.response();
  second.end();
  const figures = 'haproxy_frontend_current_sessions{proxy="raw"}';
  await until('both are gone', async () => series(await scrape(proxy)).get(figures) === '0');

  const text = await scrape(proxy);
  expect(read(text, 'backend_queue', 'proxy="raw"').counts).toEqual([1, 2, 2]);
  expect(read(text, 'backend_connect', 'proxy="raw"').counts).toEqual([2, 2, 2]);
  expect(read(text, 'backend_total', 'proxy="raw"').counts.at(-1)).toBe(2);
  expect(read(text, 'frontend_total', 'proxy="raw"').counts.at(-1)).toBe(2);
});

test('all threads count together; clear counters all begins anew', async () => {
  const socket = join(temporaryFolder(), 'runtime');
  const proxy = await startTsproxy(
    `global
 nbthread 2
 stats socket {socket} level admin
${DEFAULTS}
 time-histograms proxy ${BOUNDS}
frontend web
 bind 127.0.0.1:{web}
 http-request return status 200 content-type text/plain lf-string %[thread]
${METRICS}`,
    { values: { socket } },
  );
  const seen = new Set<string>();
  let asked = 0;
  await until('both threads have answered', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => askOnce(proxy.port('web'), get('/', 'connection: close\r\n'))),
    );
    for (const { body } of answers) seen.add(body);
    asked += answers.length;
    return seen.size === 2;
  });
  const requests = async (): Promise<number | undefined> =>
    read(await scrape(proxy), 'frontend_total', 'proxy="web"').counts.at(-1);
  expect(await requests()).toBe(asked);
  await tell(socket, 'clear counters');
  expect(await requests()).toBe(asked);
  await tell(socket, 'clear counters all');
  expect(await requests()).toBe(0);
});

test('nothing of ours is told where nobody asks for it', async () => {
  const origin = await RecordingOrigin.start({}, sends(ok()));
  const proxy = await startTsproxy(
    `${DEFAULTS}
listen web
 bind 127.0.0.1:{web}
 server one 127.0.0.1:{origin}
${METRICS}`,
    { values: { origin: origin.port } },
  );
  await askOnce(proxy.port('web'), get('/', 'connection: close\r\n'));
  expect(names(await scrape(proxy)).filter((name) => !name.startsWith('haproxy_'))).toEqual([]);
});

function tell(path: string, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connect(path)
      .once('error', reject)
      .once('close', () => resolve())
      .resume()
      .end(`${command}\n`);
  });
}
