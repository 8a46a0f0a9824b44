import { describe, expect, test } from 'vitest';
import { createPrometheusExporter } from '../../src/observe/prometheus/service.js';
import { ProcessGauges } from '../../src/observe/stats/gauges.js';
import { Admin, ServerState, type Server } from '../../src/state/server.js';
import { fakeStream, makeRuntime, stoppedClock, type Fixture } from '../stats/fixture.js';
import { series } from './exposition.js';

function scrape({ runtime }: Fixture, query: string): Map<string, string> {
  const clock = stoppedClock();
  const exporter = createPrometheusExporter(runtime, new ProcessGauges(runtime, () => clock.now()), clock);
  return series(exporter.answer(fakeStream({ target: `/metrics${query}` })).body);
}

/** The states with their numbers, zeros left out. */
function told(figures: ReadonlyMap<string, string>, name: string): string[] {
  return [...figures].flatMap(([key, value]) => {
    const state = /state="(\w+)"/.exec(key)?.[1];
    return key.startsWith(`${name}{`) && state !== undefined && value !== '0' ? [`${state} ${value}`] : [];
  });
}

describe('the state of a server, and those of its backend', () => {
  const fixture = (prepare: (server: Server) => void): Fixture => {
    const made = makeRuntime([
      { name: 'b', kind: 'backend', servers: [{ name: 's', check: true }, { name: 'other' }] },
    ]);
    prepare(made.server('b', 's'));
    return made;
  };

  test.each([
    ['UP', () => {}],
    ['UP', (server) => (server.state = ServerState.Starting)],
    ['DOWN', (server) => (server.state = ServerState.Stopped)],
    ['NOLB', (server) => (server.state = ServerState.Stopping)],
    ['DRAIN', (server) => (server.admin = Admin.ForcedDrain)],
    ['DOWN', (server) => ((server.admin = Admin.ForcedDrain), (server.state = ServerState.Stopped))],
    ['MAINT', (server) => ((server.admin = Admin.ForcedMaint), (server.state = ServerState.Stopped))],
  ] as [string, (server: Server) => void][])('%s', (state, prepare) => {
    const figures = scrape(fixture(prepare), '');
    const [mine] = told(figures, 'haproxy_server_status');
    expect(mine).toBe(`${state} 1`);
    const together = state === 'UP' ? ['UP 2'] : [`${state} 1`, 'UP 1'];
    expect(new Set(told(figures, 'haproxy_backend_agg_server_status'))).toEqual(new Set(together));
  });

  test('a check in maintenance tells nothing', () => {
    const shown = scrape(
      fixture(() => {}),
      '?scope=server',
    );
    const hidden = scrape(
      fixture((server) => (server.admin = Admin.ForcedMaint)),
      '?scope=server',
    );
    const checks = (figures: ReadonlyMap<string, string>): number =>
      [...figures.keys()].filter((key) => key.startsWith('haproxy_server_check_status')).length;
    expect([checks(shown), checks(hidden)]).toEqual([16, 0]);
  });

  test('no-maint leaves the server out', () => {
    const maintained = fixture((server) => (server.admin = Admin.ForcedMaint));
    const servers = [...scrape(maintained, '?scope=server&no-maint').keys()].filter((key) =>
      key.includes('server="s"'),
    );
    expect(servers).toEqual([]);
  });
});

test('every family has a help of one line', () => {
  const made = makeRuntime([
    { name: 'l', kind: 'listen', options: { 'socket-stats': true }, servers: [{ name: 's', check: true }] },
  ]);
  const clock = stoppedClock();
  const exporter = createPrometheusExporter(made.runtime, new ProcessGauges(made.runtime, () => clock.now()), clock);
  const { body } = exporter.answer(fakeStream({ target: '/metrics' }));
  const types = [...body.matchAll(/^# TYPE (\S+) (?:counter|gauge)$/gm)].map(([, name]) => name);
  const helps = [...body.matchAll(/^# HELP (\S+) \S.*$/gm)].map(([, name]) => name);
  expect(helps).toEqual(types);
  expect(new Set(types).size).toBe(types.length);
});
