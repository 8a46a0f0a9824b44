import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { BE, FE, SV } from '../../src/core/counters.js';
import type { HttpService } from '../../src/core/service.js';
import { Admin } from '../../src/state/server.js';
import { bump, fakeStream, stoppedClock } from './fixture.js';
import { sceneRuntime } from './scene.js';

/** What tests with a real browser share. */

const CHROMIUM = '/usr/bin/chromium';
export const missing = existsSync(CHROMIUM) || process.env.CI !== undefined ? '' : `${CHROMIUM} is not installed`;
/** Where to leave pictures for a person to look at; none when it is not set. */
const PICTURES = process.env.STATS_PICTURES;

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-sync',
  '--disable-component-update',
];

interface Served {
  readonly server: HttpServer;
  readonly origin: string;
  /** Cuts off the answers that go on. */
  cut(): void;
}

/** Serves a service's replies as the proxy would. */
export async function serve(service: HttpService): Promise<Served> {
  const feeds = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (data) => (body += String(data)));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const stream = fakeStream({ method: request.method, target: request.url ?? '', headers, body });
      if (!service.matches(stream)) return response.writeHead(503).end();
      const reply = service.answer(stream);
      response.writeHead(reply.status, reply.headers.flat());
      const { feed } = reply;
      if (feed === undefined) return response.end(Buffer.from(reply.body, 'latin1'));
      const tell = (): unknown => response.write(Buffer.from(feed.next() ?? '', 'latin1'));
      const timer = setInterval(tell, feed.every);
      feeds.add(response);
      response.once('close', () => {
        clearInterval(timer);
        feeds.delete(response);
      });
      return tell();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = (): void => feeds.forEach((response) => response.destroy());
  return { server, origin: `http://127.0.0.1:${address.port}`, cut };
}

/** The scene with some life in it: sessions, failing and recovering servers, maintenance, hostile names. */
export function livelyScene(): ReturnType<typeof sceneRuntime> {
  const scene = sceneRuntime(8080);
  const clock = stoppedClock();
  const { counters } = scene.frontend('web');
  counters[FE.scur] = 3;
  counters[FE.smax] = 12;
  counters[FE.stot] = 1234;
  counters[FE.connTot] = 1300;
  counters[FE.reqTot] = 5678;
  counters[FE.hrsp2xx] = 5600;
  counters[FE.bin] = 1_234_567;
  counters[FE.bout] = 76_543_210;
  bump(scene.frontend('web').sessionRate, 7, clock);
  scene.backend('app').counters[BE.cliAbrt] = 2;
  const up = scene.server('app', 'up');
  up.counters[SV.reqTot] = 5000;
  up.counters[SV.lbtot] = 5000;
  up.counters[SV.rtime] = 512 * 17;
  up.checkResult = { status: 'L7OK', code: 200, info: '<script>alert("x")</script>', durationMs: 3 };
  const spare = scene.server('app', 'sparecheck');
  spare.health = spare.rise + spare.fall - 2;
  scene.server('app', 'off').admin = Admin.ForcedMaint;
  scene.server('app', 'light').admin = Admin.ForcedDrain;
  const rising = scene.server('app', 'deadspare');
  rising.health = 1;
  const backup = scene.server('app', 'spare');
  backup.checked = true;
  backup.health = backup.rise + backup.fall - 1;
  scene.frontend('web').model.description = 'Fünf <b>bold</b> "quotes"';
  return scene;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** Leaves a picture where somebody asked for pictures. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, name), fullPage });
}
