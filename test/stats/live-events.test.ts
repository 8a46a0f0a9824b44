import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { H2Peer } from '../support/h2-client.js';
import { LogSink } from '../support/log-sink.js';
import { until } from '../support/poll.js';
import { startTsproxy, type Proxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';

/** `;live.events` over real sockets: what the live view follows. */

const CONFIG = `global
 nbthread 1
 stats socket {socket} level admin
defaults
 mode http
 log 127.0.0.1:{sink} local0
 option httplog
 timeout connect 5s
 timeout client 5s
 timeout server 5s
frontend web
 bind 127.0.0.1:{web}
 bind 127.0.0.1:{h2} proto h2
 stats enable
 stats uri /stats
 stats auth op:secret
backend app
 server one 127.0.0.1:1
`;
const AUTHORIZATION = `authorization: Basic ${Buffer.from('op:secret').toString('base64')}\r\n`;

async function start(): Promise<{ proxy: Proxy; sink: LogSink }> {
  const sink = await LogSink.start();
  const socket = join(temporaryFolder(), 'runtime');
  return { proxy: await startTsproxy(CONFIG, { values: { sink: sink.port, socket } }), sink };
}

/** The proxies that each event tells of. */
function events(text: string): string[][] {
  return [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, json]) =>
    (JSON.parse(json) as { proxies: { name: string }[] }).proxies.map(({ name }) => name),
  );
}

test('two events, with the rules of the page; closing the view is no error', async () => {
  const { proxy, sink } = await start();
  const stranger = await RawClient.connect(proxy.port('web'));
  expect((await stranger.ask(get('/stats;live.events'))).head).toMatch(/^HTTP\/1\.1 401 /);
  stranger.close();

  const viewer = await RawClient.connect(proxy.port('web'));
  viewer.send(get('/stats;live.events?scope=app', AUTHORIZATION));
  await until('two events', () => viewer.received.split('data: {').length === 3);
  expect(viewer.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content-type: text\/event-stream\r\n/);
  expect(events(viewer.received.replaceAll(/[\da-f]+\r\n(data: [^\r]*)\r\n/g, '$1'))).toEqual([['app'], ['app']]);
  viewer.close();
  const [line] = await sink.lines(/ web\/<STATS> .* 200 .* "GET \/stats;live\.events/);
  expect(line).toMatch(/ 200 \d{3,} - - LR-- /);
});

test('over HTTP/2, beside other requests', async () => {
  const { proxy } = await start();
  const peer = await H2Peer.connect(proxy.port('h2'));
  const request = (path: string): [string, string][] => [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':authority', 'test'],
    [':path', path],
    ['authorization', AUTHORIZATION.slice('authorization: '.length).trimEnd()],
  ];
  peer.headers(1, request('/stats;live.events'));
  await until('two events', () => events(peer.of(1).body).length === 2);
  peer.headers(3, request('/stats;csv'));
  expect((await peer.answer(3)).body).toContain('# pxname');
  expect(peer.of(1).ending).toBe('open');
  peer.reset(1, 8);
  peer.headers(5, request('/stats;csv'));
  expect((await peer.answer(5)).ending).toBe('end');
  peer.close();
});

test('a soft stop does not wait for who is looking', async () => {
  const { proxy } = await start();
  const viewer = await RawClient.connect(proxy.port('web'));
  viewer.send(get('/stats;live.events', AUTHORIZATION));
  await until('an event', () => viewer.received.includes('data: {'));
  proxy.program.signal('SIGUSR1');
  await viewer.closed();
  expect(viewer.received).toMatch(/\r\n0\r\n\r\n$/);
  expect(await proxy.program.exited).toEqual({ code: 0, signal: null });
});
