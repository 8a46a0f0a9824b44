import type { DataName, StickTable } from '../../core/stick-table.js';
import type { StreamContext } from '../../core/stream.js';
import { current, integer, optional, ownTable, table } from '../arguments.js';
import { type Use, USES } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';
import { fieldFinder, sourceKey, trackedEntry } from '../tables.js';

const MANUAL = '7.3.3';

/** What to make of an entry; undefined = its table does not store what is asked for. */
type Reader = (table: StickTable, entry: number) => number | undefined;

/** A counter as `sc_`, `sc0_`, `src_`… show it. */
interface CounterFetch {
  readonly name: string;
  readonly summary: string;
  /** It has an index, its first argument. */
  readonly indexed?: boolean;
  /** `src_…` makes an entry when there is none, and tells peers. */
  readonly changes?: boolean;
  /** Where it can be read, when HAProxy's lists say less than for the others. */
  readonly use?: Use;
  reader(index: number): Reader;
}

const value = (name: string, data: DataName, what: string): CounterFetch => ({
  name,
  summary: what,
  reader: () => {
    const find = fieldFinder(data);
    return (from, entry) => {
      const field = find(from);
      return field === undefined ? undefined : from.read(entry, field);
    };
  },
});

const kilobytes = (name: string, data: DataName, what: string): CounterFetch => {
  const bytes = value(name, data, what);
  return {
    ...bytes,
    use: USES.client,
    reader: (index) => {
      const read = bytes.reader(index);
      return (from, entry) => {
        const count = read(from, entry);
        return count === undefined ? undefined : Math.floor(count / 1024);
      };
    },
  };
};

const element = (name: string, data: DataName, what: string): CounterFetch => ({
  name,
  summary: what,
  indexed: true,
  reader: (index) => (from, entry) => {
    const field = from.field(data, index);
    return field === undefined ? undefined : from.read(entry, field);
  },
});

/** Adds one to a counter and to its rate. @returns the counter, or the rate where only that is stored */
function increase(count: (table: StickTable) => ReturnType<StickTable['field']>, rate: typeof count): Reader {
  return (from, entry) => {
    const rateField = rate(from);
    const countField = count(from);
    const rated = rateField === undefined ? undefined : from.add(entry, rateField, 1);
    const counted = countField === undefined ? undefined : from.add(entry, countField, 1);
    if (rated !== undefined || counted !== undefined) from.touch(entry);
    return counted ?? rated;
  };
}

function clear(count: (table: StickTable) => ReturnType<StickTable['field']>): Reader {
  return (from, entry) => {
    const field = count(from);
    if (field === undefined) return undefined;
    const before = from.read(entry, field);
    from.write(entry, field, 0);
    from.touch(entry);
    return before;
  };
}

const incrementOf = (name: string, count: DataName, rate: DataName): CounterFetch => ({
  name,
  summary: `adds one to ${count} and ${rate}, and answers the new ${count}`,
  changes: true,
  reader: () => increase(fieldFinder(count), fieldFinder(rate)),
});

const clearOf = (name: string, count: DataName): CounterFetch => ({
  name,
  summary: `sets ${count} to 0, and answers what it was`,
  reader: () => clear(fieldFinder(count)),
});

const clearElement: CounterFetch = {
  name: 'clr_gpc',
  summary: 'sets an element of gpc to 0, and answers what it was',
  indexed: true,
  reader: (index) => clear((from) => from.field('gpc', index)),
};

const COUNTERS: readonly CounterFetch[] = [
  value('bytes_in_rate', 'bytes_in_rate', 'bytes from clients, in one period'),
  value('bytes_out_rate', 'bytes_out_rate', 'bytes to clients, in one period'),
  clearOf('clr_gpc0', 'gpc0'),
  clearOf('clr_gpc1', 'gpc1'),
  value('conn_cnt', 'conn_cnt', 'connections so far'),
  value('conn_cur', 'conn_cur', 'connections now'),
  value('conn_rate', 'conn_rate', 'connections in one period'),
  value('get_gpc0', 'gpc0', 'the first general purpose counter'),
  value('get_gpc1', 'gpc1', 'the second general purpose counter'),
  value('get_gpt0', 'gpt0', 'the first general purpose tag'),
  value('gpc0_rate', 'gpc0_rate', 'increments of the first counter in one period'),
  value('gpc1_rate', 'gpc1_rate', 'increments of the second counter in one period'),
  value('http_err_cnt', 'http_err_cnt', 'requests that were wrong, so far'),
  value('http_err_rate', 'http_err_rate', 'requests that were wrong, in one period'),
  value('http_fail_cnt', 'http_fail_cnt', 'requests that servers failed at, so far'),
  value('http_fail_rate', 'http_fail_rate', 'requests that servers failed at, in one period'),
  value('http_req_cnt', 'http_req_cnt', 'requests so far'),
  value('http_req_rate', 'http_req_rate', 'requests in one period'),
  incrementOf('inc_gpc0', 'gpc0', 'gpc0_rate'),
  incrementOf('inc_gpc1', 'gpc1', 'gpc1_rate'),
  kilobytes('kbytes_in', 'bytes_in_cnt', 'KiB from clients, so far'),
  kilobytes('kbytes_out', 'bytes_out_cnt', 'KiB to clients, so far'),
  value('sess_cnt', 'sess_cnt', 'sessions so far'),
  value('sess_rate', 'sess_rate', 'sessions in one period'),
  clearElement,
  element('get_gpc', 'gpc', 'an element of gpc'),
  element('get_gpt', 'gpt', 'an element of gpt'),
  element('gpc_rate', 'gpc_rate', 'increments of an element of gpc in one period'),
  {
    name: 'inc_gpc',
    summary: 'adds one to an element of gpc and gpc_rate, and answers the new value',
    indexed: true,
    changes: true,
    reader: (index) =>
      increase(
        (from) => from.field('gpc', index),
        (from) => from.field('gpc_rate', index),
      ),
  },
];

/** Entries that others use as well. */
const trackers: CounterFetch = {
  name: 'trackers',
  summary: 'how many follow the entry',
  reader: () => (from, entry) => from.uses(entry),
};

/** Reads the entry that a counter follows, or the one of the same key in another table: 0 when that has none. */
function ofTracked(stream: StreamContext, counter: number, other: StickTable | undefined, read: Reader) {
  const tracked = trackedEntry(stream, counter);
  if (tracked === undefined) return undefined;
  if (other === undefined || other === tracked.table) return read(tracked.table, tracked.entry);
  return readKey(other, tracked.table.key(tracked.entry), read, false);
}

/** @param create whether an entry is made when there is none */
function readKey(from: StickTable, key: Parameters<StickTable['hold']>[0], read: Reader, create: boolean) {
  const entry = create ? from.hold(key) : from.holdExisting(key);
  if (entry === 0) return 0;
  const result = read(from, entry);
  from.release(entry, false);
  return result;
}

const tableArgument = optional(table);

/** `sc_conn_cnt(1,other)`, `sc_get_gpc(0,1)` */
const numbered = ({ name, summary, indexed, use = USES.internal, reader }: CounterFetch): FetchDefinition =>
  indexed === true
    ? defineFetch({
        name: `sc_${name}`,
        args: [integer, integer, tableArgument],
        out: 'sint',
        use,
        manual: MANUAL,
        summary: `${summary}, of the entry that a counter follows`,
        compile: ([index, counter, other]) => {
          const read = reader(index);
          return (stream) => ofTracked(stream, counter, other, read);
        },
      })
    : defineFetch({
        name: `sc_${name}`,
        args: [integer, tableArgument],
        out: 'sint',
        use,
        manual: MANUAL,
        summary: `${summary}, of the entry that a counter follows`,
        compile: ([counter, other]) => {
          const read = reader(0);
          return (stream) => ofTracked(stream, counter, other, read);
        },
      });

/** `sc0_conn_cnt`, `sc1_conn_cnt(other)` */
const fixed = (counter: number, { name, summary, use = USES.internal, reader }: CounterFetch): FetchDefinition =>
  defineFetch({
    name: `sc${counter}_${name}`,
    args: [tableArgument],
    out: 'sint',
    use,
    manual: MANUAL,
    summary: `${summary}, of the entry that counter ${counter} follows`,
    compile: ([other]) => {
      const read = reader(0);
      return (stream) => ofTracked(stream, counter, other, read);
    },
  });

const tracked = [0, 1, 2].map((counter) =>
  defineFetch({
    name: `sc${counter}_tracked`,
    args: [tableArgument],
    out: 'bool',
    use: USES.internal,
    manual: MANUAL,
    summary: `counter ${counter} follows an entry`,
    compile:
      ([other]) =>
      (stream) =>
        isTracked(stream, counter, other),
  }),
);

function isTracked(stream: StreamContext, counter: number, other: StickTable | undefined): boolean {
  const found = trackedEntry(stream, counter);
  if (found === undefined || other === undefined || other === found.table) return found !== undefined;
  const entry = other.holdExisting(found.table.key(found.entry));
  if (entry !== 0) other.release(entry, false);
  return entry !== 0;
}

/** `src_conn_cnt(table)`: the entry of the client's address. */
function ofSource({ name, summary, indexed, changes = false, reader }: CounterFetch): FetchDefinition {
  const compile = (index: number, from: StickTable): ((stream: StreamContext) => number | undefined) => {
    const read = reader(index);
    return ({ session }) => {
      const key = sourceKey(from.type, session);
      return key === undefined ? undefined : readKey(from, key, read, changes);
    };
  };
  const facts = {
    name: `src_${name}`,
    out: 'sint',
    use: USES.client,
    manual: MANUAL,
    summary: `${summary}, of the entry of the client's address`,
  } as const;
  return indexed === true
    ? defineFetch({ ...facts, args: [integer, table], compile: ([index, from]) => compile(index, from) })
    : defineFetch({
        ...facts,
        args: [current(table)],
        compile: ([from], scope) => compile(0, from ?? ownTable(scope)),
      });
}

const sourceCounters = COUNTERS.map(ofSource);

/** Counts the connection itself, for rules that do not track it. */
const updateConnections = ofSource({
  name: 'updt_conn_cnt',
  summary: 'adds one to conn_cnt, and answers the new value',
  changes: true,
  reader: () => increase(fieldFinder('conn_cnt'), () => undefined),
});

const ofTable = (name: string, summary: string, read: (table: StickTable) => number): FetchDefinition =>
  defineFetch({
    name,
    args: [current(table)],
    out: 'sint',
    use: USES.internal,
    manual: '7.3.2',
    summary,
    compile: ([from], scope) => {
      const found = from ?? ownTable(scope);
      return () => read(found);
    },
  });

/** Entries of stick-tables: of those that counters follow, and of the client's address. */
export const counterFetches: readonly FetchDefinition[] = [
  ...[...COUNTERS, trackers].map(numbered),
  ...[0, 1, 2].flatMap((counter) =>
    [...COUNTERS.filter(({ indexed }) => indexed !== true), trackers].map((each) => fixed(counter, each)),
  ),
  // HAProxy has it for this counter only
  defineFetch({
    name: 'sc1_clr_gpc',
    args: [integer, tableArgument],
    out: 'sint',
    use: USES.internal,
    manual: MANUAL,
    summary: `${clearElement.summary}, of the entry that counter 1 follows`,
    compile: ([index, other]) => {
      const read = clearElement.reader(index);
      return (stream) => ofTracked(stream, 1, other, read);
    },
  }),
  defineFetch({
    name: 'sc_tracked',
    args: [integer, tableArgument],
    out: 'bool',
    use: USES.internal,
    manual: MANUAL,
    summary: 'the counter follows an entry',
    compile:
      ([counter, other]) =>
      (stream) =>
        isTracked(stream, counter, other),
  }),
  ...tracked,
  ...sourceCounters,
  updateConnections,
  ofTable('table_avl', 'free entries of a stick-table', ({ size, used }) => size - used),
  ofTable('table_cnt', 'entries of a stick-table', ({ used }) => used),
];
