import { describe, expect, test } from 'vitest';
import type { Cell } from '../../src/observe/stats/cells.js';
import { BE, FE, SV } from '../../src/core/counters.js';
import { renderCsv, CSV_HEADER } from '../../src/observe/stats/csv.js';
import { F, STAT_FIELDS } from '../../src/observe/stats/fields.js';
import { ProcessGauges } from '../../src/observe/stats/gauges.js';
import { serverClass } from '../../src/observe/stats/html/rows.js';
import { renderInfo, renderInfoJson } from '../../src/observe/stats/info.js';
import { eachRow, EVERYTHING } from '../../src/observe/stats/rows.js';
import { Admin, ServerState, type Server, WEIGHT_SCALE } from '../../src/state/server.js';
import { slidingAverage } from '../../src/base/sliding-average.js';
import { bump, countServers, makeRuntime, STARTED, stoppedClock, word, type Fixture } from './fixture.js';

const moment = { now: 60_000, date: STARTED / 1000 + 60, legends: true };

/** The cells of one row. @param name of the server, or FRONTEND or BACKEND */
function cells({ runtime }: Fixture, name: string): readonly Cell[] {
  const row = [...eachRow(runtime, EVERYTHING, moment)].find((entry) => entry.cells[F.svname] === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row.cells;
}

function oneServer(prepare: (server: Server) => void, more = {}): Fixture {
  const fixture = makeRuntime([
    { name: 'other', kind: 'backend', servers: [{ name: 'leader', check: true }] },
    { name: 'b', kind: 'listen', servers: [{ name: 's', check: true, rise: 2, fall: 3, ...more }] },
  ]);
  prepare(fixture.server('b', 's'));
  countServers(fixture.backend('b'));
  return fixture;
}

describe('the status of a server, and the class of its row', () => {
  test.each([
    ['UP', 'active_up', () => {}],
    ['UP 2/3', 'active_going_down', (s) => (s.health = 3)],
    ['UP 1/3', 'active_going_down', (s) => (s.health = 2)],
    ['DOWN', 'active_down', (s) => ((s.state = ServerState.Stopped), (s.health = 0))],
    ['DOWN 1/2', 'active_going_up', (s) => ((s.state = ServerState.Stopped), (s.health = 1))],
    ['no check', 'active_no_check', (s) => (s.checked = false)],
    ['NOLB', 'active_nolb', (s) => (s.state = ServerState.Stopping)],
    ['NOLB 2/3', 'active_going_down', (s) => ((s.state = ServerState.Stopping), (s.health = 3))],
    ['DRAIN', 'active_draining', (s) => (s.admin = Admin.ForcedDrain)],
    ['DRAIN 1/3', 'active_draining', (s) => ((s.admin = Admin.ForcedDrain), (s.health = 2))],
    ['MAINT', 'maintain', (s) => ((s.admin = Admin.ForcedMaint), (s.state = ServerState.Stopped))],
    ['MAINT (resolution)', 'maintain', (s) => (s.admin = Admin.ResolveMaint)],
  ] as [string, string, (server: Server) => void][])('%s', (status, className, prepare) => {
    const fixture = oneServer(prepare);
    const row = [...eachRow(fixture.runtime, EVERYTHING, moment)].find((entry) => entry.cells[F.svname] === 's');
    expect(row?.cells[F.status]).toBe(status);
    expect(row === undefined ? '' : serverClass(row)).toBe(className);
  });

  test('a tracking server shows the state of the one it follows', () => {
    const fixture = oneServer((server) => (server.checked = false));
    const leader = fixture.server('other', 'leader');
    const follower = fixture.server('b', 's');
    follower.tracked = leader;
    leader.health = leader.rise;
    expect(cells(fixture, 's')[F.status]).toBe('UP 1/3');
    expect(cells(fixture, 's')[F.tracked]).toBe('other/leader');
    follower.admin = Admin.InheritedMaint;
    expect(cells(fixture, 's')[F.status]).toBe('MAINT (via other/leader)');
  });
});

test('slowstart shows the part of the weight that is reached', () => {
  const fixture = oneServer(
    (server) => {
      server.state = ServerState.Starting;
      server.effectiveWeight = 25 * WEIGHT_SCALE;
    },
    { weight: 100 },
  );
  const row = cells(fixture, 's');
  expect([row[F.throttle], row[F.weight], row[F.uweight]]).toEqual([25, 25, 100]);
});

test('downtime goes on counting while a server or backend is down', () => {
  const fixture = oneServer((server) => {
    server.state = ServerState.Stopped;
    server.health = 0;
    server.downTime = 5;
    server.lastChange = moment.date - 10;
  });
  fixture.backend('b').lastChange = moment.date - 10;
  fixture.backend('b').counters[BE.lastSess] = moment.date - 30;
  expect([cells(fixture, 's')[F.downtime], cells(fixture, 's')[F.lastchg]]).toEqual([15, 10]);
  const backend = [...eachRow(fixture.runtime, EVERYTHING, moment)].at(-1)?.cells ?? [];
  expect([backend[F.status], backend[F.downtime], backend[F.lastsess]]).toEqual(['DOWN', 10, 30]);
});

test('mean times come from the sums that the session keeps', () => {
  const fixture = oneServer((server) => {
    for (let i = 1; i <= 1000; i++) {
      server.counters[SV.reqTot] = i;
      server.counters[SV.rtime] = slidingAverage(server.counters[SV.rtime], i, 20);
    }
    server.counters[SV.rtimeMax] = 31;
  });
  expect([cells(fixture, 's')[F.rtime], cells(fixture, 's')[F.rtimeMax]]).toEqual([20, 31]);
});

test(';up leaves out servers that are down or in maintenance, but not one that comes back', () => {
  const fixture = makeRuntime([
    {
      name: 'b',
      kind: 'backend',
      servers: ['up', 'down', 'rising', 'maint', 'nocheck'].map((name) => ({ name, check: name !== 'nocheck' })),
    },
  ]);
  for (const name of ['down', 'rising']) {
    fixture.server('b', name).state = ServerState.Stopped;
    fixture.server('b', name).health = name === 'down' ? 0 : 1;
  }
  fixture.server('b', 'maint').admin = Admin.ForcedMaint;
  const names = [...eachRow(fixture.runtime, { ...EVERYTHING, onlyUp: true }, moment)].map(
    (row) => row.cells[F.svname],
  );
  expect(names).toEqual(['up', 'rising', 'nocheck', 'BACKEND']);
});

test('texts are quoted in CSV only where they must be, and every line has as many commas', () => {
  const fixture = oneServer((server) => {
    Object.defineProperty(server, 'cookie', { value: 'a,"b"' });
    server.checkResult = { status: 'L7STS', code: 500, info: 'Größe\nzwei', durationMs: 3 };
  });
  const [, , , , line] = renderCsv(eachRow(fixture.runtime, EVERYTHING, moment)).split(/\n(?=\w+,)/);
  expect(line).toContain(',"a,""b""",');
  expect(line).toContain(`,"${Buffer.from('Größe').toString('latin1')}\nzwei",`);
  const bare = line.replaceAll(/"(?:[^"]|"")*"/g, '');
  expect(bare.split(',').length).toBe(CSV_HEADER.split(',').length);
});

test('columns keep the positions that tools count on', () => {
  // munin, the Prometheus exporter and hatop find these by position (management manual 9.1).
  expect([0, 17, 32, 33, 36, 73, 99].map((position) => STAT_FIELDS[position].name)).toEqual([
    'pxname',
    'status',
    'type',
    'rate',
    'check_status',
    'addr',
    'uweight',
  ]);
  expect(STAT_FIELDS.length).toBe(F.size);
  expect(new Set(STAT_FIELDS.map((field) => field.name)).size).toBe(F.size);
  expect(STAT_FIELDS[F.needConnEst].name).toBe('need_conn_est');
});

test('an algorithm that 2.6 has no name for is unknown', () => {
  const fixture = makeRuntime([{ name: 'b', kind: 'backend', balance: [word('random(3)')] }]);
  expect(cells(fixture, 'BACKEND')[F.algo]).toBe('unknown');
});

test('gauges of the process: rates, their maxima, bytes per second', () => {
  let now = 1000;
  const fixture = makeRuntime([{ name: 'f', kind: 'frontend' }]);
  const gauges = new ProcessGauges(fixture.runtime, () => now);
  bump(fixture.frontend('f').connectionRate, 9, stoppedClock(1));
  bump(fixture.frontend('f').sessionRate, 8, stoppedClock(1));
  gauges.sample();
  fixture.frontend('f').counters[FE.bout] += 5000;
  now = 3000;
  gauges.sample();
  const figures = gauges.read();
  expect(figures).toMatchObject({ connectionRate: 0, maxConnectionRate: 9, sessionRate: 0, maxSessionRate: 8 });
  expect(figures).toMatchObject({ totalBytesOut: 5000, bytesOutRate: 2500 });
  expect(figures.idlePercent).toBeGreaterThanOrEqual(0);
  expect(figures.idlePercent).toBeLessThanOrEqual(100);
});

test('show info: the lines that hatop needs, and the same in JSON', () => {
  const { runtime } = makeRuntime([{ name: 'f', kind: 'frontend' }]);
  const source = { runtime, figures: new ProcessGauges(runtime, () => 1).read(), date: STARTED + 93_784_000 };
  const text = renderInfo(source);
  for (const name of ['Name', 'Version', 'Release_date', 'Nbproc', 'Process_num', 'Pid', 'Uptime', 'Maxconn']) {
    expect(text).toMatch(new RegExp(`^${name}: .`, 'm'));
  }
  for (const name of ['CurrConns', 'Maxpipes', 'PipesUsed', 'Tasks', 'Run_queue', 'node', 'Idle_pct']) {
    expect(text).toMatch(new RegExp(`^${name}: .`, 'm'));
  }
  expect(text).toContain('Uptime: 1d 2h03m04s\n');
  expect(JSON.parse(renderInfoJson(source))).toHaveLength(text.trim().split('\n').length);
});
