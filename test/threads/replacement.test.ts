import { connect } from 'node:net';
import { resolve } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { App } from '../../src/app.js';
import { FE } from '../../src/core/counters.js';
import { atEnd } from '../support/cleanup.js';
import { mainPath, onSocketTransport } from '../support/environment.js';
import { until } from '../support/poll.js';
import { freePort } from '../support/ports.js';
import { askOnce, get } from '../support/raw-client.js';

/** What a test may know of the threads of an application. */
interface Inside {
  readonly pool: { readonly threads: ReadonlyMap<number, Worker> };
}

test.skipIf(onSocketTransport)('a thread that dies is replaced; its connections are no longer counted', async () => {
  const port = await freePort();
  const text = `global
 nbthread 2
defaults
 mode http
 timeout connect 1s
 timeout client 10s
 timeout server 10s
frontend f
 bind 127.0.0.1:${port}
 http-request return status 200 content-type text/plain lf-string %[thread]
`;
  const complaints: string[] = [];
  const app = new App([{ path: 'x.cfg', text }], {
    env: {},
    offline: false,
    threadEntry: resolve(mainPath),
    console: (_severity, message) => complaints.push(message),
  });
  expect(app.diagnostics.alerts).toBe(0);
  await app.start();
  atEnd(() => app.drain(0));
  const threads = async (): Promise<string> => (await askOnce(port, get('/', 'connection: close\r\n'))).body;
  const seen = new Set<string>();
  await until('both threads', async () => seen.add(await threads()).size === 2);
  const [frontend] = app.runtime.frontends;
  const [ofMain] = frontend.figures.rows;
  await until('the main one accepts no more', async () => {
    const before = ofMain[FE.connTot];
    for (let asked = 0; asked < 10; asked++) await threads();
    return ofMain[FE.connTot] === before;
  });

  // idle connections, in both threads
  const idle = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
  for (const socket of idle) socket.on('error', () => {});
  await until('all are counted', () => app.runtime.process.connections === 20);
  const [, ofFirst, ofSecond] = frontend.figures.rows.map((row) => row[FE.scur]);
  expect(ofFirst + ofSecond).toBe(20);

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a crash cannot be had politely
  const { pool } = app as unknown as Inside;
  await pool.threads.get(1)?.terminate();
  await until('only those of the other one are left', () => app.runtime.process.connections === ofSecond);
  expect(frontend.currentConnections).toBe(ofSecond);
  expect(complaints.join('\n')).toContain(`thread 1 ended; ${ofFirst} of its connections are lost`);
  seen.clear();
  await until('both threads again', async () => seen.add(await threads()).size === 2);
  for (const socket of idle) socket.destroy();
  await until('nobody is left', () => app.runtime.process.connections === 0);
});
