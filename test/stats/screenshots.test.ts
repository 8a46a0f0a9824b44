import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clock } from '../../src/base/clock.js';
import { BE, FE, SV } from '../../src/core/counters.js';
import { launch, livelyScene, missing, picture, serve } from './browser.js';
import { makeRuntime, makeService, STARTED, statsModel, type Fixture } from './fixture.js';

/**
 * The page and the live view as pictures, loosely: a picture is reduced to a few hundred patches of colour, and these are
 * compared with those of a picture that a person has looked at. Other fonts change little; a lost style, a table beside
 * the screen or an empty page change much.
 *
 * SCREENSHOTS=write keeps what there is now; STATS_PICTURES=folder leaves the pictures themselves, to be looked at.
 */

const FILE = join(import.meta.dirname, 'screenshots.json');
const WRITES = process.env.SCREENSHOTS === 'write';
const DESK = { width: 1300, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Patches across and down. */
const [COLUMNS, ROWS] = [24, 20];
/** Of 255: how much a patch may differ, all in all, and how many may differ by more. */
const [MEAN, LARGE] = [12, 60];
const MOST_LARGE = 0.04;

const known: Record<string, string> = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as typeof known) : {};

/** Grey values of the patches, as base 64. */
async function patchesOf(browser: Browser, png: Buffer): Promise<Buffer> {
  const sheet = await browser.newPage();
  const text = await sheet.evaluate(
    // runs in the browser, whose types Node's do not know
    `(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const canvas = new OffscreenCanvas(${COLUMNS}, ${ROWS});
      const context = canvas.getContext('2d');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, ${COLUMNS}, ${ROWS});
      const { data } = context.getImageData(0, 0, ${COLUMNS}, ${ROWS});
      let text = '';
      for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(Math.round((data[at] + data[at + 1] + data[at + 2]) / 3));
      return btoa(text);
    })()`,
  );
  await sheet.close();
  return Buffer.from(String(text), 'base64');
}

function difference(found: Buffer, expected: Buffer): { mean: number; large: number } {
  let sum = 0;
  let large = 0;
  for (const [index, value] of found.entries()) {
    const apart = Math.abs(value - expected[index]);
    sum += apart;
    if (apart > LARGE) large++;
  }
  return { mean: sum / found.length, large: large / found.length };
}

/** Two hundred servers, some of them in trouble. */
function large(): Fixture {
  const servers = Array.from({ length: 200 }, (_, index) => ({
    name: `server-${index}`,
    check: true,
    port: 8000 + index,
  }));
  const scene = makeRuntime([
    { name: 'web', kind: 'frontend' },
    { name: 'big', kind: 'backend', servers },
  ]);
  scene.frontend('web').counters[FE.reqTot] = 123_456;
  scene.backend('big').counters[BE.reqTot] = 123_456;
  for (const [index, server] of scene.backend('big').servers.entries()) {
    server.counters[SV.reqTot] = 600 + index;
    if (index % 17 === 3) server.counters[SV.econ] = 5;
  }
  return scene;
}

const SCENES: readonly (readonly [string, () => Fixture])[] = [
  ['empty', () => makeRuntime([{ name: 'nothing', kind: 'backend', servers: [] }])],
  ['lively', livelyScene],
  ['200', large],
];

describe.skipIf(missing !== '')(`pictures in Chromium ${missing}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    if (WRITES) writeFileSync(FILE, `${JSON.stringify(known, undefined, 2)}\n`);
  });

  describe.each(SCENES)('%s', (name, scene) => {
    test.each([
      ['page, desk', '', DESK],
      ['page, phone', '', PHONE],
      ['live view, desk', ';live', DESK],
      ['live view, phone', ';live', PHONE],
    ])('%s', async (view, suffix, viewport) => {
      const title = `${name}: ${view}`;
      const clock = new Clock(
        () => 60_000,
        () => STARTED + 60_000,
      );
      const service = makeService(scene(), statsModel({ uri: '/haproxy?stats' }), { clock });
      const { server, origin } = await serve(service);
      const page = await browser.newPage({ viewport });
      try {
        await page.goto(`${origin}/haproxy?stats${suffix}`);
        if (suffix !== '') await page.locator('tr').first().waitFor();
        await page.evaluate('document.fonts.ready.then(() => true)');
        const png = await page.screenshot({ animations: 'disabled' });
        await picture(page, `${title.replaceAll(/\W+/g, '-')}.png`, false);
        const found = await patchesOf(browser, png);
        if (WRITES) known[title] = found.toString('base64');
        const { mean, large: apart } = difference(found, Buffer.from(known[title] ?? '', 'base64'));
        expect(known).toHaveProperty([title]);
        expect(mean).toBeLessThan(MEAN);
        expect(apart).toBeLessThan(MOST_LARGE);
        // a picture of one colour would be like many others
        expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(20);
      } finally {
        await page.close();
        server.closeAllConnections();
        server.close();
      }
    });
  });
});
