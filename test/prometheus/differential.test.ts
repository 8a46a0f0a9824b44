import { beforeAll, describe, expect, test } from 'vitest';
import { statusOf } from '../support/http-message.js';
import { lacks } from '../support/installed.js';
import { hangs, RecordingOrigin } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { askOnce, get } from '../support/raw-client.js';
import { fetchRaw } from '../stats/haproxy.js';
import { metricLines, series } from './exposition.js';

const CONFIG = `
global
    maxconn 1000
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    option socket-stats
listen stats
    bind 127.0.0.1:{stats}
    http-request use-service prometheus-exporter if { path /metrics }
frontend web
    bind 127.0.0.1:{web} name first
    http-request deny if { path /denied }
    default_backend live
frontend twice
    bind 127.0.0.1:{twice}
    bind 127.0.0.1:{again}
    default_backend app
frontend raw
    mode tcp
    bind 127.0.0.1:{raw}
    default_backend tcp
backend live
    server origin 127.0.0.1:{origin}
backend app
    option httpchk
    timeout check 60s
    server plain 127.0.0.1:1
    server dead 127.0.0.1:1 check inter 1s maxqueue 10 maxconn 12 pool-max-conn 42
    server off 127.0.0.1:1 check disabled
    server spare 127.0.0.1:1 backup weight 7
    server light 127.0.0.1:1 weight 0
    server healthy 127.0.0.1:{origin} check inter 1s
    server silent 127.0.0.1:{silent} check inter 1s
    server follows 127.0.0.1:1 track app/dead
backend tcp
    mode tcp
    server follows 127.0.0.1:1 track app/dead
backend empty
`;

/** Series whose values depend on the moment, on the machine or on the program's insides; they must only exist. */
const MOMENTARY = [
  /^haproxy_process_(connections_total|current_tasks|jobs|pool_\w+|start_time_seconds|uptime_seconds)/,
  /^haproxy_process_(\w+_rate|bytes_out_total|idle_time_percent|nbthread)/,
  /_(last_change_seconds|downtime_seconds_total|check_duration_seconds|time_average_seconds|last_session_seconds)\{/,
  /_max_(queue|connect|response|total)_time_seconds\{/,
  // HAProxy forecasts, tsproxy says how many are in use
  /_need_connections_current\{/,
  // how many connections are kept for the next request, and for how long, is decided differently
  /_(unsafe_idle|safe_idle|idle)_connections_current\{/,
  // bytes differ with the figures in them
  /_bytes_(in|out)_total\{proxy="stats"/,
];

function settled(text: string): string[] {
  return metricLines(text).map((line) =>
    MOMENTARY.some((pattern) => pattern.test(line)) ? line.slice(0, line.lastIndexOf(' ')) : line,
  );
}

const QUERIES = [
  '', '?scope=', '?scope', '?scope=global', '?scope=frontend', '?scope=listener', '?scope=backend', '?scope=server',
  '?scope=*', '?scope=sticktable', '?scope=server&scope=frontend', '?scope=server&no-maint', '?no-maint',
  '?scope=all', '?scope=server%zz', '?sc%6fpe=server', '?x=%zz', '?extra-counters', '?scope=server&scope=',
]; // prettier-ignore

describe.skipIf(lacks('haproxy'))('beside the real HAProxy', () => {
  let proxies: Proxy[] = [];
  const scrape = async (proxy: Proxy, query = ''): Promise<string> =>
    (await fetchRaw(proxy.port('stats'), `/metrics${query}`)).body;
  const both = <T>(ask: (proxy: Proxy) => Promise<T>): Promise<T[]> => Promise.all(proxies.map(ask));

  beforeAll(async () => {
    const origin = await RecordingOrigin.start();
    const silent = await RecordingOrigin.start({}, hangs);
    const values = { origin: origin.port, silent: silent.port };
    proxies = [await startTsproxy(CONFIG, { values }), await startHaproxy(CONFIG, { values })];
    for (const proxy of proxies) {
      await until('the checks have run', async () => {
        const now = series(await scrape(proxy, '?scope=server'));
        const is = (server: string, state: string): boolean =>
          now.get(`haproxy_server_check_status{proxy="app",server="${server}",state="${state}"}`) === '1';
        return is('dead', 'L4CON') && is('healthy', 'L7OK');
      });
    }
  }, 60_000);

  test('idle: the same families, types, series and values in the same order', async () => {
    const [ours, theirs] = await both(async (proxy) =>
      settled(await scrape(proxy, '?scope=frontend&scope=listener&scope=backend&scope=server')),
    );
    const withoutScrapes = (lines: string[]): string[] =>
      lines.map((line) => (/proxy="stats"/.test(line) ? line.slice(0, line.lastIndexOf(' ')) : line));
    expect(withoutScrapes(ours)).toEqual(withoutScrapes(theirs));
  });

  test('the process: the same families, types and order', async () => {
    const [ours, theirs] = await both(async (proxy) => metricLines(await scrape(proxy, '?scope=global')));
    const shape = (lines: string[]): string[] =>
      lines.map((line) => (line.startsWith('#') ? line : line.slice(0, line.lastIndexOf(' '))));
    expect(shape(ours)).toEqual(shape(theirs));
  });

  test.each(QUERIES)('/metrics%s: the same answer', async (query) => {
    const answers = await both(async (proxy) => {
      const { status, headers, body } = await fetchRaw(proxy.port('stats'), `/metrics${query}`);
      const told = headers.filter((line) => /^(content-type|cache-control):/i.test(line));
      return { status, told, series: status === 200 ? [...series(body).keys()] : body };
    });
    expect(answers[0]).toEqual(answers[1]);
  });

  test.each(['HEAD', 'POST', 'PUT'])('%s is answered like GET', async (method) => {
    const answers = await both(async (proxy) => {
      const body = method === 'HEAD' ? {} : { body: 'scope=global' };
      const answer = await fetchRaw(proxy.port('stats'), '/metrics?scope=listener', { method, ...body });
      return [answer.status, [...series(answer.body).keys()]];
    });
    expect(answers[0]).toEqual(answers[1]);
  });

  test('after traffic: the same counts', async () => {
    const seen = await both(async (proxy) => {
      for (const path of ['/', '/denied', '/again']) {
        const answer = await askOnce(proxy.port('web'), get(path, 'connection: close\r\n'));
        expect(statusOf(answer.head)).toBe(path === '/denied' ? 403 : 200);
      }
      // how many there were at once depends on when the end of a connection is seen
      const find = async (): Promise<string[]> =>
        settled(await scrape(proxy)).filter((line) => /proxy="(web|live)"/.test(line) && !/_max_sessions\{/.test(line));
      await until('the sessions are counted', async () =>
        (await find()).includes('haproxy_frontend_current_sessions{proxy="web"} 0'),
      );
      return find();
    });
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toContain('haproxy_frontend_http_responses_total{proxy="web",code="2xx"} 2');
  });
});
