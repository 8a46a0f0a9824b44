import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { lacks } from '../support/installed.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { startHaproxy, startTsproxy, type Proxy } from '../support/proxy.js';
import { RawClient } from '../support/raw-client.js';

/** Which lines are written, as what level, with which tag, host and format: beside the real HAProxy. */
const CONFIG = `global
 nbthread 1
 log 127.0.0.1:{log} local0
 log 127.0.0.1:{sampled} sample 2,4-5:5 local1 err warning
 log-tag everything
 log-send-hostname box
defaults
 mode http
 log global
 timeout client 400
 timeout server 2s
 timeout connect 2s
frontend errors
 bind 127.0.0.1:{errors}
 option log-separate-errors
 log-tag separate
 log-format "%ST %ts"
 error-log-format "error %ST %ts"
 http-request deny if { path /403 }
 http-request return status 500 if { path /500 }
 http-request return status 200 if { path /200 }
 http-request return status 404 if { path /404 }
 http-request set-log-level silent if { path /silent }
 http-request set-log-level crit if { path /crit }
 default_backend away
frontend abnormal
 bind 127.0.0.1:{abnormal}
 option dontlog-normal
 log-format "%ST %ts"
 http-request deny if { path /403 }
 http-request return status 500 if { path /500 }
 http-request return status 200 if { path /200 }
 default_backend away
backend away
 retries 1
 server s 127.0.0.1:1
frontend plain
 bind 127.0.0.1:{plain}
 timeout client 10s
 mode tcp
 log-format "tcp %ts"
 option log-separate-errors
 default_backend gone
backend gone
 mode tcp
 retries 1
 server s 127.0.0.1:1
`;

async function sendTo(proxy: Proxy, name: string, bytes: string): Promise<void> {
  const client = await RawClient.connect(proxy.port(name));
  if (bytes !== '') client.send(bytes);
  await until('the close', () => client.ending !== 'open');
  client.close();
}

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
const PATHS = ['/403', '/500', '/200', '/404', '/silent', '/crit', '/else'];

async function run(begin: typeof startTsproxy): Promise<Record<string, string[]>> {
  const [log, sampled] = [await LogSink.start(), await LogSink.start()];
  const proxy = await begin(CONFIG, { values: { log: log.port, sampled: sampled.port } });
  // the order of lines is that of the requests
  for (const name of ['errors', 'abnormal']) for (const path of PATHS) await sendTo(proxy, name, request(path));
  await sendTo(proxy, 'errors', 'GARBAGE\r\n\r\n');
  await sendTo(proxy, 'errors', 'GET / HTTP/1.1\r\n');
  await sendTo(proxy, 'errors', '');
  await new Promise((closed) => connect(proxy.port('plain'), '127.0.0.1').resume().on('close', closed));
  await log.lines(/^tcp /);
  const comparable = ({ entries }: LogSink): string[] =>
    entries.map(({ raw }) => raw.replace(/[A-Z][a-z]{2} [ \d]\d [\d:]{8}/, 'DATE').replace(/\[\d+\]/, '[PID]'));
  return { log: comparable(log), sampled: comparable(sampled) };
}

describe.skipIf(lacks('haproxy'))('levels, tags, formats and samples of log lines', () => {
  test('are those of the real haproxy', async () => {
    const [real, ours] = await Promise.all([run(startHaproxy), run(startTsproxy)]);
    expect(ours).toEqual(real);
    expect(ours.log.length).toBeGreaterThan(12);
    expect(ours.sampled.length).toBeGreaterThan(3);
  });
});
