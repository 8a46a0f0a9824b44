import type { Server as HttpServer } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Clock } from '../../src/base/clock.js';
import type { StatsModel } from '../../src/config/model.js';
import { BE, FE, SV } from '../../src/core/counters.js';
import { ServerState } from '../../src/state/server.js';
import { until } from '../support/poll.js';
import { launch, livelyScene, missing, picture, serve } from './browser.js';
import { makeRuntime, makeService, recordingAdmin, STARTED, statsModel, type Fixture } from './fixture.js';

/** The live view in a browser: it shows, it moves, it survives what it cannot reach. */

const DESK = { width: 1300, height: 900 };
const PHONE = { width: 390, height: 844 };

function clockFrom(milliseconds: () => number): Clock {
  return new Clock(milliseconds, () => STARTED + milliseconds());
}

describe.skipIf(missing !== '')(`the live view in Chromium ${missing}`, () => {
  let browser: Browser;
  let page: Page;
  let http: HttpServer | undefined;
  let errors: string[];
  /** Seconds of the proxy's clock; each event and question takes it a second on. */
  let seconds: number;
  /** How often the page has asked by itself. */
  let questions: number;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    errors = [];
    seconds = 60;
    questions = 0;
    page = await browser.newPage({ viewport: DESK });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    http?.close();
  });

  interface Opened {
    readonly done: readonly string[];
    readonly origin: string;
    cut(): void;
  }

  /** @param onTick what happens before figures are told */
  async function open(
    fixture: Fixture,
    onTick: () => void,
    more: Partial<StatsModel> = {},
    suffix = ';live',
  ): Promise<Opened> {
    const { admin, done } = recordingAdmin();
    const options = { admin, adminConditions: [() => true], clock: clockFrom(() => seconds * 1000) };
    const service = makeService(fixture, statsModel({ uri: '/stats', showNode: '', ...more }), options);
    const { answer } = service;
    const served = await serve({
      name: service.name,
      matches: (stream) => service.matches(stream),
      wantsBody: (stream) => service.wantsBody(stream),
      answer(stream) {
        const tick = (): void => {
          seconds++;
          onTick();
        };
        if (stream.request?.target.includes('live.json') === true) {
          questions++;
          tick();
        }
        const reply = answer.call(service, stream);
        const { feed } = reply;
        return feed === undefined ? reply : { ...reply, feed: { ...feed, next: () => (tick(), feed.next()) } };
      },
    });
    http = served.server;
    await page.goto(`${served.origin}/stats${suffix}`);
    await page.locator('tbody .pill').first().waitFor();
    return { done, origin: served.origin, cut: () => served.cut() };
  }

  const row = (name: string): ReturnType<Page['locator']> =>
    page.locator('tbody tr').filter({ has: page.getByRole('button', { name, exact: true }) });

  test('it follows the proxy without being loaded again', async () => {
    const scene = livelyScene();
    const up = scene.server('app', 'up');
    await open(scene, () => {
      scene.frontend('web').counters[FE.reqTot] += 42;
      up.counters[SV.reqTot] += 40;
      if (seconds === 64) up.counters[SV.econ] += 2;
      if (seconds === 65) up.state = ServerState.Stopped;
      if (seconds === 65) up.health = 0;
    });
    await until('the rate', async () => (await row('up').locator('td.req b').textContent()) === '40');
    await until('the total', async () => (await page.locator('#t-req b').textContent()) === '42');
    await page.getByText('app/up is DOWN').waitFor();
    expect(await row('up').locator('.pill').getAttribute('class')).toBe('pill active_down');
    expect(await row('up').locator('td.req path').getAttribute('d')).toMatch(/^M\d/);
    expect(await page.title()).toMatch(/^\(\d+ down\) tsproxy live: node-1$/);
    // all of it came as events
    expect(questions).toBe(0);
    expect(await page.locator('#facts').textContent()).toContain('pid 4321');
    expect(errors).toEqual([]);
  });

  test('names stay text, the filter filters, a row unfolds, a server is drained', async () => {
    const scene = livelyScene();
    const { done } = await open(scene, () => {}, {}, '?live');
    expect(await page.locator('tr.px').nth(1).textContent()).toContain('Fünf <b>bold</b> "quotes"');
    await page.getByLabel('Find a proxy or server').fill('app/up');
    expect(await page.locator('tbody tr:visible:not(.px)').count()).toBe(1);
    await page.getByRole('button', { name: 'up', exact: true }).click();
    await page.getByText('L7OK/200 in 3ms: <script>alert("x")</script>').waitFor();
    await picture(page, 'live-unfolded.png', false);
    await page.getByRole('button', { name: 'Set state to DRAIN' }).click();
    await page.getByText('Done.').waitFor();
    expect(done).toEqual(['drain app/up']);
    expect(errors).toEqual([]);
  });

  test('it says when there is no answer, and goes on when there is one', async () => {
    const { cut } = await open(livelyScene(), () => {});
    await page.route('**/*live.*', (route) => route.abort());
    cut();
    await page.getByText(/^No figures for/).waitFor();
    await page.unroute('**/*live.*');
    await until('an answer', async () => (await page.locator('#trouble').textContent()) === '');
    const before = questions;
    const then = seconds;
    await until('events again', () => seconds >= then + 4 && questions <= before + 3, 20_000);
  });

  test('where something between keeps events back, the page asks', async () => {
    await page.route('**/*live.events*', () => new Promise(() => {}));
    await open(livelyScene(), () => {});
    await until('the second answer', () => questions >= 2);
    expect(await page.locator('#trouble').textContent()).toBe('');
    expect(errors).toEqual([]);
  });

  test('a pause stops the events', async () => {
    await open(livelyScene(), () => {});
    await page.getByRole('button', { name: 'Pause' }).click();
    const paused = seconds;
    await page.waitForTimeout(2500);
    // one may have been under way
    expect(seconds).toBeLessThanOrEqual(paused + 1);
    await page.getByRole('button', { name: 'Go on' }).click();
    const before = seconds;
    await until('more', () => seconds > before);
    expect(errors).toEqual([]);
  });

  test('on a telephone nothing is wider than the screen', async () => {
    await page.setViewportSize(PHONE);
    await open(livelyScene(), () => {});
    // oxlint-disable-next-line typescript/no-implied-eval -- runs in the browser
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await picture(page, 'live-phone.png');
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'live-phone-dark.png', false);
    expect(errors).toEqual([]);
  });

  test('two hundred servers', async () => {
    const servers = Array.from({ length: 200 }, (_, i) => ({ name: `server-${i}`, check: true, port: 8000 + i }));
    const scene = makeRuntime([
      { name: 'web', kind: 'frontend' },
      { name: 'big', kind: 'backend', servers },
    ]);
    await open(scene, () => {
      scene.frontend('web').counters[FE.reqTot] += 4000 + 900 * Math.sin(seconds / 3);
      scene.frontend('web').counters[FE.bout] += 3_000_000;
      scene.backend('big').counters[BE.reqTot] += 4000;
      for (const [i, server] of scene.backend('big').servers.entries()) {
        server.counters[SV.reqTot] += Math.round(20 + 15 * Math.sin((seconds + i) / 2));
        if (i % 17 === 3) server.counters[SV.econ] += seconds % 3;
        server.counters[SV.rtime] = 512 * (10 + ((seconds * 7 + i) % 30));
      }
    });
    expect(await page.locator('tr.S').count()).toBe(200);
    const begun = seconds;
    await until('some answers', () => seconds > begun + (process.env.STATS_PICTURES === undefined ? 1 : 20), 60_000);
    await picture(page, 'live-200.png', false);
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'live-200-dark.png', false);
    expect(errors).toEqual([]);
  }, 90_000);
});
