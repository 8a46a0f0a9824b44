import { describe, expect, test } from 'vitest';
import { LogLevel } from '../../core/log.js';
import type { LogModel } from '../../config/model.js';
import type { LogFormatName, LogIdentity } from './header.js';
import { Sampling } from './sampling.js';
import { FormattedSink } from './sink.js';

const NOON = new Date(2026, 10, 3, 12, 4, 5, 361).getTime();
const IDENTITY: LogIdentity = { tag: 'haproxy', pid: 23127, hostname: undefined, now: () => NOON };
const SPAN = { source: { file: 'x.cfg', line: 1, text: '' }, column: 1, length: 1 };
const UDP = {
  kind: 'udp',
  address: {
    span: SPAN,
    text: '127.0.0.1',
    kind: 'ip',
    host: '127.0.0.1',
    family: 4,
    port: 514,
    portEnd: 514,
    portOffset: false,
    fd: -1,
    transport: 'dgram',
  },
} as const satisfies LogModel['target'];
type Model = ConstructorParameters<typeof FormattedSink>[0];
const MODEL: Model = {
  format: 'local',
  target: UDP,
  length: 1024,
  sample: undefined,
  facility: 18,
  maxLevel: 7,
  minLevel: 0,
};

function lines(
  format: LogFormatName,
  send: (sink: FormattedSink) => void,
  change: Partial<Model> = {},
  identity = IDENTITY,
): string[] {
  const written: string[] = [];
  const target = { dropped: 0, write: (line: string) => written.push(line), close: () => undefined };
  send(new FormattedSink({ ...MODEL, ...change }, format, identity, target));
  return written;
}

function zone(): string {
  const minutes = -new Date(NOON).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(size / 60)}:${twoDigits(size % 60)}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

describe('headers, as HAProxy 2.6.12 writes them', () => {
  const iso = `2026-11-03T12:04:05.361000${zone()}`;
  test.each<[LogFormatName, string]>([
    ['local', '<150>Nov  3 12:04:05 haproxy[23127]: hello\n'],
    ['rfc3164', '<150>Nov  3 12:04:05 localhost haproxy[23127]: hello\n'],
    ['rfc5424', `<150>1 ${iso} - haproxy 23127 - - hello\n`],
    ['priority', '<150>hello\n'],
    ['short', '<6>hello\n'],
    ['timed', `<6>${iso} hello\n`],
    ['iso', `${iso} hello\n`],
    ['raw', 'hello\n'],
  ])('%s', (format, expected) => {
    expect(lines(format, (sink) => sink.send(LogLevel.Info, 'hello', ''))).toEqual([expected]);
  });

  test.each<[LogFormatName, string]>([
    ['rfc3164', '<145>Nov  3 12:04:05 box web[23127]: hello\n'],
    ['rfc5424', `<145>1 ${iso} box web 23127 - [a@1 b="c"] hello\n`],
    ['local', '<145>Nov  3 12:04:05 web[23127]: hello\n'],
  ])('%s with a host, a tag of the proxy, structured data', (format, expected) => {
    const identity = { ...IDENTITY, hostname: 'box' };
    expect(lines(format, (sink) => sink.send(LogLevel.Alert, 'hello', 'web', '[a@1 b="c"]'), {}, identity)).toEqual([
      expected,
    ]);
  });

  test('follow the clock, the level and the tag', () => {
    let now = NOON;
    const written = lines(
      'local',
      (sink) => {
        sink.send(LogLevel.Info, '1', '');
        sink.send(LogLevel.Err, '2', '');
        sink.send(LogLevel.Err, '3', 'tag');
        now += 999;
        sink.send(LogLevel.Info, '4', '');
      },
      {},
      { ...IDENTITY, now: () => now },
    );
    expect(written).toEqual([
      '<150>Nov  3 12:04:05 haproxy[23127]: 1\n',
      '<147>Nov  3 12:04:05 haproxy[23127]: 2\n',
      '<147>Nov  3 12:04:05 tag[23127]: 3\n',
      '<150>Nov  3 12:04:06 haproxy[23127]: 4\n',
    ]);
  });
});

describe('levels', () => {
  const all = [LogLevel.Emerg, LogLevel.Err, LogLevel.Notice, LogLevel.Info, LogLevel.Debug];
  test.each([
    [7, 0, '<0><3><5><6><7>'],
    [6, 0, '<0><3><5><6>'],
    [5, 3, '<3><3><5>'],
  ])('up to %i, from %i', (maxLevel, minLevel, expected) => {
    const written = lines('short', (sink) => all.forEach((level) => sink.send(level, '', '')), { maxLevel, minLevel });
    expect(written.join('').replaceAll('\n', '')).toBe(expected);
  });
});

describe('length: the sizes HAProxy 2.6.12 sends with len 80', () => {
  const fd: LogModel['target'] = { kind: 'fd', fd: 1 };
  const tcp: LogModel['target'] = { ...UDP, kind: 'tcp' };
  test.each<[LogFormatName, LogModel['target'], number]>([
    ['local', UDP, 81],
    ['short', UDP, 81],
    ['raw', UDP, 80],
    ['short', fd, 80],
    ['raw', tcp, 201],
  ])('%s', (format, target, size) => {
    const [line] = lines(format, (sink) => sink.send(LogLevel.Info, 'x'.repeat(200), ''), { target, length: 80 });
    expect([line.length, line.at(-1)]).toEqual([size, '\n']);
  });
});

describe('sampling', () => {
  test.each([
    ['1', 3, '100100100'],
    ['1,3', 3, '101101101'],
    ['2-3', 4, '011001100'],
    ['1-2,4', 4, '110111011'],
  ])('%s:%i', (ranges, size, expected) => {
    const sampling = new Sampling(ranges, size);
    expect(Array.from({ length: 9 }, () => (sampling.take() ? '1' : '0')).join('')).toBe(expected);
  });

  test('counts only lines that pass the level', () => {
    const written = lines(
      'raw',
      (sink) => {
        for (const text of ['a', 'b', 'c', 'd']) {
          sink.send(LogLevel.Debug, text, '');
          sink.send(LogLevel.Info, text, '');
        }
      },
      { maxLevel: 6, sample: { ranges: '2', size: 2 } },
    );
    expect(written).toEqual(['b\n', 'd\n']);
  });
});
