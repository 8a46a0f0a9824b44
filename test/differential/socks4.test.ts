import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { startHaproxy, startTsproxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';
import { SocksServer } from '../support/socks-server.js';
import { makeCertificates } from '../tls/certificates.js';

/** Servers behind a SOCKS4 proxy (manual 5.2 `socks4`, `check-via-socks4`). */

const CONFIG = `defaults
 mode http
 log 127.0.0.1:{log} local0
 option httplog
 timeout client 5s
 timeout server 5s
 timeout connect 300
 retries 0
frontend web
 bind 127.0.0.1:{web}
 use_backend greeted if { path_beg /greeted }
 use_backend secure if { path_beg /secure }
 use_backend h2 if { path_beg /h2 }
 default_backend plain
frontend raw
 mode tcp
 bind 127.0.0.1:{raw}
 default_backend tcp
backend plain
 http-reuse always
 server s 127.0.0.1:{origin} socks4 127.0.0.1:{socks}
backend greeted
 server s 127.0.0.1:{proxied} socks4 127.0.0.1:{socks} send-proxy
backend secure
 server s 127.0.0.1:{secure} socks4 127.0.0.1:{socks} send-proxy ssl verify none
backend h2
 server s 127.0.0.1:{h2} socks4 127.0.0.1:{socks} proto h2
backend tcp
 mode tcp
 server s 127.0.0.1:{origin} socks4 127.0.0.1:{socks}
frontend origin
 bind 127.0.0.1:{origin}
 bind 127.0.0.1:{proxied} accept-proxy
 bind 127.0.0.1:{secure} accept-proxy ssl crt {folder}/www.pem
 bind 127.0.0.1:{h2} proto h2
 no log
 http-request return status 200 content-type text/plain lf-string "%[path] %[dst] %[ssl_fc] %[req.ver]"
`;

const CHECKED = (rules: string, parameters: string): string => `defaults
 mode http
 log 127.0.0.1:{log} local0
 timeout client 5s
 timeout server 5s
 timeout connect 5s
 option log-health-checks
backend b
${rules}
 server s 127.0.0.1:{origin} socks4 127.0.0.1:{socks} check inter 1s fall 1 rise 1 ${parameters}
frontend origin
 bind 127.0.0.1:{origin}
 no log
 http-request return status 200
`;

type Start = typeof startTsproxy;
const METHOD = ' option httpchk GET /';

/** The origin's port differs from run to run. */
const masked = (requests: readonly string[]): string[] =>
  requests.map((hex) => `${hex.slice(0, 4)}....${hex.slice(8)}`);

async function traffic(start: Start): Promise<unknown[]> {
  const { folder } = makeCertificates();
  const [socks, log] = [await SocksServer.start(), await LogSink.start()];
  const proxy = await start(CONFIG, { values: { socks: socks.port, log: log.port, folder } });
  const seen: unknown[] = [];
  const client = await RawClient.connect(proxy.port('web'));
  for (const path of ['/a', '/b', '/greeted', '/secure', '/h2']) {
    client.send(get(path));
    const { head, body } = await client.response();
    seen.push(head.slice(0, 12), body);
  }
  client.close();
  seen.push((await askOnce(proxy.port('raw'), get('/c'))).body);
  await log.lines(/ 200 /, 5);
  for (const manner of ['deny', 'hang up', 'silence'] as const) {
    socks.manner = manner;
    const { head } = await askOnce(proxy.port('web'), get(`/greeted/${manner.replace(' ', '-')}`));
    seen.push(manner, head.slice(0, 12));
  }
  const failures = await log.lines(/ 503 /, 3);
  seen.push(failures.map((line) => / 503 \d+ - - (\S+)/.exec(line)?.[1]));
  await proxy.stop();
  return [...seen, masked(socks.requests)];
}

async function checks(
  start: Start,
  rules: string,
  parameters: string,
  manner: SocksServer['manner'],
): Promise<unknown[]> {
  const [socks, log] = [await SocksServer.start(), await LogSink.start()];
  socks.manner = manner;
  const proxy = await start(CHECKED(rules, parameters), { values: { socks: socks.port, log: log.port } });
  const [line] = await log.lines(/^Health check for server b\/s/);
  await proxy.stop();
  // HAProxy adds whatever errno was left by something else
  const said = line.replace(/check duration: \d+ms/, 'check duration: 0ms').replace(/(SOCKS4 [^"]*) \([^)]*\)/, '$1');
  return [said, masked(socks.requests)[0]];
}

describe.skipIf(lacks('haproxy'))('beside the real haproxy', () => {
  test('traffic', async () => {
    expect(await traffic(startTsproxy)).toEqual(await traffic(startHaproxy));
  });

  test.each<[string, string, SocksServer['manner']]>([
    [METHOD, 'check-via-socks4', 'grant'],
    [METHOD, '', 'deny'],
    [METHOD, 'check-via-socks4', 'deny'],
    [METHOD, 'check-via-socks4', 'hang up'],
    [METHOD, 'check-via-socks4', 'silence'],
    ['', 'check-via-socks4', 'grant'],
    [' option tcp-check\n tcp-check connect via-socks4', '', 'grant'],
    [' option tcp-check\n tcp-check connect', 'check-via-socks4', 'deny'],
    [' option tcp-check\n tcp-check connect default', 'check-via-socks4', 'grant'],
  ])('checks: %j %s: %s', async (rules, parameters, manner) => {
    expect(await checks(startTsproxy, rules, parameters, manner)).toEqual(
      await checks(startHaproxy, rules, parameters, manner),
    );
  });
});
