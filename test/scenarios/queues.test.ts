import { describe, expect, test } from 'vitest';
import { statusOf } from '../support/http-message.js';
import { LogSink } from '../support/log-sink.js';
import { ok, RecordingOrigin } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { get, RawClient } from '../support/raw-client.js';
import { readStats } from '../support/stats-csv.js';

interface Scene {
  readonly proxy: Proxy;
  readonly origin: RecordingOrigin;
  readonly log: LogSink;
}

/** A backend in front of an origin that holds every request until released. */
async function scene(backend: string, frontend = ''): Promise<Scene> {
  const log = await LogSink.start();
  const origin: RecordingOrigin = await RecordingOrigin.start({}, (connection, request) =>
    origin.holds(connection, request),
  );
  const config = `global
 nbthread 1
 log 127.0.0.1:${log.port} local0
defaults
 mode http
 log global
 option httplog
 option abortonclose
 timeout connect 1s
 timeout queue 60s
 timeout client 60s
 timeout server 60s
frontend f
 bind 127.0.0.1:{web}
${frontend}
 default_backend b
backend b
${backend}
listen stats
 bind 127.0.0.1:{stats}
 no log
 stats enable
 stats uri /
`;
  return { proxy: await startProxy(config, { values: { origin: origin.port } }), origin, log };
}

/** Clients that each have sent one request, one after the other. */
async function askAll({ proxy }: Scene, paths: readonly string[]): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (const path of paths) {
    const client = await RawClient.connect(proxy.port('web'));
    client.send(get(path));
    clients.push(client);
  }
  return clients;
}

/** Waits until so many requests wait in a queue of the proxy. */
async function queued({ proxy }: Scene, row: string, count: number): Promise<void> {
  await until(`${count} queued in ${row}`, async () => {
    const stats = await readStats(proxy.port('stats'));
    return stats.get(row)?.qcur === String(count);
  });
}

const pathOf = (head: string): string => head.split(' ')[1];

describe('queues', () => {
  test('maxconn 1: one after the other, in order of arrival, and the log tells the places in the queue', async () => {
    const it = await scene(' server s 127.0.0.1:{origin} maxconn 1');
    const clients: RawClient[] = [];
    for (const [index, path] of ['/1', '/2', '/3'].entries()) {
      clients.push(...(await askAll(it, [path])));
      if (index === 0) await it.origin.holding(1);
      else await queued(it, 'b/BACKEND', index);
    }
    for (const client of clients) {
      await it.origin.holding(1);
      expect(it.origin.held).toBe(1);
      it.origin.release();
      expect(statusOf((await client.response()).head)).toBe(200);
    }
    expect(it.origin.requests.map(({ head }) => pathOf(head))).toEqual(['/1', '/2', '/3']);
    const lines = await it.log.lines(/ 200 /, 3);
    expect(lines.map((line) => / (\d+\/\d+) "/.exec(line)?.[1])).toEqual(['0/0', '0/1', '0/2']);
  });

  test('timeout queue: 503 and sQ', async () => {
    const it = await scene(' timeout queue 200\n server s 127.0.0.1:{origin} maxconn 1');
    const [first] = await askAll(it, ['/1']);
    await it.origin.holding(1);
    const [second] = await askAll(it, ['/2']);
    expect(statusOf((await second.response()).head)).toBe(503);
    const [line] = await it.log.lines(/"GET \/2 /);
    expect(line).toMatch(/ b\/<NOSRV> \d+\/(?:1\d\d|2\d\d|3\d\d)\/-1\/-1\/\d+ 503 217 - - sQ-- /);
    it.origin.release();
    expect(statusOf((await first.response()).head)).toBe(200);
  });

  test('a client that leaves the queue leaves it for the next', async () => {
    const it = await scene(' server s 127.0.0.1:{origin} maxconn 1');
    const [first] = await askAll(it, ['/1']);
    await it.origin.holding(1);
    const [second] = await askAll(it, ['/2']);
    await queued(it, 'b/BACKEND', 1);
    const [third] = await askAll(it, ['/3']);
    await queued(it, 'b/BACKEND', 2);
    second.reset();
    await it.log.lines(/ CQ-- .*"GET \/2 /);
    it.origin.release();
    await first.response();
    await it.origin.holding(1);
    it.origin.release();
    expect(statusOf((await third.response()).head)).toBe(200);
    expect(it.origin.requests.map(({ head }) => pathOf(head))).toEqual(['/1', '/3']);
  });

  test('minconn: the limit grows with the load up to maxconn', async () => {
    const it = await scene(' fullconn 4\n server s 127.0.0.1:{origin} minconn 1 maxconn 4');
    await askAll(it, ['/1', '/2', '/3', '/4', '/5', '/6']);
    await it.origin.holding(4);
    await queued(it, 'b/BACKEND', 2);
    expect(it.origin.held).toBe(4);
    for (let i = 0; i < 6; i++) {
      await it.origin.holding(1);
      it.origin.release();
    }
    await it.log.lines(/ 200 /, 6);
  });

  test("a frontend's maxconn: later clients wait in the kernel", async () => {
    const it = await scene(' server s 127.0.0.1:{origin}', ' maxconn 1');
    const [first, second] = await askAll(it, ['/1', '/2']);
    await it.origin.holding(1);
    expect(second.received).toBe('');
    it.origin.release();
    await first.response();
    expect(it.origin.requests).toHaveLength(1);
    first.close();
    await it.origin.holding(1);
    it.origin.release();
    expect(statusOf((await second.response()).head)).toBe(200);
  });
});

describe('retries', () => {
  const dead = ' server dead 127.0.0.1:1\n';

  test('every try fails: 503 after all of them, one second apart', async () => {
    const it = await scene(` retries 2\n timeout connect 100\n${dead}`);
    const [client] = await askAll(it, ['/']);
    expect(statusOf((await client.response()).head)).toBe(503);
    const [line] = await it.log.lines(/"GET \/ /);
    expect(line).toMatch(/ b\/dead 0\/0\/-1\/-1\/[23]\d\d 503 217 - - SC-- \d+\/\d+\/0\/0\/2 /);
  });

  test('option redispatch: another server answers', async () => {
    const it = await scene(
      ` balance roundrobin\n option redispatch\n retries 2\n timeout connect 100\n${dead} server s 127.0.0.1:{origin}`,
    );
    for (const path of ['/1', '/2', '/3']) {
      const [client] = await askAll(it, [path]);
      await it.origin.holding(1);
      it.origin.release();
      expect(statusOf((await client.response()).head)).toBe(200);
    }
    const lines = await it.log.lines(/ b\/s .* 200 /, 3);
    expect(lines.map((line) => /\/(\+?\d) \d+\/\d+ "/.exec(line)?.[1])).toEqual(['+1', '+1', '+1']);
    const stats = await readStats(it.proxy.port('stats'));
    expect([stats.get('b/BACKEND')?.wredis, stats.get('b/dead')?.wredis]).toEqual(['3', '3']);
  });

  test('retry-on 503: asked again', async () => {
    const it = await scene(' retry-on 503\n retries 2\n server s 127.0.0.1:{origin}');
    const [client] = await askAll(it, ['/']);
    await it.origin.holding(1);
    it.origin.release('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n');
    await it.origin.holding(1);
    it.origin.release(ok('better'));
    expect((await client.response()).body).toBe('better');
    const [line] = await it.log.lines(/"GET \/ /);
    expect(line).toMatch(/ 200 \d+ - - ---- \d+\/\d+\/\d+\/\d+\/1 /);
  });
});
