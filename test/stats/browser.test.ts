import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HttpService } from '../../src/core/service.js';
import { BE, FE, SV } from '../../src/core/counters.js';
import { Admin } from '../../src/state/server.js';
import { bump, fakeStream, makeService, recordingAdmin, statsModel, stoppedClock } from './fixture.js';
import { sceneRuntime } from './scene.js';

/** The page in the browser that people use: what it shows, in which colours, and what its form sends. */

const CHROMIUM = '/usr/bin/chromium';
const missing = existsSync(CHROMIUM) || process.env.CI !== undefined ? '' : `${CHROMIUM} is not installed`;
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

/** Serves a service's replies as the proxy would. */
async function serve(service: HttpService): Promise<{ server: HttpServer; origin: string }> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (data) => (body += String(data)));
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const stream = fakeStream({ method: request.method, target: request.url ?? '', headers, body });
      if (!service.matches(stream)) return response.writeHead(503).end();
      const reply = service.answer(stream);
      return response.writeHead(reply.status, reply.headers.flat()).end(Buffer.from(reply.body, 'latin1'));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

/** The scene with some life in it: sessions, failing and recovering servers, maintenance, hostile names. */
function livelyScene(): ReturnType<typeof sceneRuntime> {
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

/** Runs in the browser, whose types Node's do not know. */
// oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-type-assertion
const BACKGROUND_OF = new Function('element', 'return getComputedStyle(element).backgroundColor') as (
  element: unknown,
) => unknown;

/** `rgb(192, 255, 192)` as `#c0ffc0`. */
function hex(rgb: string): string {
  return `#${(rgb.match(/\d+/g) ?? []).map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}

describe.skipIf(missing !== '')(`the page in Chromium ${missing}`, () => {
  let browser: Browser;
  let page: Page;
  let http: HttpServer;
  let origin: string;
  const { admin, done } = recordingAdmin();
  const errors: string[] = [];

  beforeAll(async () => {
    const stats = statsModel({ uri: '/haproxy?stats', showLegends: true, refresh: 30, showNode: '', showDesc: '' });
    const service = makeService(livelyScene(), stats, { admin, adminConditions: [() => true] });
    ({ server: http, origin } = await serve(service));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    page = await browser.newPage({ viewport: { width: 1500, height: 1400 } });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('dialog', (dialog) => {
      errors.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  });
  afterAll(async () => {
    await browser.close();
    http.close();
  });

  const open = async (suffix = ''): Promise<void> => {
    await page.goto(`${origin}/haproxy?stats${suffix}`);
  };
  /** The row whose name cell links to `#anchor`. */
  const row = (anchor: string): ReturnType<Page['locator']> =>
    page.locator(`tr:has(a.lfsb[href="#${anchor}"])`).first();
  const background = async (anchor: string): Promise<string> => String(await row(anchor).evaluate(BACKGROUND_OF));

  test('shows every proxy and server, and nothing breaks out of its text', async () => {
    await open();
    expect(await page.locator('th.pxname a.px').allTextContents()).toEqual([
      'page',
      'web',
      'app',
      'empty',
      'down',
      'rnd',
      'tcp',
    ]);
    expect(await page.locator('tr:has(input[name=s])').count()).toBe(17);
    expect(await page.locator('th.desc').first().textContent()).toBe('Fünf <b>bold</b> "quotes"');
    expect(await page.locator('script').count()).toBe(0);
    expect(errors).toEqual([]);
    if (PICTURES !== undefined) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, 'tsproxy.png'), fullPage: true });
    }
  });

  test('rows have the colours that HAProxy users know', async () => {
    const expected = {
      'app/up': '#c0ffc0',
      'app/dead': '#ff9090',
      'app/off': '#c07820',
      'app/spare': '#b0d0ff',
      'app/zero': '#20a0ff',
      'app/light': '#20a0ff',
      'app/plain': '#e0e0e0',
      'app/sparecheck': '#c060ff',
      'app/deadspare': '#ff80ff',
      'web/Frontend': '#e8e8d0',
      'web/+first': '#d0d0d0',
    };
    await open();
    const seen: Record<string, string> = {};
    for (const anchor of Object.keys(expected)) seen[anchor] = hex(await background(anchor));
    expect(seen).toEqual(expected);
  });

  test('tooltips are hidden until the pointer is over the figure', async () => {
    await open();
    const figure = row('app/up').locator('u', { hasText: 'L7OK/200 in 3ms' });
    const tip = figure.locator('div.tips');
    expect(await tip.isVisible()).toBe(false);
    await figure.hover();
    expect(await tip.isVisible()).toBe(true);
    expect(await tip.textContent()).toBe('Layer7 check passed: <script>alert("x")</script>');
  });

  test('the tooltip over the total tells the kinds of responses', async () => {
    await open();
    const total = row('web/Frontend').locator('u', { hasText: 'Cum. HTTP requests' });
    await total.hover();
    const lines = await total.locator('table.det tr').allInnerTexts();
    expect(lines.map((text) => text.replaceAll('\t', ' '))).toContain('- HTTP 2xx responses: 5600 (98%)');
  });

  test('the filter box works although the address has a query already', async () => {
    await open();
    await page.locator('input[name=scope]').fill('rn');
    await page.locator('input[name=scope]').press('Enter');
    expect(await page.locator('th.pxname a.px').allTextContents()).toEqual(['rnd']);
    await page.getByText("Hide 'DOWN' servers").click();
    expect(page.url()).toBe(`${origin}/haproxy?stats;up?scope=rn`);
  });

  test('the form acts on the checked servers and says so', async () => {
    await open();
    const form = page.locator('form.admin').filter({ has: page.locator('a.px[href="#rnd"]') });
    await form.locator('th input[type=checkbox]').check();
    await form.locator('select').selectOption('drain');
    await form.locator('input[type=submit]').click();
    expect(page.url()).toBe(`${origin}/haproxy?stats;st=DONE`);
    expect(await page.getByText('Action processed successfully.').isVisible()).toBe(true);
    expect(done).toEqual(['drain rnd/one', 'drain rnd/two']);
    await page.getByTitle('Remove this message').click();
    expect(page.url()).toBe(`${origin}/haproxy?stats`);
    expect(errors).toEqual([]);
  });

  test('the dark page is readable', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open();
    expect(hex(await background('app/up'))).toBe('#175a0c');
    if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, 'tsproxy-dark.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
  });
});
