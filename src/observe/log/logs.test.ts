import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newProxy } from '../../config/keywords/testing.js';
import type { LogModel } from '../../config/model.js';
import { LogLevel } from '../../core/log.js';
import { Logs, lostLogs } from './logs.js';

const SPAN = { source: { file: 'x.cfg', line: 1, text: '' }, column: 1, length: 1 };
const NOW = new Date(2026, 10, 23, 8, 45, 9).getTime();
const folder = mkdtempSync(join(tmpdir(), 'logs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function lineTo(target: LogModel['target'], change: Partial<LogModel> = {}): LogModel {
  const shape = { format: 'rfc3164', length: 1024, sample: undefined, facility: 18, maxLevel: 7, minLevel: 0 } as const;
  return { span: SPAN, target, ...shape, ...change };
}

/** What an event writes, with one global line and one of the proxy's own going to the same file. */
function written(global: { logTag?: string; logSendHostname?: string }, proxyTag?: string, logGlobal = true): string {
  const path = join(folder, 'out');
  const fd = openSync(path, 'w');
  const target = { kind: 'fd', fd } as const;
  const logs = new Logs(
    { rings: [], global: { logTag: undefined, logSendHostname: undefined, ...global, logs: [lineTo(target)] } },
    42,
    () => NOW,
  );
  const proxy = newProxy('listen');
  Object.assign(proxy, { logGlobal, logs: [lineTo(target, { format: 'short' })], logTag: proxyTag });
  logs
    .createLogger(proxy, { line: undefined, errorLine: undefined, structured: undefined })
    .event(LogLevel.Notice, 'hi');
  logs.close();
  return readFileSync(path, 'latin1');
}

describe('the logger of a proxy', () => {
  test.each([
    [{}, undefined, '<149>Nov 23 08:45:09 haproxy[42]: hi\n<5>hi\n'],
    [{ logTag: 'lb' }, undefined, '<149>Nov 23 08:45:09 lb[42]: hi\n<5>hi\n'],
    [{ logTag: 'lb' }, 'web', '<149>Nov 23 08:45:09 web[42]: hi\n<5>hi\n'],
    [{ logSendHostname: 'box' }, undefined, '<149>Nov 23 08:45:09 box haproxy[42]: hi\n<5>hi\n'],
    [{ logSendHostname: '' }, undefined, `<149>Nov 23 08:45:09 ${hostname()} haproxy[42]: hi\n<5>hi\n`],
  ])('%o, proxy tag %s', (global, tag, expected) => {
    expect(written(global, tag)).toBe(expected);
  });

  test('without `log global` only its own lines', () => {
    expect(written({}, undefined, false)).toBe('<5>hi\n');
  });
});

test('lines that will be lost are named once', () => {
  const lost = lineTo({ kind: 'unix', path: '/nowhere/log' });
  const proxies = [newProxy('listen', 'a'), newProxy('listen', 'b')];
  for (const proxy of proxies) proxy.logGlobal = true;
  const global = { logs: [lost, lineTo({ kind: 'fd', fd: 1 })] };
  expect(lostLogs({ global, proxies, logForwards: [] })).toMatchObject([
    { span: SPAN, message: expect.stringContaining('/nowhere/log') },
  ]);
});
