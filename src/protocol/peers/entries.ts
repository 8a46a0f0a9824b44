import { clock } from '../../base/clock.js';
import {
  DATA_TYPES,
  type DataName,
  type Field,
  type SharedStickTable,
  type StickTable,
  type TableKey,
} from '../../core/stick-table.js';
import { PeerProtocolError, Reader, Writer } from './integers.js';
import type { ReceivedNames, SentNames } from './names.js';

/** Numbers of the types of keys. */
const KEY_NUMBERS = { integer: 2, ip: 4, ipv6: 5, string: 6, binary: 7 } as const;

/** What a peer's table definition says. */
export interface RemoteTable {
  /** The number that the peer gave the table. */
  readonly id: number;
  readonly name: string;
  readonly keyType: number;
  readonly keyLength: number;
  /** One for each kind of data, by HAProxy's numbers. */
  readonly bits: number;
  /** In order. */
  readonly data: readonly {
    readonly name: DataName;
    readonly count: number;
    readonly rate: boolean;
    readonly names: boolean;
  }[];
}

/** Strings end with a NUL there, which counts. */
const keySize = (table: StickTable): number => table.keyLength + (table.type === 'string' ? 1 : 0);

/** @param id our number of the table @param name what peers call it */
export function writeDefinition(out: Writer, table: StickTable, id: number, name: string): void {
  const text = Buffer.from(name);
  out.integer(id);
  out.integer(text.length);
  out.raw(text);
  out.integer(KEY_NUMBERS[table.type]);
  out.integer(keySize(table));
  let bits = 0;
  const parameters = new Writer();
  for (const { name: data, kind, period, count, array } of table.data) {
    const number = DATA_TYPES.findIndex((type) => type.name === data);
    bits += 2 ** number;
    if (!array && kind !== 'rate') continue;
    parameters.integer(number);
    if (array) parameters.integer(count);
    if (kind === 'rate') parameters.integer(period);
  }
  out.integer(bits);
  out.integer(table.expire);
  out.raw(parameters.view());
}

/** @throws PeerProtocolError */
export function readDefinition(from: Reader): RemoteTable {
  const id = from.integer();
  const name = from.raw(from.integer()).toString();
  const keyType = from.integer();
  const keyLength = from.integer();
  const bits = from.integer();
  if (from.left > 0) from.integer(); // how long entries live there
  const counts = new Map<number, number>();
  while (from.left > 0) {
    const number = from.integer();
    const type = DATA_TYPES[number];
    if (type === undefined) break; // of a later version
    if ('array' in type) counts.set(number, from.integer());
    if (type.kind === 'rate') from.integer();
  }
  const data = DATA_TYPES.flatMap(({ name: each, kind }, number) =>
    Math.floor(bits / 2 ** number) % 2 === 1
      ? [{ name: each, count: counts.get(number) ?? 1, rate: kind === 'rate', names: kind === 'name' }]
      : [],
  );
  return { id, name, keyType, keyLength, bits, data };
}

/** Whether a peer's table holds keys as ours does. */
export function sameKeys(table: StickTable, remote: RemoteTable): boolean {
  return KEY_NUMBERS[table.type] === remote.keyType && keySize(table) === remote.keyLength;
}

/** An entry: key and data. */
export function writeEntry(out: Writer, table: SharedStickTable, entry: number, names: SentNames): void {
  writeKey(out, table, table.key(entry));
  const now = clock.now();
  for (const data of table.data) {
    for (let index = 0; index < data.count; index++) {
      const field = table.field(data.name, index) as Field;
      if (data.kind === 'name') names.write(out, table.readName(entry, field));
      else if (data.kind === 'rate') {
        const { start, current, previous } = table.readRate(entry, field);
        out.integer(Math.max(0, Math.round(now - start)) % 2 ** 32);
        out.integer(current);
        out.integer(previous);
      } else out.integer(Math.max(0, table.read(entry, field)));
    }
  }
}

function writeKey(out: Writer, { type, keyLength }: StickTable, key: TableKey): void {
  switch (type) {
    case 'string': {
      const text = Buffer.from(key as string, 'latin1');
      out.integer(text.length);
      out.raw(text);
      break;
    }
    case 'ip':
    case 'integer':
      out.uint32(key as number);
      break;
    case 'ipv6':
      out.raw(key as Uint8Array);
      break;
    case 'binary':
      out.raw(Buffer.from(key as string, 'latin1').subarray(0, keyLength));
  }
}

/** @throws PeerProtocolError */
export function readKey(from: Reader, table: StickTable): TableKey {
  switch (table.type) {
    case 'string':
      return from.raw(from.integer()).toString('latin1');
    case 'ip':
    case 'integer':
      return from.uint32();
    case 'ipv6':
      return Uint8Array.from(from.raw(16));
    case 'binary':
      return from.raw(table.keyLength).toString('latin1');
  }
}

/**
 * Stores what a peer knows of an entry; what our table does not store is read over, and so are current connections, which
 * are each process's own (manual 3.5).
 * @throws PeerProtocolError
 */
export function readData(
  from: Reader,
  remote: RemoteTable,
  table: SharedStickTable,
  entry: number,
  names: ReceivedNames,
): void {
  const now = clock.now();
  for (const { name, count, rate, names: named } of remote.data) {
    for (let index = 0; index < count; index++) {
      const field = name === 'conn_cur' ? undefined : table.field(name, index);
      if (rate) {
        const parts = { start: now - from.integer(), current: from.integer(), previous: from.integer() };
        if (field !== undefined) table.writeRate(entry, field, parts);
      } else if (named) {
        const text = names.read(from);
        if (field !== undefined && text !== undefined) table.writeName(entry, field, text);
      } else {
        const value = from.integer();
        if (field !== undefined) table.write(entry, field, value);
      }
    }
  }
  if (from.left < 0) throw new PeerProtocolError('truncated entry');
}
