import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.js';
import { findProgram, lacks } from '../support/installed.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/poll.js';
import { Program, run } from '../support/program.js';
import { ask } from '../admin/runtime-client.js';
import { scene } from './scene.js';

const plugin = (name: string): string => findProgram(name) ?? name;

/** Plugins for Nagios and its like: what they say, and their verdict as exit code (0 good, 1 warning, 2 critical). */
describe.skipIf(lacks('check_haproxy', 'check_haproxy_stats'))('monitoring plugins', () => {
  test('check_haproxy reads the CSV over HTTP', async () => {
    const { csv, socket } = await scene();
    const check = () => run(plugin('check_haproxy'), ['-u', csv, '-U', 'op', '-P', 'secret']);
    expect(await check()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^HAPROXY OK .*app \(Active: 2\/2\)/),
    });
    await ask(socket, 'set server spare/three health down\n');
    expect(await check()).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^HAPROXY CRITICAL .*three.* is DOWN/),
    });
  });

  test('check_haproxy_stats asks the runtime socket', async () => {
    const { socket } = await scene();
    const check = (...more: string[]) =>
      run(plugin('check_haproxy_stats'), ['-s', socket, '-w', '70', '-c', '90', ...more]);
    expect(await check()).toMatchObject({ code: 0, stdout: expect.stringContaining('OK - checked 5 proxies') });
    await ask(socket, 'set server app/one state maint\n');
    expect(await check()).toMatchObject({ code: 2, stdout: expect.stringContaining('app:one is MAINT') });
    expect(await check('-m')).toMatchObject({ code: 0 });
  });
});

describe.skipIf(lacks('haproxy_ng', 'haproxy_'))('munin', () => {
  const env = { MUNIN_LIBDIR: '/usr/share/munin', MUNIN_CAP_MULTIGRAPH: '1' };

  test('haproxy_ng: all graphs', async () => {
    const { csv } = await scene();
    const of = { env: { ...env, MUNIN_PLUGSTATE: temporaryFolder(), url: csv, username: 'op', password: 'secret' } };
    const config = await run(plugin('haproxy_ng'), ['config'], of);
    expect(config.stdout).toMatch(/^multigraph HAPActive$/m);
    const { stdout } = await run(plugin('haproxy_ng'), [], of);
    expect(stdout).toMatch(/^app_act\.value 2$/m);
    expect(stdout).toMatch(/^multigraph HAPErrorsBack\.app$/m);
    // each value is a number
    const values = stdout.split('\n').filter((line) => line.includes('.value'));
    expect(values.length).toBeGreaterThan(20);
    expect(values.filter((line) => !/\.value \d+$/.test(line))).toEqual([]);
  });

  test('haproxy_: sessions of servers', async () => {
    const { csv } = await scene();
    const url = csv.replace('http://', 'http://op:secret@');
    const { stdout } = await run(plugin('haproxy_'), [], { env: { ...env, MUNIN_PLUGSTATE: temporaryFolder(), url } });
    expect(stdout.split('\n').filter((line) => line !== '').toSorted()).toEqual(['sone.value 2', 'sthree.value 0', 'stwo.value 2']); // prettier-ignore
  });
});

describe.skipIf(lacks('promtool'))('Prometheus', () => {
  test("promtool checks the exposition: nothing but what it says of HAProxy's own", async () => {
    const { metrics } = await scene();
    const input = await (await fetch(metrics)).text();
    const { stdout, stderr } = await run('promtool', ['check', 'metrics'], { input });
    const said = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    expect(said).toEqual(['haproxy_process_failed_resolutions counter metrics should have "_total" suffix']);
  });
});

describe.skipIf(lacks('prometheus-haproxy-exporter'))('the exporter from before HAProxy had one', () => {
  test.each(['the runtime socket', 'the CSV'] as const)('reads %s', async (how) => {
    const { csv, socket } = await scene();
    const port = await freePort();
    const uri = how === 'the CSV' ? csv.replace('http://', 'http://op:secret@') : `unix:${socket}`;
    const args = [`--haproxy.scrape-uri=${uri}`, `--web.listen-address=127.0.0.1:${port}`];
    const exporter = new Program('prometheus-haproxy-exporter', args);
    const scraped = await until(
      'it exports',
      async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
      20_000,
    );
    expect(scraped).toMatch(/^haproxy_up 1$/m);
    expect(scraped).toMatch(/^haproxy_exporter_csv_parse_failures_total 0$/m);
    expect(scraped).toMatch(/^haproxy_server_sessions_total\{backend="app",server="one"\} 2$/m);
    if (how === 'the runtime socket') expect(scraped).toMatch(/^haproxy_version_info\{.*version="2\.6/m);
    await exporter.stop();
  });
});
