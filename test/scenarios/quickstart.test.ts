import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { statusOf } from '../support/http-message.js';
import { RecordingOrigin } from '../support/origin.js';
import { runProxy, startProxy, writeConfig, type Proxy } from '../support/proxy.js';
import { subjectName } from '../support/environment.js';
import { askOnce, get } from '../support/raw-client.js';
import { until } from '../support/poll.js';

/** The file with its three ports moved out of the way. */
const config = readFileSync('cfg/quickstart.cfg', 'utf8')
  .replaceAll(':8080', ':{web}')
  .replaceAll(':8081', ':{blue}')
  .replaceAll(':8082', ':{green}');

const titleOf = (body: string): string => /<title>(.*?)<\/title>/.exec(body)?.[1] ?? '';

async function title(proxy: Proxy, path: string): Promise<string> {
  return titleOf((await askOnce(proxy.port('web'), get(path))).body);
}

describe('quickstart.cfg', () => {
  test('takes turns, keeps /static where it belongs, shows the statistics', async () => {
    const proxy = await startProxy(config);
    const titles = [await title(proxy, '/'), await title(proxy, '/'), await title(proxy, '/'), await title(proxy, '/')];
    expect(titles).toEqual(
      titles[0] === 'blue' ? ['blue', 'green', 'blue', 'green'] : ['green', 'blue', 'green', 'blue'],
    );
    expect([await title(proxy, '/static/a'), await title(proxy, '/static/b')]).toEqual(['green', 'green']);
    const page = await askOnce(proxy.port('web'), get('/stats'));
    expect(statusOf(page.head)).toBe(200);
    expect(page.head).toMatch(/^refresh: 2\r?$/m);
    await until('all servers checked', async () => {
      const csv = (await askOnce(proxy.port('web'), get('/stats;csv'))).body;
      return csv.match(/^(?:app|static),(?:blue|green),.*,UP,.*L[47]OK/gm)?.length === 3;
    });
  });

  test('the origin sees who asked', async () => {
    const proxy = await startProxy(config);
    const { body } = await askOnce(proxy.port('web'), get('/who'));
    expect(body).toContain('GET /who from 127.0.0.1 for 127.0.0.1');
  });

  test("a port in use ends it with HAProxy's words and exit code 1, and nothing is half-started", async () => {
    const occupant = await RecordingOrigin.start();
    const { file, values } = await writeConfig(config, { blue: occupant.port });
    const ended = await runProxy(subjectName, ['-db', '-f', file]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      `for frontend blue: cannot bind socket (Address already in use) for [127.0.0.1:${occupant.port}]`,
    );
    await expect(askOnce(Number(values.web), get('/'))).rejects.toThrow('ECONNREFUSED');
  });
});
