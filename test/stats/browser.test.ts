import type { Server as HttpServer } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, livelyScene, missing, picture, serve } from './browser.js';
import { makeService, recordingAdmin, statsModel } from './fixture.js';

/** The page in the browser that people use: what it shows, in which colours, and what its form sends. */

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
    browser = await launch();
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
    await picture(page, 'tsproxy.png');
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
    await picture(page, 'tsproxy-dark.png');
    await page.emulateMedia({ colorScheme: 'light' });
  });
});
