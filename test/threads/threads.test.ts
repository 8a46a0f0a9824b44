import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../admin/runtime-client.js';
import { onSocketTransport } from '../support/environment.js';
import { statusOf } from '../support/http-message.js';
import { ok, pathOf, RecordingOrigin, sends } from '../support/origin.js';
import { until } from '../support/poll.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';
import { readStats } from '../support/stats-csv.js';

/** What must be right across threads: the same scenarios with one and with four. */

interface Scene {
  readonly proxy: Proxy;
  readonly socket: string;
  /** One line of the runtime API. */
  command(line: string): Promise<string>;
}

interface Parts {
  readonly global?: string;
  readonly frontend?: string;
  readonly backend: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

async function scene(threads: number, parts: Parts): Promise<Scene> {
  const socket = join(mkdtempSync(join(tmpdir(), 'tsproxy-threads-')), 'socket');
  const config = `global
 nbthread ${threads}
 stats socket ${socket} level admin
${parts.global ?? ''}
defaults
 mode http
 timeout connect 2s
 timeout client 20s
 timeout server 20s
 timeout queue 20s
frontend f
 bind 127.0.0.1:{web}
 http-request return status 200 content-type text/plain lf-string %[thread] if { path /thread }
${parts.frontend ?? ''}
 default_backend b
backend b
${parts.backend}
listen stats
 bind 127.0.0.1:{stats}
 stats enable
 stats admin if TRUE
 stats uri /
`;
  const proxy = await startProxy(config, { values: parts.values });
  await allThreads(proxy, threads);
  return { proxy, socket, command: (line) => ask(socket, `${line}\n`) };
}

const CLOSE = 'connection: close\r\n';

/** Connections that are open at once spread over the threads. */
async function together(proxy: Proxy, count: number, path: string, fields = ''): Promise<RawClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => RawClient.connect(proxy.port('web'))));
  for (const client of clients) client.send(get(path, fields));
  return clients;
}

async function answers(clients: readonly RawClient[]): Promise<string[]> {
  const messages = await Promise.all(clients.map((client) => client.response()));
  for (const client of clients) client.close();
  return messages.map(({ head, body }) => `${statusOf(head)} ${body}`);
}

/** Waits until every thread has answered. */
async function allThreads(proxy: Proxy, threads: number): Promise<void> {
  const seen = new Set<string>();
  await until(`${threads} threads`, async () => {
    for (const answer of await answers(await together(proxy, 4 * threads, '/thread', CLOSE))) seen.add(answer);
    return seen.size === threads;
  });
}

const countEach = (texts: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
};

// Threads share listening sockets by their handles, which the socket transport hides: there is one thread then.
const COUNTS = onSocketTransport ? [1] : [1, 4];

describe.each(COUNTS)('nbthread %i', (threads) => {
  test('round robin: one sequence for all threads', async () => {
    const origins = await Promise.all(
      ['one', 'two', 'three'].map((name) => RecordingOrigin.start({ '/': sends(ok(name)) })),
    );
    const values = Object.fromEntries(origins.map(({ port }, index) => [`s${index}`, port]));
    const backend =
      ' balance roundrobin\n server a 127.0.0.1:{s0}\n server b 127.0.0.1:{s1}\n server c 127.0.0.1:{s2}\n';
    const { proxy } = await scene(threads, { backend, values });
    const sequence: string[] = [];
    for (let i = 0; i < 12; i++) sequence.push((await askOnce(proxy.port('web'), get('/'))).body);
    const period = sequence.slice(0, 3);
    expect(new Set(period).size).toBe(3);
    expect(sequence).toEqual([...period, ...period, ...period, ...period]);
    const many = await answers(await together(proxy, 60, '/'));
    expect(countEach(many)).toEqual({ '200 one': 20, '200 two': 20, '200 three': 20 });
  });

  test('stick-tables: all threads count in the same entries', async () => {
    const origin = await holdingOrigin();
    const { proxy, command } = await scene(threads, {
      frontend:
        ' http-request track-sc0 src table seen\n http-request sc-inc-gpc0(0)\n http-request return status 200 if { path /now }\n',
      backend: ` server s 127.0.0.1:{s}
backend seen
 stick-table type ip size 10 expire 1m store conn_cur,http_req_cnt,http_req_rate(1m),gpc0
`,
      values: { s: origin.port },
    });
    const entry = async (): Promise<string> => (await command('show table seen')).split('\n')[1] ?? '';
    await answers(await together(proxy, 80, '/now'));
    expect(await entry()).toMatch(/key=127\.0\.0\.1 .*gpc0=80 conn_cur=\d+ http_req_cnt=80 http_req_rate\(60000\)=80$/);
    const held = await together(proxy, 24, '/');
    await until('all are held', () => origin.waiting === 24);
    expect(await entry()).toMatch(/use=24 .* gpc0=104 conn_cur=24 /);
    for (const client of held) client.close();
    origin.releaseAll();
    await until('all have gone', async () => / use=0 .* conn_cur=0 /.test(await entry()));
  });

  test('leastconn: the load of all threads counts', async () => {
    const held = await Promise.all([0, 1, 2].map(() => holdingOrigin()));
    const values = Object.fromEntries(held.map(({ port }, index) => [`s${index}`, port]));
    const backend =
      ' balance leastconn\n server a 127.0.0.1:{s0}\n server b 127.0.0.1:{s1}\n server c 127.0.0.1:{s2}\n';
    const { proxy } = await scene(threads, { backend, values });
    const clients: RawClient[] = [];
    for (let i = 1; i <= 12; i++) {
      clients.push(...(await together(proxy, 1, '/')));
      await until('the request arrives', () => held.reduce((sum, { waiting }) => sum + waiting, 0) === i);
    }
    expect(held.map(({ waiting }) => waiting)).toEqual([4, 4, 4]);
    for (const origin of held) origin.releaseAll();
    expect(countEach(await answers(clients))).toEqual({ '200 ok': 12 });
  });

  test("a server's maxconn holds, and every queued request has its turn", async () => {
    const origin = await holdingOrigin();
    const { proxy } = await scene(threads, {
      backend: ' server a 127.0.0.1:{s} maxconn 3\n',
      values: { s: origin.port },
    });
    const clients = await together(proxy, 20, '/');
    await until('17 wait', async () => (await readStats(proxy.port('stats'))).get('b/BACKEND')?.qcur === '17');
    await until('3 are served', () => origin.waiting === 3);
    for (let done = 0; done < 20; done++) {
      await until('one is at the origin', () => origin.waiting > 0);
      expect(origin.waiting).toBeLessThanOrEqual(3);
      origin.releaseOne();
    }
    expect(countEach(await answers(clients))).toEqual({ '200 ok': 20 });
    expect(origin.most).toBe(3);
    const rows = await readStats(proxy.port('stats'));
    expect(rows.get('b/a')).toMatchObject({ stot: '20', smax: '3', scur: '0' });
    expect(rows.get('b/BACKEND')).toMatchObject({ stot: '20', qmax: '17', qcur: '0', scur: '0' });
  });

  test("a frontend's maxconn holds; the rest is served later", async () => {
    const origin = await holdingOrigin();
    const { proxy } = await scene(threads, {
      frontend: ' maxconn 5',
      backend: ' server a 127.0.0.1:{s}\n',
      values: { s: origin.port },
    });
    const clients = await together(proxy, 12, '/', CLOSE);
    await until('5 are served', () => origin.waiting === 5);
    expect((await readStats(proxy.port('stats'))).get('f/FRONTEND')?.scur).toBe('5');
    for (let done = 0; done < 12; done++) {
      await until('one is at the origin', () => origin.waiting > 0);
      origin.releaseOne();
    }
    expect(countEach(await answers(clients))).toEqual({ '200 ok': 12 });
    expect(origin.most).toBe(5);
    expect((await readStats(proxy.port('stats'))).get('f/FRONTEND')?.smax).toBe('5');
  });

  test('a request that waits in one thread gets the slot that another one frees, oldest first', async () => {
    const origin = await holdingOrigin();
    const { proxy } = await scene(threads, {
      backend: ' server a 127.0.0.1:{s} maxconn 1\n',
      values: { s: origin.port },
    });
    const clients: RawClient[] = [];
    for (let i = 0; i < 9; i++) {
      clients.push(...(await together(proxy, 1, `/${i}`)));
      await until('it is there', async () => {
        const rows = await readStats(proxy.port('stats'));
        return Number(rows.get('b/BACKEND')?.scur) === i + 1 && Number(rows.get('b/BACKEND')?.qcur) === i;
      });
    }
    for (let i = 0; i < 9; i++) {
      await until('the next one is at the origin', () => origin.waiting === 1);
      origin.releaseOne();
      await until('it was served', () => origin.served === i + 1);
    }
    expect(origin.targets).toEqual(Array.from({ length: 9 }, (_, i) => `/${i}`));
    expect(countEach(await answers(clients))).toEqual({ '200 ok': 9 });
  });

  test('rate-limit sessions counts the connections of all threads', async () => {
    const origin = await RecordingOrigin.start({ '/': sends(ok('ok')) });
    const { proxy } = await scene(threads, {
      frontend: ' rate-limit sessions 1000',
      backend: ' server a 127.0.0.1:{s}\n',
      values: { s: origin.port },
    });
    await answers(await together(proxy, 50, '/'));
    const row = (await readStats(proxy.port('stats'))).get('f/FRONTEND');
    expect(Number(row?.rate_max)).toBeGreaterThanOrEqual(50);
    expect(row?.rate_lim).toBe('1000');
  });

  test('statistics and show info are those of all threads', async () => {
    const origin = await RecordingOrigin.start({ '/': sends(ok('ok')) });
    const { proxy, command } = await scene(threads, {
      backend: ' server a 127.0.0.1:{s}\n',
      values: { s: origin.port },
    });
    await until('all are gone', async () => (await readStats(proxy.port('stats'))).get('f/FRONTEND')?.scur === '0');
    await command('clear counters all');
    await answers(await together(proxy, 40, '/'));
    await until('all are gone', async () => (await readStats(proxy.port('stats'))).get('f/FRONTEND')?.scur === '0');
    const rows = await readStats(proxy.port('stats'));
    expect(rows.get('f/FRONTEND')).toMatchObject({ req_tot: '40', hrsp_2xx: '40' });
    expect(rows.get('b/a')).toMatchObject({ stot: '40', hrsp_2xx: '40', lbtot: '40', scur: '0' });
    expect(await command('show info')).toContain(`Nbthread: ${threads}\n`);
  });

  test('servers change for all threads: state, address, weight', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => RecordingOrigin.start({ '/': sends(ok(name)) })));
    const backend = ' server a 127.0.0.1:{s0}\n server b 127.0.0.1:{s1} disabled\n';
    const { proxy, command } = await scene(threads, { backend, values: { s0: one.port, s1: two.port } });
    const served = async (): Promise<Record<string, number>> =>
      countEach(await answers(await together(proxy, 24, '/')));
    expect(await served()).toEqual({ '200 one': 24 });
    await command('set server b/b state ready');
    await command('set server b/a state maint');
    expect(await served()).toEqual({ '200 two': 24 });
    await command('set server b/a state ready');
    // a thread may hear of it a moment later than the others
    const near = (count: number): unknown => expect.toSatisfy((got: number) => Math.abs(got - count) < threads);
    expect(await served()).toEqual({ '200 one': near(12), '200 two': near(12) });
    await command('set server b/a weight 3');
    expect(await served()).toEqual({ '200 one': near(18), '200 two': near(6) });
    await command(`set server b/a addr 127.0.0.1 port ${two.port}`);
    expect(await served()).toEqual({ '200 two': 24 });
  });

  test('a server that checks find dead is dead for all threads', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => RecordingOrigin.start({ '/': sends(ok(name)) })));
    const backend = ' retries 0\n server a 127.0.0.1:{s0} check inter 100ms fall 1 rise 1\n server b 127.0.0.1:{s1}\n';
    const { proxy } = await scene(threads, { backend, values: { s0: one.port, s1: two.port } });
    await one.stop();
    await until('a is down', async () => (await readStats(proxy.port('stats'))).get('b/a')?.status === 'DOWN');
    expect(countEach(await answers(await together(proxy, 24, '/')))).toEqual({ '200 two': 24 });
  });

  test('maps, variables and servers that come at run time', async () => {
    const map = join(mkdtempSync(join(tmpdir(), 'tsproxy-threads-')), 'names.map');
    writeFileSync(map, 'x first\n');
    const origin = await RecordingOrigin.start({ '/': sends(ok('added')) });
    const frontend = ` http-request return status 200 content-type text/plain lf-string "%[str(x),map(${map})] %[var(proc.v)]" if { path /map }
 http-request set-map(${map}) x %[url_param(v)] if { path /set }
 http-request set-var(proc.v) url_param(v) if { path /set }
 http-request return status 200 if { path /set }`;
    const { proxy, command } = await scene(threads, {
      frontend,
      backend: ' balance roundrobin\n',
      values: { s: origin.port },
    });
    const everywhere = async (path: string): Promise<string[]> => [
      ...new Set(await answers(await together(proxy, 24, path))),
    ];
    expect(await everywhere('/map')).toEqual(['200 first ']);
    await command(`set map ${map} x second`);
    await command('experimental-mode on; set var proc.v str(one)');
    await until('all know it', async () => (await everywhere('/map')).join() === '200 second one');
    await askOnce(proxy.port('web'), get('/set?v=third'));
    await until(
      'all know what a rule of one has set',
      async () => (await everywhere('/map')).join() === '200 third third',
    );
    expect(await everywhere('/')).toEqual([expect.stringMatching(/^503 /)]);
    expect(await command(`add server b/new 127.0.0.1:${origin.port}`)).toContain('New server registered.');
    await command('enable server b/new');
    await until('all use it', async () => (await everywhere('/')).join() === '200 added');
    await command('disable server b/new');
    expect(await command('del server b/new')).toContain('Server deleted.');
    expect(await everywhere('/')).toEqual([expect.stringMatching(/^503 /)]);
  });

  test('sessions of all threads are listed and can be shut down', async () => {
    const origin = await holdingOrigin();
    const { proxy, command } = await scene(threads, {
      backend: ' server a 127.0.0.1:{s}\n',
      values: { s: origin.port },
    });
    const clients = await together(proxy, 8, '/');
    await until('all wait', () => origin.waiting === 8);
    const listed = (await command('show sess')).split('\n').filter((line) => line.includes(' fe=f '));
    expect(listed).toHaveLength(8);
    const ids = listed.map((line) => line.split(':')[0]);
    expect(new Set(ids).size).toBe(8);
    await command(`shutdown session ${ids[0]}`);
    const killed = (): number => clients.filter(({ received }) => received.startsWith('HTTP/1.1 502 ')).length;
    await until('one is killed', () => killed() === 1);
    await command('shutdown sessions server b/a');
    await until('all are killed', () => killed() === 8);
  });

  test('a soft stop waits for the connections of all threads', async () => {
    const origin = await holdingOrigin();
    const { proxy } = await scene(threads, { backend: ' server a 127.0.0.1:{s}\n', values: { s: origin.port } });
    const clients = await together(proxy, 8, '/');
    await until('all wait', () => origin.waiting === 8);
    proxy.program.signal('SIGUSR1');
    await until('nobody listens', () =>
      RawClient.connect(proxy.port('web')).then(
        (late) => (late.close(), false),
        () => true,
      ),
    );
    expect(proxy.program.exit).toBeUndefined();
    origin.releaseAll();
    expect(countEach(await answers(clients))).toEqual({ '200 ok': 8 });
    expect(await proxy.program.exited).toEqual({ code: 0, signal: null });
  });
});

interface HoldingOrigin {
  readonly port: number;
  /** Requests that wait for their answer, and the most at once. */
  readonly waiting: number;
  readonly most: number;
  readonly served: number;
  readonly targets: readonly string[];
  releaseOne(): void;
  releaseAll(): void;
}

/** Answers `ok` to a request when told to. */
async function holdingOrigin(): Promise<HoldingOrigin> {
  const held: (() => void)[] = [];
  const targets: string[] = [];
  let most = 0;
  let served = 0;
  const origin = await RecordingOrigin.start({}, (connection, request) => {
    targets.push(pathOf(request.head));
    held.push(() => {
      served++;
      connection.send(ok());
    });
    most = Math.max(most, held.length);
  });
  return {
    port: origin.port,
    get waiting() {
      return held.length;
    },
    get most() {
      return most;
    },
    get served() {
      return served;
    },
    targets,
    releaseOne: () => held.shift()?.(),
    releaseAll: () => {
      for (const release of held.splice(0)) release();
    },
  };
}
