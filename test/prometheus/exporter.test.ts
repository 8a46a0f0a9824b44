import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { run } from '../support/program.js';
import { startTsproxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';
import { names, series } from './exposition.js';

/** The file in cfg/, with ports of its own. */
const example = readFileSync('cfg/prometheus.cfg', 'utf8')
  .replaceAll(':8405', ':{metrics}')
  .replaceAll(':8400', ':{web}');

describe.skipIf(lacks('curl'))('cfg/prometheus.cfg, asked by curl', () => {
  test('has every name, and filters', async () => {
    const { port } = await startTsproxy(example.replaceAll(/^#.*$/gm, ''));
    const curl = async (path: string, ...more: string[]): Promise<string> =>
      (await run('curl', ['-s', ...more, `http://127.0.0.1:${port('metrics')}${path}`])).stdout;

    const all = await curl('/metrics', '-i');
    expect(all).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(all).toMatch(/^content-type: text\/plain; version=0\.0\.4\r$/m);
    // the 203 of HAProxy 2.6 without the two about stick-tables
    expect(new Set(names(all)).size).toBe(201);
    expect(names(all)).toHaveLength(201);

    const servers = series(await curl('/metrics?scope=server&no-maint'));
    const known = new Set([...servers.keys()].map((key) => /server="([^"]+)"/.exec(key)?.[1]));
    expect([...known]).toEqual(['one', 'two']);
    expect(await curl('/metrics?scope=nothing', '-o', '/dev/null', '-w', '%{http_code}')).toBe('400');
    expect(await curl('/', '-o', '/dev/null', '-w', '%{http_code}')).toBe('404');
  });
});

test('the log names the service', async () => {
  const sink = await LogSink.start();
  const { port } = await startTsproxy(
    `
defaults
 mode http
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend metrics
 bind 127.0.0.1:{metrics}
 log 127.0.0.1:{sink} local0
 option httplog
 http-request use-service prometheus-exporter if { path /metrics }
`,
    { values: { sink: sink.port } },
  );
  await askOnce(port('metrics'), get('/metrics?scope=', 'connection: close\r\n'));
  const [line] = await sink.lines(/ metrics\/<PROMEX> .* 200 .* LR-- /);
  expect(line).toContain('"GET /metrics?scope= HTTP/1.1"');
});

test('each of two threads tells of both', async () => {
  const { port } = await startTsproxy(`
global
 nbthread 2
defaults
 mode http
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend web
 bind 127.0.0.1:{web}
 http-request use-service prometheus-exporter if { path /metrics }
 http-request return status 200 content-type text/plain lf-string %[thread]
`);
  const ask = async (path: string): Promise<string> =>
    (await askOnce(port('web'), get(path, 'connection: close\r\n'))).body;
  const seen = new Set<string>();
  let asked = 0;
  await until('both threads have answered', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/')));
    for (const answer of answers) seen.add(answer);
    asked += answers.length;
    return seen.size === 2;
  });
  const requests = 'haproxy_frontend_http_requests_total{proxy="web"}';
  for (let scrapes = 1; scrapes <= 8; scrapes++) {
    const figures = series(await ask('/metrics?scope=frontend'));
    expect(Number(figures.get(requests))).toBe(asked + scrapes);
  }
});
