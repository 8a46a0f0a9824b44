import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../base/clock.js';
import { Cursor } from '../../config/cursor.js';
import { Diagnostics } from '../../config/diagnostics.js';
import { parseStickTable } from '../../config/stick-table.js';
import type { Field, TableKey } from '../../core/stick-table.js';
import { wordsOf } from '../../language/testing.js';
import { Arena } from '../arena.js';
import { isBehind } from './entries.js';
import { SharedTable } from './table.js';

/** A table as its line says, on a clock that the test sets. */
function tableOf(line: string, arena = new Arena()): { table: SharedTable; time: { now: number } } {
  const time = { now: 1_000_000 };
  const cursor = new Cursor(wordsOf(`stick-table ${line}`), new Diagnostics());
  cursor.next('the keyword');
  const model = parseStickTable(cursor);
  const table = new SharedTable(model, 't', model.store, arena, false, new Clock(() => time.now));
  return { table, time };
}

/** Counts a key once, as rules do that look it up. */
function touch(table: SharedTable, key: TableKey): number {
  const entry = table.hold(key);
  if (entry !== 0) table.release(entry, true);
  return entry;
}

function has(table: SharedTable, key: TableKey): boolean {
  const entry = table.holdExisting(key);
  if (entry !== 0) table.release(entry, false);
  return entry !== 0;
}

describe('keys', () => {
  const ipv6 = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 1]);
  test.each<[string, TableKey, TableKey]>([
    ['type ip size 10', 0xc0000201, 0xc0000201],
    ['type integer size 10', 4_294_967_295, 4_294_967_295],
    ['type ipv6 size 10', ipv6, ipv6],
    ['type string size 10', 'a\xff=b', 'a\xff=b'],
    ['type string len 3 size 10', 'abcdef', 'abc'],
    ['type string size 10', 'x'.repeat(40), 'x'.repeat(31)],
    ['type binary len 6 size 10', 'ab', 'ab\0\0\0\0'],
    ['type binary len 2 size 10', 'abc', 'ab'],
  ])('%s keeps %j as %j', (line, key, kept) => {
    const { table } = tableOf(line);
    const entry = table.hold(key);
    expect(table.key(entry)).toEqual(kept);
    expect(table.hold(kept)).toBe(entry);
  });

  test('are told apart', () => {
    const { table } = tableOf('type string len 8 size 100');
    const keys = ['', 'a', 'aa', 'aaa', 'aaaa', 'aaaaa', 'b', 'aaaaaaaa', 'aaaaaaab'];
    expect(new Set(keys.map((key) => touch(table, key))).size).toBe(keys.length);
  });
});

describe('life', () => {
  test('an entry that nobody touches expires', () => {
    const { table, time } = tableOf('type ip size 10 expire 30s');
    touch(table, 1);
    time.now += 29_999;
    expect(has(table, 1)).toBe(true);
    touch(table, 1);
    time.now += 29_999;
    expect(has(table, 1)).toBe(true);
    expect(table.used).toBe(1);
    time.now += 1;
    expect(has(table, 1)).toBe(false);
    expect(table.used).toBe(0);
  });

  test('what is held does not expire, and begins anew when it is released', () => {
    const { table, time } = tableOf('type ip size 10 expire 1s');
    const entry = table.hold(1);
    touch(table, 2);
    time.now += 5000;
    expect(table.used).toBe(1);
    expect(table.uses(entry)).toBe(1);
    table.release(entry, true);
    time.now += 999;
    expect(table.used).toBe(1);
    time.now += 1;
    expect(table.used).toBe(0);
  });

  test('without expire entries stay', () => {
    const { table, time } = tableOf('type ip size 10');
    touch(table, 1);
    time.now += 1e9;
    expect(has(table, 1)).toBe(true);
    expect(table.life(1)).toBe(0);
  });

  test('a full table lets go of the oldest that nobody holds', () => {
    const { table } = tableOf('type ip size 3');
    const held = table.hold(1);
    for (const key of [2, 3, 2, 4]) touch(table, key);
    expect([1, 2, 3, 4].map((key) => has(table, key))).toEqual([true, true, false, true]);
    table.release(held, false);
  });

  test('nopurge refuses new ones instead', () => {
    const { table } = tableOf('type ip size 2 nopurge');
    touch(table, 1);
    touch(table, 2);
    expect(table.hold(3)).toBe(0);
    expect(table.used).toBe(2);
  });

  test('drop() frees what only the caller holds', () => {
    const { table } = tableOf('type ip size 2');
    const entry = table.hold(1);
    expect(table.grab(entry)).toBe(true);
    expect(table.drop(entry)).toBe(false);
    expect(table.drop(entry)).toBe(true);
    expect(has(table, 1)).toBe(false);
    expect(table.grab(entry)).toBe(false);
  });
});

describe('data', () => {
  const field = (table: SharedTable, name: Parameters<SharedTable['field']>[0], index = 0): Field =>
    table.field(name, index) as Field;

  test('32-bit numbers wrap, 64-bit ones do not', () => {
    const { table } = tableOf('type ip size 2 store gpc0,bytes_in_cnt');
    const entry = table.hold(1);
    table.write(entry, field(table, 'gpc0'), 4_294_967_295);
    expect(table.add(entry, field(table, 'gpc0'), 2)).toBe(1);
    expect(table.add(entry, field(table, 'gpc0'), -2)).toBe(4_294_967_295);
    expect(table.add(entry, field(table, 'bytes_in_cnt'), 5e9)).toBe(5e9);
  });

  test('elements of arrays lie apart', () => {
    const { table } = tableOf('type ip size 2 store gpc(3),gpc_rate(2,10s),gpt(1)');
    const entry = table.hold(1);
    table.write(entry, field(table, 'gpc', 2), 7);
    table.add(entry, field(table, 'gpc_rate', 1), 4);
    table.write(entry, field(table, 'gpt'), 9);
    expect([0, 1, 2].map((index) => table.read(entry, field(table, 'gpc', index)))).toEqual([0, 0, 7]);
    expect([0, 1].map((index) => table.read(entry, field(table, 'gpc_rate', index)))).toEqual([0, 4]);
    expect(table.read(entry, field(table, 'gpt'))).toBe(9);
    expect(table.field('gpc', 3)).toBeUndefined();
    expect(table.field('conn_cnt')).toBeUndefined();
  });

  test('a rate is what came in the last period', () => {
    const { table, time } = tableOf('type ip size 2 store conn_rate(10s)');
    const entry = table.hold(1);
    const rate = field(table, 'conn_rate');
    for (let i = 0; i < 10; i++) table.add(entry, rate, 1);
    expect(table.read(entry, rate)).toBe(10);
    time.now += 15_000;
    expect(table.read(entry, rate)).toBe(5);
    table.add(entry, rate, 1);
    expect(table.read(entry, rate)).toBe(6);
    time.now += 20_000;
    expect(table.read(entry, rate)).toBe(0);
  });

  test('a new entry knows nothing of the one that had its place', () => {
    const { table } = tableOf('type ip size 1 store gpc0,server_id');
    const first = table.hold(1);
    table.write(first, field(table, 'gpc0'), 5);
    table.release(first, true);
    const second = table.hold(2);
    expect(second).toBe(first);
    expect(table.read(second, field(table, 'gpc0'))).toBe(0);
  });
});

describe('threads', () => {
  const pair = (line: string): [SharedTable, SharedTable, { now: number }] => {
    const main = new Arena({ index: 0, count: 2 });
    const { table, time } = tableOf(line, main);
    const other = tableOf(line, new Arena({ index: 1, count: 2 }, main.chunks));
    other.time.now = time.now;
    return [table, other.table, time];
  };

  test('see the same entries and numbers', () => {
    const [main, other] = pair('type string size 10 store gpc0');
    const entry = main.hold('k');
    main.add(entry, main.field('gpc0') as Field, 3);
    expect(other.hold('k')).toBe(entry);
    expect(other.read(entry, other.field('gpc0') as Field)).toBe(3);
    expect(main.uses(entry)).toBe(2);
  });

  test('a dead one holds nothing, and its connections are gone', () => {
    const [main, other] = pair('type ip size 10 store conn_cur');
    const current = main.field('conn_cur') as Field;
    const entry = main.hold(1);
    main.add(entry, current, 1);
    other.hold(1);
    other.hold(1);
    other.add(entry, current, 2);
    main.forgetThread(1);
    expect(main.uses(entry)).toBe(1);
    expect(main.read(entry, current)).toBe(1);
  });

  test('names mean the same in both', () => {
    const [main, other] = pair('type ip size 10');
    void main;
    void other;
    const arena = new Arena({ index: 0, count: 2 });
    const stored = [{ name: 'server_key', kind: 'name', period: 0, count: 1, array: false }] as const;
    const cursor = new Cursor(wordsOf('stick-table type ip size 4'), new Diagnostics());
    cursor.next('the keyword');
    const model = parseStickTable(cursor);
    const one = new SharedTable(model, 't', stored, arena, false);
    const two = new SharedTable(model, 't', stored, new Arena({ index: 1, count: 2 }, arena.chunks), false);
    const entry = one.hold(1);
    one.writeName(entry, one.field('server_key') as Field, 'sérver');
    expect(two.readName(entry, two.field('server_key') as Field)).toBe('sérver');
    two.writeName(entry, two.field('server_key') as Field, 'other');
    expect(one.readName(entry, one.field('server_key') as Field)).toBe('other');
  });
});

test('numbers of changes may go round', () => {
  expect(isBehind(1, 4_294_967_295)).toBe(true);
  expect(isBehind(4_294_967_295, 1)).toBe(false);
  expect(isBehind(5, 5)).toBe(false);
  expect(isBehind(0x8000_0005, 0x8000_0001)).toBe(true);
});

test('whatever is done, the table holds what was put in last, and no more than its size', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 30 }), drop: fc.boolean(), wait: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { table, time } = tableOf('type integer size 12 expire 100');
      const touched = new Map<number, number>();
      for (const { key, drop, wait } of steps) {
        time.now += wait;
        if (drop) {
          const entry = table.holdExisting(key);
          if (entry !== 0) table.drop(entry);
          touched.delete(key);
        } else {
          touch(table, key);
          touched.delete(key);
          touched.set(key, time.now);
        }
        expect(table.used).toBeLessThanOrEqual(12);
      }
      const alive = [...touched]
        .filter(([, at]) => time.now < at + 100)
        .map(([key]) => key)
        .slice(-12);
      expect(alive.every((key) => has(table, key))).toBe(true);
      expect(table.used).toBe(alive.length);
    }),
  );
});
