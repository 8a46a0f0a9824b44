import { describe, expect, test } from 'vitest';
import { wordsOf } from '../language/testing.js';
import { Cursor } from './cursor.js';
import { ConfigError, Diagnostics } from './diagnostics.js';
import type { StickTableModel } from './model.js';
import { parseStickTable } from './stick-table.js';

function parse(line: string): { table?: StickTableModel; error?: ConfigError; warnings: string[]; at?: string } {
  const diagnostics = new Diagnostics();
  const cursor = new Cursor(wordsOf(`stick-table ${line}`), diagnostics);
  cursor.next('the keyword');
  const warnings = (): string[] => diagnostics.list.map(({ message }) => message);
  try {
    return { table: parseStickTable(cursor), warnings: warnings() };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { span } = error;
    const at = span?.source.text.slice(span.column - 1, span.column - 1 + span.length);
    return { error, warnings: warnings(), at };
  }
}

test('all of a table', () => {
  const { table } = parse(
    'type string len 50 size 1m expire 30m nopurge peers mine srvkey addr store gpc0,conn_rate(10s) store gpc_rate(2,5s),bytes_in_cnt',
  );
  expect(table).toMatchObject({
    type: 'string',
    keyLength: 50,
    size: 1_048_576,
    expire: 1_800_000,
    nopurge: true,
    peers: { text: 'mine' },
    serverKey: 'addr',
  });
  expect(table?.store).toEqual([
    { name: 'gpc0', kind: 'number', period: 0, count: 1, array: false },
    { name: 'conn_rate', kind: 'rate', period: 10_000, count: 1, array: false },
    { name: 'bytes_in_cnt', kind: 'long', period: 0, count: 1, array: false },
    { name: 'gpc_rate', kind: 'rate', period: 5000, count: 2, array: true },
  ]);
});

test('what is stored twice is told of', () => {
  expect(parse('type ip size 1 store gpc0,gpc0')).toMatchObject({
    warnings: ["stick-table: store option 'gpc0' already enabled, ignored."],
  });
});

describe('complaints', () => {
  test.each([
    ['type foo size 1k', "stick-table: unknown type 'foo'.", 'foo'],
    ['type ip', 'stick-table: missing size.', ''],
    ['size 1k', 'stick-table: missing type.', ''],
    ['type ip size abc', "stick-table: unexpected character 'a' in argument of 'size'.", 'a'],
    ['type ip size 5x', "stick-table: unexpected character 'x' in argument of 'size'.", 'x'],
    ['type ip size 1k expire abc', "stick-table: unexpected character 'a' in argument of 'expire'.", 'a'],
    [
      'type ip size 1k expire 30d',
      'stick-table: timer overflow in argument <30d> to <expire>, maximum value is 2147483647 ms (~24.8 days).',
      '30d',
    ],
    ['type ip size 1k store foo', "stick-table: unknown store option 'foo'.", 'foo'],
    ['type ip size 1k store gpc0,conn_rat(1s)', "stick-table: unknown store option 'conn_rat'.", 'conn_rat(1s)'],
    ['type ip size 1k store server_key', "stick-table: unknown store option 'server_key'.", 'server_key'],
    ['type ip size 1k store conn_rate', "stick-table: missing argument to store option 'conn_rate'.", 'conn_rate'],
    ['type ip size 1k store gpc_rate(2)', "stick-table: missing argument to store option 'gpc_rate'.", 'gpc_rate(2)'],
    [
      'type ip size 1k store conn_rate(x)',
      "stick-table: error when processing store option 'conn_rate'.",
      'conn_rate(x)',
    ],
    [
      'type ip size 1k store conn_rate(0)',
      "stick-table: error when processing store option 'conn_rate'.",
      'conn_rate(0)',
    ],
    [
      'type ip size 1k store conn_cnt(5)',
      "stick-table: unexpected argument to store option 'conn_cnt'.",
      'conn_cnt(5)',
    ],
    [
      'type ip size 1k store gpc(101)',
      "stick-table: array size is out of allowed range (1-100) for store option 'gpc'.",
      'gpc(101)',
    ],
    [
      'type ip size 1k store gpc(2),gpc1',
      "stick-table: simultaneous usage of 'gpc' and 'gpc[0/1]' in a same table is not permitted as 'gpc' overrides 'gpc[0/1]'.",
      'stick-table type ip size 1k store gpc(2),gpc1',
    ],
    ['type ip size 1k srvkey x', "stick-table : unknown server key type 'x'.", 'x'],
    ['type ip size 1k foo', "stick-table: unknown argument 'foo'.", 'foo'],
    ['type ip size', "stick-table: missing argument after 'size'.", ''],
  ])('%s', (line, message, at) => {
    const { error, at: place } = parse(line);
    expect(error?.message).toBe(message);
    expect(place).toBe(at);
  });

  test('come with a suggestion', () => {
    expect(parse('type ip size 1k store conn_rat(1s)').error?.hint).toBe("did you mean 'conn_rate'?");
    expect(parse('type ip siz 1k').error?.hint).toBe("did you mean 'size'?");
  });
});
