import type { SessionContext, StreamContext } from '../core/stream.js';
import type { DataName, Field, StickTable, TableKey, TableType, TrackedEntry } from '../core/stick-table.js';
import type { ConcreteType, Sample } from '../core/sample.js';
import { parseIp } from './ip.js';
import { castSample } from './values.js';

/** What stick-tables and the expression language have to do with each other. */

const SAMPLE_TYPES: Readonly<Record<TableType, ConcreteType>> = {
  ip: 'ipv4',
  ipv6: 'ipv6',
  integer: 'sint',
  string: 'str',
  binary: 'bin',
};

/** The type that a value must have to be a key. */
export const keySampleType = (type: TableType): ConcreteType => SAMPLE_TYPES[type];

/** A value as a key of a table. @returns undefined when it cannot be one */
export function tableKey(type: TableType, sample: Sample): TableKey | undefined {
  const value = castSample(sample, SAMPLE_TYPES[type]);
  if (value === undefined) return undefined;
  return type === 'integer' ? Number(BigInt.asUintN(32, BigInt(value as number | bigint))) : (value as TableKey);
}

/** The client's address as a key of a table. */
export function sourceKey(type: TableType, { source }: SessionContext): TableKey | undefined {
  const address = parseIp(source.address);
  if (address === undefined) return undefined;
  return tableKey(type, { type: typeof address === 'number' ? 'ipv4' : 'ipv6', value: address });
}

/** The entry that a counter follows: the stream's own, or its session's. */
export function trackedEntry(stream: StreamContext, counter: number): TrackedEntry | undefined {
  return stream.tracked?.[counter] ?? stream.session.tracked?.[counter];
}

/** `gpc0` is the first element of `gpc` where a table has that, and so on (manual 4.2 `stick-table`). */
const ARRAYS: Partial<Record<DataName, readonly [array: DataName, index: number]>> = {
  gpc0: ['gpc', 0],
  gpc1: ['gpc', 1],
  gpt0: ['gpt', 0],
  gpc0_rate: ['gpc_rate', 0],
  gpc1_rate: ['gpc_rate', 1],
};

/** Where data lies in a table, under its own name or as an element of the array that took its place. */
export function fieldOf(table: StickTable, name: DataName, index = 0): Field | undefined {
  const found = table.field(name, index);
  if (found !== undefined) return found;
  const array = ARRAYS[name];
  return array === undefined ? undefined : table.field(array[0], array[1]);
}

/** The same, remembered for the table that was asked for last: rules nearly always mean one. */
export function fieldFinder(name: DataName, index = 0): (table: StickTable) => Field | undefined {
  let last: StickTable | undefined;
  let field: Field | undefined;
  return (table) => {
    if (table !== last) {
      last = table;
      field = fieldOf(table, name, index);
    }
    return field;
  };
}
