import { closest } from '../base/closest.js';
import { parseDuration, parseSize, type UnitResult } from '../base/units.js';
import { DATA_TYPES, TABLE_TYPES, type DataType, type StoredData, type TableType } from '../core/stick-table.js';
import type { Cursor, Word } from './cursor.js';
import type { StickTableModel } from './model.js';

/** Bytes of keys where no length is given. HAProxy's 32 bytes of a string have its NUL among them. */
const KEY_BYTES: Readonly<Record<TableType, number>> = { ip: 4, ipv6: 16, integer: 4, string: 31, binary: 32 };
const LARGEST_ARRAY = 100;

type Draft = { -readonly [K in keyof StickTableModel]: StickTableModel[K] };

/**
 * What follows `stick-table`, or the name of a `table` in a peers section (manual 4.2 `stick-table`).
 * @throws ConfigError in HAProxy's words
 */
export function parseStickTable(words: Cursor): StickTableModel {
  const table: Draft = {
    span: words.lineSpan,
    type: 'ip',
    keyLength: 0,
    size: 0,
    expire: 0,
    nopurge: false,
    peers: undefined,
    serverKey: 'name',
    store: [],
  };
  while (words.more()) parseArgument(words, table);
  if (table.size === 0) words.fail('stick-table: missing size.', words.endSpan, "for example 'size 100k'");
  if (table.keyLength === 0)
    words.fail('stick-table: missing type.', words.endSpan, `one of ${TABLE_TYPES.join(', ')}`);
  checkStore(words, table.store);
  // in HAProxy's order, which is that of everybody who shows or sends entries
  table.store = DATA_TYPES.flatMap(({ name }) => table.store.find((data) => data.name === name) ?? []);
  return table;
}

function parseArgument(words: Cursor, table: Draft): void {
  const word = words.next('an argument');
  const value = (): Word => {
    if (!words.more()) words.fail(`stick-table: missing argument after '${word.text}'.`, words.endSpan);
    return words.next('a value');
  };
  switch (word.text) {
    case 'type':
      parseType(words, table, value());
      return;
    case 'size':
      table.size = unit(words, value(), 'size', parseSize);
      return;
    case 'expire':
      table.expire = unit(words, value(), 'expire', (text) => parseDuration(text));
      return;
    case 'nopurge':
      table.nopurge = true;
      return;
    case 'peers':
      table.peers = value();
      return;
    case 'srvkey': {
      const key = value();
      if (key.text !== 'name' && key.text !== 'addr')
        words.fail(`stick-table : unknown server key type '${key.text}'.`, key, "'name' or 'addr'");
      table.serverKey = key.text;
      return;
    }
    case 'store':
      for (const item of splitStore(words, value())) storeData(words, table, item);
      return;
    default: {
      const near = closest(word.text, ['type', 'size', 'expire', 'nopurge', 'peers', 'srvkey', 'store']);
      words.fail(
        `stick-table: unknown argument '${word.text}'.`,
        word,
        near === undefined ? undefined : `did you mean '${near}'?`,
      );
    }
  }
}

function parseType(words: Cursor, table: Draft, word: Word): void {
  const type = TABLE_TYPES.find((each) => each === word.text);
  if (type === undefined) {
    const near = closest(word.text, TABLE_TYPES) ?? TABLE_TYPES.join(', ');
    return words.fail(`stick-table: unknown type '${word.text}'.`, word, `did you mean ${near}?`);
  }
  table.type = type;
  table.keyLength = KEY_BYTES[type];
  if ((type === 'string' || type === 'binary') && words.take('len'))
    table.keyLength = words.integer('a length', { min: 1, max: 65_535 });
}

function unit(words: Cursor, word: Word, argument: string, parse: (text: string) => UnitResult): number {
  const result = parse(word.text);
  if (result.ok) return result.value;
  if (result.why.startsWith('timer overflow')) {
    return words.fail(
      `stick-table: timer overflow in argument <${word.text}> to <${argument}>, maximum value is 2147483647 ms (~24.8 days).`,
      word,
    );
  }
  return words.fail(
    `stick-table: unexpected character '${word.text[result.at] ?? ''}' in argument of '${argument}'.`,
    { ...word.span, column: word.span.column + result.at, length: 1 },
    result.why,
  );
}

/** `gpc0,conn_rate(10s),gpc_rate(2,5s)`: commas in parentheses separate arguments. */
function splitStore(words: Cursor, word: Word): Word[] {
  const items: Word[] = [];
  for (const found of word.text.matchAll(/[^,(]+(?:\([^)]*\)?)?/g)) {
    items.push({
      text: found[0],
      span: { ...word.span, column: word.span.column + found.index, length: found[0].length },
    });
  }
  if (items.length === 0) words.fail('stick-table: missing store option.', word);
  return items;
}

function storeData(words: Cursor, table: Draft, item: Word): void {
  const [, name = '', argument] = /^([^(]*)(?:\((.*?)\)?)?$/s.exec(item.text) ?? [];
  const type = DATA_TYPES.find((each) => each.name === name);
  if (type === undefined || type.name === 'server_key') {
    const near = closest(name, DATA_TYPES.map((each) => each.name)); // prettier-ignore
    return words.fail(
      `stick-table: unknown store option '${name}'.`,
      item,
      near === undefined ? undefined : `did you mean '${near}'?`,
    );
  }
  if (table.store.some((stored) => stored.name === type.name)) {
    words.warn(`stick-table: store option '${name}' already enabled, ignored.`, item);
    return;
  }
  table.store = [...table.store, { ...sizeOf(words, type, argument, item), name: type.name, kind: type.kind }];
}

function sizeOf(
  words: Cursor,
  type: DataType,
  argument: string | undefined,
  item: Word,
): Pick<StoredData, 'period' | 'count' | 'array'> {
  const { name, kind, array = false } = type;
  if (!array && kind !== 'rate') {
    if (argument !== undefined) words.fail(`stick-table: unexpected argument to store option '${name}'.`, item);
    return { period: 0, count: 1, array };
  }
  const parts = argument === undefined || argument === '' ? [] : argument.split(',');
  if (parts.length < (array ? 1 : 0) + (kind === 'rate' ? 1 : 0)) {
    const wanted = [...(array ? ['<elements>'] : []), ...(kind === 'rate' ? ['<period>'] : [])].join(',');
    words.fail(`stick-table: missing argument to store option '${name}'.`, item, `write ${name}(${wanted})`);
  }
  const count = array ? Number(parts[0]) : 1;
  if (!Number.isInteger(count) || count < 1 || count > LARGEST_ARRAY) {
    words.fail(
      `stick-table: array size is out of allowed range (1-${LARGEST_ARRAY}) for store option '${name}'.`,
      item,
    );
  }
  if (kind !== 'rate') return { period: 0, count, array };
  const period = parseDuration((parts[array ? 1 : 0] ?? '').trim());
  if (!period.ok || period.value === 0) {
    words.fail(
      `stick-table: error when processing store option '${name}'.`,
      item,
      period.ok ? 'the period must not be 0' : period.why,
    );
  }
  return { period: period.value, count, array };
}

/** An array takes the place of the numbered counters (manual 4.2). */
function checkStore(words: Cursor, store: readonly StoredData[]): void {
  const has = (name: string): boolean => store.some((data) => data.name === name);
  for (const [array, singles, shown] of [
    ['gpt', ['gpt0'], 'gpt0'],
    ['gpc', ['gpc0', 'gpc1'], 'gpc[0/1]'],
    ['gpc_rate', ['gpc0_rate', 'gpc1_rate'], 'gpc[0/1]_rate'],
  ] as const) {
    if (!has(array) || !singles.some(has)) continue;
    words.fail(
      `stick-table: simultaneous usage of '${array}' and '${shown}' in a same table is not permitted as '${array}' overrides '${shown}'.`,
      words.lineSpan,
    );
  }
}
