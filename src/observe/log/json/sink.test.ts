import { describe, expect, test } from 'vitest';
import { LogLevel } from '../../../core/log.js';
import { parseLine } from '../forward/line.js';
import { JsonSink } from './sink.js';

const NOW = Date.UTC(2026, 10, 23, 8, 45, 9, 361);
const IDENTITY = { tag: 'lb', pid: 42, hostname: 'box', now: () => NOW };
const HEAD = { time: '2026-11-23T08:45:09.361Z', pid: 42, host: 'box' };
const ALL = { sample: undefined, maxLevel: LogLevel.Debug, minLevel: LogLevel.Emerg };

function written(send: (sink: JsonSink) => void, change: Partial<typeof ALL> = {}): unknown[] {
  const lines: string[] = [];
  send(new JsonSink({ ...ALL, ...change }, IDENTITY, (line) => lines.push(line)));
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true);
  // targets write bytes
  return lines.map((line): unknown => JSON.parse(Buffer.from(line, 'latin1').toString()));
}

describe('format json', () => {
  test.each([
    [LogLevel.Emerg, 'emerg'],
    [LogLevel.Alert, 'alert'],
    [LogLevel.Crit, 'crit'],
    [LogLevel.Err, 'err'],
    [LogLevel.Warning, 'warning'],
    [LogLevel.Notice, 'notice'],
    [LogLevel.Info, 'info'],
    [LogLevel.Debug, 'debug'],
  ])('level %i is %s', (level, name) => {
    expect(written((sink) => sink.send(level, 'hi "there"\n', ''))).toEqual([
      { level: name, ...HEAD, tag: 'lb', message: 'hi "there"\n' },
    ]);
  });

  test('facts and tags', () => {
    expect(written((sink) => sink.sendObject(LogLevel.Info, 'x', 'web', { status: 200, list: ['a', null] }))).toEqual([
      { level: 'info', ...HEAD, tag: 'web', status: 200, list: ['a', null], message: 'x' },
    ]);
  });

  test('levels of the log line', () => {
    const shown = written(
      (sink) => {
        sink.send(LogLevel.Info, 'no', '');
        sink.send(LogLevel.Emerg, 'yes', '');
      },
      { maxLevel: LogLevel.Notice, minLevel: LogLevel.Warning },
    );
    expect(shown).toMatchObject([{ level: 'warning', message: 'yes' }]);
  });

  test('bytes that are UTF-8, and bytes that are not', () => {
    const bytes = Buffer.from('é').toString('latin1');
    expect(written((sink) => sink.send(LogLevel.Info, `${bytes}\xff`, ''))).toMatchObject([{ message: 'é\ufffd' }]);
  });

  test('a line of somebody else', () => {
    const line = parseLine('<132>1 2026-11-06T10:03:03Z web app 12 - - hello');
    expect(written((sink) => sink.forward(line))).toEqual([
      {
        level: 'warning',
        ...HEAD,
        tag: 'lb',
        sender: { time: '2026-11-06T10:03:03Z', host: 'web', tag: 'app', pid: '12' },
        message: 'hello',
      },
    ]);
  });
});
