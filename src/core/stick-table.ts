/**
 * Stick-tables (manual 4.2 `stick-table`): a fixed number of entries, each a key with counters, rates, tags and a server.
 * Implemented in state/stick-table, in memory that all threads see.
 *
 * An entry is a number. It means its key as long as somebody holds it; `hold`, `holdExisting` and `grab` are answered by
 * one `release` each.
 */

/** Keys by type, in the order of the peers protocol's numbers (see KEY_NUMBERS). */
export const TABLE_TYPES = ['ip', 'ipv6', 'integer', 'string', 'binary'] as const;
export type TableType = (typeof TABLE_TYPES)[number];

/** `ip`, `integer`: unsigned 32 bits; `ipv6`: 16 bytes; `string`, `binary`: bytes as latin1. */
export type TableKey = number | Uint8Array | string;

/** What a kind of data is: a 32-bit or a 64-bit number, a rate over a period, or the name of a server. */
export type DataKind = 'number' | 'long' | 'rate' | 'name';

export interface DataType {
  readonly name: string;
  readonly kind: DataKind;
  /** Takes a number of elements. */
  readonly array?: true;
}

/** All kinds of data: HAProxy's names in HAProxy's order, which is the one of `show table` and of the peers protocol. */
export const DATA_TYPES = [
  { name: 'server_id', kind: 'number' },
  { name: 'gpt0', kind: 'number' },
  { name: 'gpc0', kind: 'number' },
  { name: 'gpc0_rate', kind: 'rate' },
  { name: 'conn_cnt', kind: 'number' },
  { name: 'conn_rate', kind: 'rate' },
  { name: 'conn_cur', kind: 'number' },
  { name: 'sess_cnt', kind: 'number' },
  { name: 'sess_rate', kind: 'rate' },
  { name: 'http_req_cnt', kind: 'number' },
  { name: 'http_req_rate', kind: 'rate' },
  { name: 'http_err_cnt', kind: 'number' },
  { name: 'http_err_rate', kind: 'rate' },
  { name: 'bytes_in_cnt', kind: 'long' },
  { name: 'bytes_in_rate', kind: 'rate' },
  { name: 'bytes_out_cnt', kind: 'long' },
  { name: 'bytes_out_rate', kind: 'rate' },
  { name: 'gpc1', kind: 'number' },
  { name: 'gpc1_rate', kind: 'rate' },
  { name: 'server_key', kind: 'name' },
  { name: 'http_fail_cnt', kind: 'number' },
  { name: 'http_fail_rate', kind: 'rate' },
  { name: 'gpt', kind: 'number', array: true },
  { name: 'gpc', kind: 'number', array: true },
  { name: 'gpc_rate', kind: 'rate', array: true },
] as const satisfies readonly DataType[];

export type DataName = (typeof DATA_TYPES)[number]['name'];

/** Data that a table stores. */
export interface StoredData {
  readonly name: DataName;
  readonly kind: DataKind;
  /** Of a rate, ms. */
  readonly period: number;
  /** Elements of an array; 1 for everything else. */
  readonly count: number;
  readonly array: boolean;
}

/** Where one number, rate or name lies in every entry of a table. */
export interface Field {
  readonly kind: DataKind;
  /** Of a rate, ms. */
  readonly period: number;
  readonly cell: number;
}

export interface StickTable {
  /** The proxy's, or `section/name` where a `peers` section declares it. */
  readonly name: string;
  readonly type: TableType;
  /** Bytes of a key; the longest one of strings. */
  readonly keyLength: number;
  readonly size: number;
  /** Life of an entry that nothing touches, ms; 0 = for ever. */
  readonly expire: number;
  /** How `stick` rules name a server (`srvkey`). */
  readonly serverKey: 'name' | 'addr';
  readonly data: readonly StoredData[];
  /** Entries at the moment. */
  readonly used: number;
  /** The highest number of an entry so far: each up to it may be alive. */
  readonly last: number;

  /** Where data lies. @param index of arrays @returns undefined when the table does not store it */
  field(name: DataName, index?: number): Field | undefined;

  /** The entry of a key, made when there is none. @returns 0 when the table is full and `nopurge` */
  hold(key: TableKey): number;
  /** @returns 0 when there is none */
  holdExisting(key: TableKey): number;
  /** Holds an entry by its number. @returns false when it is not alive */
  grab(entry: number): boolean;
  /** @param touch it was used: its life begins anew, and peers are told */
  release(entry: number, touch: boolean): void;
  /** Its life begins anew, and peers are told. */
  touch(entry: number): void;
  /** Forgets an entry unless others hold it, too. Releases it. @returns false when they do */
  drop(entry: number): boolean;

  key(entry: number): TableKey;
  /** Sessions that hold it. */
  uses(entry: number): number;
  /** Until it expires, ms; 0 = never. */
  life(entry: number): number;
  /** A rate's value is what it counted in its last period. */
  read(entry: number, field: Field): number;
  /** Adds to a number or a rate; numbers wrap like HAProxy's. @returns the new value */
  add(entry: number, field: Field, amount: number): number;
  /** Sets a number; a rate counts this much in the current period. */
  write(entry: number, field: Field, value: number): void;
  readName(entry: number, field: Field): string | undefined;
  writeName(entry: number, field: Field, name: string): void;
}

/** A rate as it lies in a table, for those who copy it. */
export interface RateParts {
  /** When its current period began, monotonic ms. */
  readonly start: number;
  readonly current: number;
  readonly previous: number;
}

/** A table as peers see it: they exchange rates as they are. */
export interface SharedStickTable extends StickTable {
  readRate(entry: number, field: Field): RateParts;
  writeRate(entry: number, field: Field, parts: RateParts): void;
}

/** All tables of a configuration. */
export interface StickTables {
  find(name: string): StickTable | undefined;
  readonly all: readonly StickTable[];
}

/** An entry that a session or a stream follows (`track-sc<n>`). */
export interface TrackedEntry {
  readonly table: StickTable;
  readonly entry: number;
}

/** By number of the counter. */
export type Tracked = (TrackedEntry | undefined)[];
