import type { DataName, StickTable } from '../../core/stick-table.js';
import type { Sample } from '../../core/sample.js';
import { current, integer, optional, ownTable, table } from '../arguments.js';
import { defineConverter, type ConverterDefinition } from '../definition.js';
import type { Scope } from '../scope.js';
import { fieldOf, tableKey } from '../tables.js';

const MANUAL = '7.3.1';

/** Calls `read` with the key's entry. @returns `absent` when there is none; undefined when the value can be no key */
function lookUp<T>(from: StickTable, value: Sample, absent: T, read: (entry: number) => T): T | undefined {
  const key = tableKey(from.type, value);
  if (key === undefined) return undefined;
  const entry = from.holdExisting(key);
  if (entry === 0) return absent;
  const result = read(entry);
  from.release(entry, false);
  return result;
}

/** A number that an entry stores: 0 when there is no entry, nothing when the table does not store it. */
const stored = (name: string, data: DataName, what: string, scale = 1): ConverterDefinition =>
  defineConverter({
    name,
    args: [current(table)],
    in: 'any',
    out: 'sint',
    manual: MANUAL,
    summary: `${what}, of the value's entry in a stick-table`,
    examples: [],
    pure: false,
    compile: ([given], scope) => numberOf(given ?? ownTable(scope), data, 0, scale),
  });

const element = (name: string, data: DataName, what: string): ConverterDefinition =>
  defineConverter({
    name,
    args: [integer, table],
    in: 'any',
    out: 'sint',
    manual: MANUAL,
    summary: `${what}, of the value's entry in a stick-table`,
    examples: [],
    pure: false,
    compile: ([index, from]) => numberOf(from, data, index, 1),
  });

function numberOf(
  from: StickTable,
  data: DataName,
  index: number,
  scale: number,
): (value: Sample) => number | undefined {
  const field = fieldOf(from, data, index);
  return (value) => {
    const found = lookUp<number | undefined>(from, value, 0, (entry) =>
      field === undefined ? undefined : from.read(entry, field),
    );
    return found === undefined ? undefined : Math.floor(found / scale);
  };
}

/** What is known of the entry itself, with an answer of one's own where there is none. */
const aboutEntry = (name: string, what: string, read: (from: StickTable, entry: number) => number) =>
  defineConverter({
    name,
    args: [current(table), optional(integer)],
    in: 'any',
    out: 'sint',
    manual: MANUAL,
    summary: what,
    examples: [],
    pure: false,
    compile([given, fallback], scope) {
      const from = given ?? ownTable(scope);
      return (value: Sample) => lookUp(from, value, fallback, (entry) => read(from, entry));
    },
  });

const compileInTable = ([given]: [StickTable | undefined], scope: Scope): ((value: Sample) => boolean | undefined) => {
  const from = given ?? ownTable(scope);
  return (value) => lookUp(from, value, false, () => true);
};

/** Lookups in stick-tables; they neither make entries nor prolong their lives (manual 4.2 `stick-table`). */
export const tableConverters: readonly ConverterDefinition[] = [
  defineConverter({
    name: 'in_table',
    args: [current(table)],
    in: 'any',
    out: 'bool',
    manual: MANUAL,
    summary: 'the value has an entry in a stick-table',
    examples: [],
    pure: false,
    compile: compileInTable,
  }),
  stored('table_bytes_in_rate', 'bytes_in_rate', 'bytes from clients in one period'),
  stored('table_bytes_out_rate', 'bytes_out_rate', 'bytes to clients in one period'),
  stored('table_conn_cnt', 'conn_cnt', 'connections so far'),
  stored('table_conn_cur', 'conn_cur', 'connections now'),
  stored('table_conn_rate', 'conn_rate', 'connections in one period'),
  aboutEntry('table_expire', "milliseconds until the value's entry expires", (from, entry) =>
    Math.round(from.life(entry)),
  ),
  element('table_gpc', 'gpc', 'an element of gpc'),
  stored('table_gpc0', 'gpc0', 'the first general purpose counter'),
  stored('table_gpc0_rate', 'gpc0_rate', 'increments of the first counter in one period'),
  stored('table_gpc1', 'gpc1', 'the second general purpose counter'),
  stored('table_gpc1_rate', 'gpc1_rate', 'increments of the second counter in one period'),
  element('table_gpc_rate', 'gpc_rate', 'increments of an element of gpc in one period'),
  element('table_gpt', 'gpt', 'an element of gpt'),
  stored('table_gpt0', 'gpt0', 'the first general purpose tag'),
  stored('table_http_err_cnt', 'http_err_cnt', 'requests that were wrong, so far'),
  stored('table_http_err_rate', 'http_err_rate', 'requests that were wrong, in one period'),
  stored('table_http_fail_cnt', 'http_fail_cnt', 'requests that servers failed at, so far'),
  stored('table_http_fail_rate', 'http_fail_rate', 'requests that servers failed at, in one period'),
  stored('table_http_req_cnt', 'http_req_cnt', 'requests so far'),
  stored('table_http_req_rate', 'http_req_rate', 'requests in one period'),
  aboutEntry('table_idle', "milliseconds since the value's entry was last touched", (from, entry) =>
    from.expire === 0 ? 0 : Math.max(0, Math.round(from.expire - from.life(entry))),
  ),
  stored('table_kbytes_in', 'bytes_in_cnt', 'KiB from clients so far', 1024),
  stored('table_kbytes_out', 'bytes_out_cnt', 'KiB to clients so far', 1024),
  stored('table_server_id', 'server_id', 'the number of the server'),
  stored('table_sess_cnt', 'sess_cnt', 'sessions so far'),
  stored('table_sess_rate', 'sess_rate', 'sessions in one period'),
  defineConverter({
    name: 'table_trackers',
    args: [current(table)],
    in: 'any',
    out: 'sint',
    manual: MANUAL,
    summary: "how many follow the value's entry",
    examples: [],
    pure: false,
    compile([given], scope) {
      const from = given ?? ownTable(scope);
      // as in HAProxy, who looks it up counts as well
      return (value: Sample) => lookUp(from, value, 0, (entry) => from.uses(entry));
    },
  }),
];
