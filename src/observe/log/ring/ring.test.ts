import { describe, expect, test } from 'vitest';
import { LogLevel } from '../../../core/log.js';
import { LogSinks } from '../sinks.js';
import { Ring, type RingReader } from './ring.js';
import { RingSink } from './sink.js';

const NOW = Date.UTC(2026, 10, 23, 8, 45, 9, 361);
const IDENTITY = { tag: 'haproxy', pid: 42, hostname: undefined, now: () => NOW };

function all(reader: RingReader): string[] {
  const lines: string[] = [];
  for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
  return lines;
}

describe('a ring', () => {
  test('holds what fits, the newest lines', () => {
    const ring = new Ring(36);
    for (const line of ['one 1234', 'two 1234', 'three 12', 'four 123']) ring.write(line);
    expect(all(ring.follow(() => {}))).toEqual(['two 1234', 'three 12', 'four 123']);
    expect([ring.dropped, ring.lost]).toEqual([0, 0]);
  });

  test('a reader holds what it has not read: what comes then is lost and counted', () => {
    const ring = new Ring(20);
    const reader = ring.follow(() => {});
    expect(['a2345678', 'b2345678', 'c2345678'].map((line) => ring.write(line))).toEqual([true, true, false]);
    expect(ring.dropped).toBe(1);
    expect(reader.next()).toBe('a2345678');
    expect(ring.write('d2345678')).toBe(true);
    expect(all(reader)).toEqual(['b2345678', 'd2345678']);
    reader.close();
    ring.write('e2345678');
    ring.write('f2345678');
    expect(all(ring.follow(() => {}))).toEqual(['e2345678', 'f2345678']);
  });

  test('readers hear of lines, and may begin at the end', () => {
    const ring = new Ring(100);
    ring.write('old');
    let woken = 0;
    const reader = ring.follow(() => woken++, true);
    expect(reader.next()).toBeUndefined();
    ring.write('new');
    expect([woken, reader.next()]).toEqual([1, 'new']);
  });

  test('a line that is longer than the ring is lost', () => {
    const ring = new Ring(10);
    expect([ring.write('0123456789'), ring.lost]).toEqual([false, 1]);
  });

  test('thousands of lines take no more room than it has', () => {
    const ring = new Ring(1000);
    for (let i = 0; i < 50_000; i++) ring.write(String(i).padStart(98));
    expect(all(ring.follow(() => {}))).toHaveLength(10);
    expect(ring.newest).toBe(50_000);
  });
});

describe('a ring section', () => {
  const model = { name: 'r', description: 'r', size: 110, maxLength: 50, format: 'timed' } as const;

  test('says how many lines were lost as soon as it can, and once', () => {
    const sink = new RingSink(model, IDENTITY);
    const reader = sink.ring.follow(() => {});
    for (let i = 0; i < 5; i++) sink.write(`${i} ${'x'.repeat(60)}`, 16);
    expect(sink.ring.dropped).toBe(3);
    expect(all(reader)).toHaveLength(2);
    sink.write('after', 16);
    sink.write('more', 16);
    // cut at `maxlen` as all lines are
    expect(all(reader)).toEqual(['<5>2026-11-23T08:45:09.361000+00:00 3 events dropp', 'after', 'more']);
    expect([sink.ring.dropped, sink.ring.lost]).toEqual([0, 3]);
  });

  test('gives lines its own head and length; the log line cuts the text', () => {
    const sink = new RingSink({ ...model, size: 1000, maxLength: 100 }, IDENTITY);
    const sinks = new LogSinks(IDENTITY, () => sink);
    const place = { source: { file: 'x', line: 1, text: '' }, column: 1, length: 1 };
    const line = {
      span: place,
      target: { kind: 'ring', name: 'r', word: { text: 'ring@r', span: place } },
      format: 'raw',
      formatGiven: true,
      length: 80,
      sample: { ranges: '1,3', size: 3 },
      facility: 16,
      maxLevel: LogLevel.Notice,
      minLevel: LogLevel.Warning,
    } as const;
    const opened = sinks.open(line);
    opened.send(LogLevel.Info, 'too unimportant', '');
    for (const text of ['one', 'skipped', 'y'.repeat(90)]) opened.send(LogLevel.Emerg, text, '');
    expect(all(sink.ring.follow(() => {}))).toEqual([
      '<4>2026-11-23T08:45:09.361000+00:00 one',
      `<4>2026-11-23T08:45:09.361000+00:00 ${'y'.repeat(64)}`,
    ]);
  });
});
