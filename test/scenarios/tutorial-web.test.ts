import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { subjectName } from '../support/environment.js';
import { temporaryFolder } from '../support/folders.js';
import { fieldOf, statusOf } from '../support/http-message.js';
import { lacks } from '../support/installed.js';
import { NginxOrigin } from '../support/nginx.js';
import { until } from '../support/poll.js';
import { run } from '../support/program.js';
import { startProxy, type Proxy } from '../support/proxy.js';
import { askOnce, get, RawClient } from '../support/raw-client.js';
import { Rsyslog } from '../support/rsyslog.js';
import { relocated } from '../support/tutorial.js';

const CREDENTIALS = `authorization: Basic ${Buffer.from('qianfeng:123').toString('base64')}\r\n`;

interface Scene {
  readonly origins: readonly [NginxOrigin, NginxOrigin];
  readonly syslog: Rsyslog;
  readonly proxy: Proxy;
}

async function scene(): Promise<Scene> {
  const syslog = await Rsyslog.start();
  const origins = [await NginxOrigin.start('one'), await NginxOrigin.start('two')] as const;
  const config = relocated(readFileSync('cfg/tutorial/web.cfg', 'utf8'), {
    folder: temporaryFolder(),
    log: syslog.port,
    addresses: { '192.168.246.162:80': origins[0].port, '192.168.246.163:80': origins[1].port },
    binds: { '*:80': '{web}', '*:81': '{stats}' },
  });
  return { origins, syslog, proxy: await startProxy(config) };
}

/** The state and the last check of a server in the statistics, as an administrator would look. */
async function serverState(proxy: Proxy, name: string): Promise<string> {
  const client = await RawClient.connect(proxy.port('stats'));
  const { body } = await client.ask(get('/haproxy;csv', `${CREDENTIALS}connection: close\r\n`));
  client.close();
  const row = body.split('\n').find((line) => line.startsWith(`httpservers,${name},`));
  const cells = row?.split(',') ?? [];
  return `${cells[17]} ${cells[36]?.replace('* ', '')}`;
}

/** Clients that ask without a break, and can be held between two requests. */
class Load {
  readonly statuses: number[] = [];
  #held: Promise<void> = Promise.resolve();
  #release = (): void => {};
  #over = false;
  #busy = 0;
  readonly #clients: Promise<void>[];

  constructor(port: number) {
    this.#clients = [true, false, true, false].map((keepAlive) => this.#ask(port, keepAlive));
  }

  /** After it no request is on its way: one that a dying origin had already received could not be saved. */
  async hold(): Promise<void> {
    this.#held = new Promise((release) => (this.#release = release));
    await until('no request on its way', () => this.#busy === 0);
  }

  resume(): void {
    this.#release();
  }

  async end(): Promise<number[]> {
    this.#over = true;
    await Promise.all(this.#clients);
    return this.statuses;
  }

  async #ask(port: number, keepAlive: boolean): Promise<void> {
    let client = await RawClient.connect(port);
    while (!this.#over) {
      await this.#held;
      this.#busy++;
      const { head } = await client.ask(get('/a.html', keepAlive ? '' : 'connection: close\r\n'));
      this.#busy--;
      this.statuses.push(statusOf(head));
      if (keepAlive) continue;
      client.close();
      client = await RawClient.connect(port);
    }
    client.close();
  }
}

describe.skipIf(lacks('nginx', 'rsyslogd', 'halog'))('the tutorial: web.cfg', () => {
  test('alternates, loses nothing when an origin dies, takes it back, and its log is filed and read', async () => {
    const { origins, syslog, proxy } = await scene();
    const names: string[] = [];
    for (let i = 0; i < 6; i++) names.push((await askOnce(proxy.port('web'), get('/index.html'))).body);
    expect(names[0] === 'one\n' ? names : [...names.slice(1), names[0]]).toEqual(
      ['one\n', 'two\n', 'one\n', 'two\n', 'one\n', 'two\n'],
    ); // prettier-ignore

    // a server that was never checked goes DOWN at its first failed check
    await until('http2 is checked', async () => (await serverState(proxy, 'http2')) === 'UP L4OK');
    const load = new Load(proxy.port('web'));
    await until('load', () => load.statuses.length > 20);
    await load.hold();
    const before = load.statuses.length;
    await origins[1].kill();
    load.resume();
    const killed = performance.now();
    await until('http2 is DOWN', async () => (await serverState(proxy, 'http2')) === 'DOWN L4CON', 8000);
    // two failed checks, one second apart, the first of which may be about to begin
    expect(performance.now() - killed).toBeLessThan(5000);
    const statuses = await load.end();
    expect(statuses.length).toBeGreaterThan(before + 20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);

    await origins[1].start();
    await until('http2 is UP', async () => (await serverState(proxy, 'http2')) === 'UP L4OK', 8000);
    // the server that returns joins the timetable somewhere: among four turns it has at least one
    const after: string[] = [];
    for (let turn = 0; turn < 4; turn++) after.push((await askOnce(proxy.port('web'), get('/'))).body);
    expect([...new Set(after)].toSorted()).toEqual(['one\n', 'two\n']);

    const total = 6 + statuses.length + after.length;
    await until('all lines filed', () => syslog.lines.filter((line) => line.includes('" 200 ') || / 200 \d+ - - /.test(line)).length >= total); // prettier-ignore
    expect(syslog.lines.find((line) => line.includes('is DOWN'))).toMatch(
      /Server httpservers\/http2 is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: \d+ms\. 1 active and 0 backup servers left\. \d+ sessions active, 0 requeued, 0 remaining in queue\./,
    );
    const halog = await run('sh', ['-c', `halog -st -q < ${syslog.file}`]);
    expect(halog.stdout).toMatch(new RegExp(`^200 ${total}$`, 'm'));
  });

  test('the statistics page asks for qianfeng:123', async () => {
    const { proxy } = await scene();
    const refused = await askOnce(proxy.port('stats'), get('/haproxy'));
    expect(statusOf(refused.head)).toBe(401);
    expect(fieldOf(refused.head, 'www-authenticate')).toBe('Basic realm="HAProxy Statistics"');
    expect(refused.body).toBe(
      '<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n',
    );
    const wrong = Buffer.from('qianfeng:124').toString('base64');
    const stillRefused = await askOnce(proxy.port('stats'), get('/haproxy', `authorization: Basic ${wrong}\r\n`));
    expect(statusOf(stillRefused.head)).toBe(401);
    const page = await askOnce(proxy.port('stats'), get('/haproxy', CREDENTIALS));
    expect(statusOf(page.head)).toBe(200);
    expect(page.body).toContain('httpservers/http1');
    expect(page.body).toContain('Statistics Report for');
    expect(statusOf((await askOnce(proxy.port('stats'), get('/other', CREDENTIALS))).head)).toBe(503);
  });

  test.runIf(subjectName === 'tsproxy')('each legacy directive is named with its modern line', async () => {
    const { proxy } = await scene();
    for (const line of ['timeout connect', 'timeout client', 'timeout server', 'nbthread']) {
      expect(proxy.program.stderr).toContain(line);
    }
    expect(proxy.program.stderr).toContain('[WARNING]');
    expect(proxy.program.stderr).not.toContain('[ALERT]');
  });
});
