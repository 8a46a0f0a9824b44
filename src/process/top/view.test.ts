import { describe, expect, test } from 'vitest';
import { colourOf, short, span } from './figures.js';
import type { Snapshot } from './parse.js';
import { lastScroll, renderTop, type ViewOptions } from './view.js';

const INFO = {
  Name: 'tsproxy',
  node: 'here',
  Pid: '7',
  Nbthread: '2',
  Uptime_sec: '3700',
  CurrConns: '3',
  Maxconn: '4000',
  ConnRate: '5',
  CumReq: '1000',
  BytesOutRate: '1500',
  Idle_pct: '98',
  Stopping: '0',
};
const FRONT = { pxname: 'web', svname: 'FRONTEND', type: '0', iid: '2', sid: '0', mode: 'http', status: 'OPEN' };
const BACK = { pxname: 'app', svname: 'BACKEND', type: '1', iid: '3', sid: '0', mode: 'http', status: 'UP' };
const SERVER = { pxname: 'app', svname: 's1', type: '2', iid: '3', sid: '1', mode: 'http', status: 'DOWN 1/2' };

function snapshot(at: number, bytes: number, failed: number): Snapshot {
  const rows = [
    { ...FRONT, scur: '3', slim: '3000', req_rate: '40', ereq: '0', bout: String(bytes) },
    { ...BACK, scur: '1', slim: '300', rate: '41', qcur: '2', rtime: '12', hrsp_5xx: String(failed), bout: '0', lastchg: '65' },
    { ...SERVER, scur: '0', rate: '1', qcur: '0', rtime: '1234', econ: String(failed), bout: '0', lastchg: '5' },
  ]; // prettier-ignore
  const info = new Map(Object.entries({ ...INFO, CumReq: String(1000 + at / 10) }));
  return { info, rows: rows.map((row) => new Map(Object.entries(row))), at };
}

const plain = (more: Partial<ViewOptions> = {}): ViewOptions => ({
  width: 80,
  height: undefined,
  scroll: 0,
  colour: false,
  ...more,
});

test('the first answer shows sums', () => {
  expect(renderTop(snapshot(0, 5000, 4), undefined, plain())).toEqual([
    'tsproxy here: pid 7, 2 threads, up 1h1m',
    '3/4k conn, 5 conn/s, 1k requests, 1.5kB/s out, 98% idle',
    'NAME              STATUS       SESSIONS RATE/s QUEUE ERRORS   RESP    OUT  SINCE',
    'web <             OPEN             3/3k     40            0            5k',
    'app >             UP              1/300     41     2      4   12ms      0   1m5s',
    '  s1              DOWN 1/2            0      1     0      4   1.2s      0     5s',
  ]);
});

test('the next ones show rates', () => {
  const lines = renderTop(snapshot(2000, 9000, 5), snapshot(0, 5000, 4), plain());
  expect(lines[1]).toBe('3/4k conn, 5 conn/s, 100 req/s, 1.5kB/s out, 98% idle   q quits, j k scroll');
  expect(lines[2]).toContain('ERR/s   RESP  OUT/s');
  expect(lines[3]).toMatch(/ 40 {12}0 {12}2k$/);
  expect(lines[5]).toMatch(/ 0 {4}0\.5 /);
});

test('cleared counters and a changed list are no negative rates', () => {
  const lines = renderTop(snapshot(1000, 0, 0), snapshot(0, 5000, 4), plain());
  expect(lines.join('\n')).not.toContain('-');
});

describe('the size of the terminal', () => {
  test.each([40, 60, 80, 200])('%i columns', (width) => {
    const lines = renderTop(snapshot(0, 0, 0), undefined, plain({ width }));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines[2]).toContain('STATUS');
    expect(lines[2].includes('SINCE')).toBe(width >= 80);
  });

  test('rows beyond it are scrolled to', () => {
    const seen = snapshot(0, 0, 0);
    expect(lastScroll(seen, 5)).toBe(1);
    expect(lastScroll(seen, 50)).toBe(0);
    const lines = renderTop(seen, undefined, plain({ height: 5, scroll: 1 }));
    expect(lines.slice(3).map((line) => line.slice(0, 6).trim())).toEqual(['app >', 's1']);
  });
});

test('trouble stands where the keys were', () => {
  expect(renderTop(snapshot(0, 0, 0), undefined, plain({ trouble: 'gone' }))[1]).toBe('gone');
});

test('colours surround words and change nothing else', () => {
  const lines = renderTop(snapshot(0, 0, 0), undefined, plain({ colour: true }));
  expect(lines[5]).toContain('\x1b[35mDOWN 1/2  \x1b[0m');
  const bare = lines.map((line) => line.replaceAll(/\x1b\[[\d;]*m/g, ''));
  expect(bare).toEqual(renderTop(snapshot(0, 0, 0), undefined, plain()));
});

test.each([
  ['UP', '0', '32'],
  ['UP', '1', '34'],
  ['UP 1/3', '0', '1;33'],
  ['DOWN', '0', '1;31'],
  ['DOWN 1/2', '0', '35'],
  ['MAINT (via a/b)', '0', '33'],
  ['DRAIN', '0', '36'],
  ['no check', '0', '37'],
  ['OPEN', '0', ''],
  ['FULL', '0', '1;33'],
])('%s, backup %s: %s', (status, bck, colour) => {
  expect(colourOf(new Map(Object.entries({ ...SERVER, status, bck })))).toBe(colour);
});

test.each([
  [0, '0'],
  [0.25, '0.3'],
  [9.96, '10'],
  [999, '999'],
  [999.6, '1k'],
  [1234, '1.2k'],
  [34_567, '35k'],
  [5_600_000, '5.6M'],
])('%d is %s', (value, text) => expect(short(value)).toBe(text));

test.each([
  [7, '7s'],
  [125, '2m5s'],
  [3720, '1h2m'],
  [100_000, '1d3h'],
])('%d seconds are %s', (seconds, text) => expect(span(seconds)).toBe(text));
