import { CliLevel, type CliAnswer, type CliArguments, type CliCall, type CliMessage } from '../../core/cli.js';
import { DATA_TYPES, type Field, type StickTable, type TableKey } from '../../core/stick-table.js';
import { tableKey } from '../../language/tables.js';
import type { AdminCommand, AdminContext } from '../context.js';
import { failure } from '../context.js';
import { entryLine, tableHead } from '../table-text.js';

/** Entries that are looked at before the client's other commands, and traffic, have their turn. */
const BATCH = 200;
const MOST_FILTERS = 4;

type Verb = 'show' | 'set' | 'clear';

const VERBS: Readonly<Record<Verb, string>> = { show: 'Showing', set: 'Inserting', clear: 'Removing' };

const COMPARE: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  le: (left, right) => left <= right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  gt: (left, right) => left > right,
};

/** `data.<type> <operator> <value>` */
interface Filter {
  readonly field: Field;
  readonly holds: (value: number) => boolean;
}

const isMessage = (value: unknown): value is CliMessage =>
  typeof value === 'object' && value !== null && 'severity' in value;

/** The data that `data.x` means. */
function fieldNamed(table: StickTable, word: string, prefix: string): Field | CliMessage {
  const type = DATA_TYPES.find(({ name }) => `data.${name}` === word);
  if (type === undefined) return failure(`${prefix}Unknown data type`);
  return table.field(type.name) ?? failure(`${prefix}Data type not stored in this table`);
}

/** @param from where the first filter stands */
function readFilters(table: StickTable, args: CliArguments, from: number): Filter[] | CliMessage {
  const filters: Filter[] = [];
  for (let at = from; args.at(at) !== ''; at += 3) {
    const prefix = `Filter entry #${filters.length + 1}: `;
    if (filters.length === MOST_FILTERS || !args.at(at).startsWith('data.')) {
      const ordinal = at + 3;
      return failure(
        `Detected extra data in filter, ${ordinal}${suffixOf(ordinal)} word of input, after '${args.at(at - 1)}'`,
      );
    }
    const field = fieldNamed(table, args.at(at), prefix);
    if (isMessage(field)) return field;
    const compare = COMPARE[args.at(at + 1)];
    if (compare === undefined) return failure(`${prefix}Require and operator among "eq", "ne", "le", "ge", "lt", "gt"`);
    const value = args.at(at + 2);
    if (!/^-?\d+$/.test(value)) return failure(`${prefix}Require a valid integer value to compare against`);
    filters.push({ field, holds: (stored) => compare(stored, Number(value)) });
  }
  return filters;
}

/** HAProxy's ordinals: 1st, 2nd, 3rd, 4th, 11th… */
function suffixOf(number: number): string {
  const teens = number % 100 > 10 && number % 100 < 14;
  return (teens ? undefined : ['st', 'nd', 'rd'][(number % 10) - 1]) ?? 'th';
}

/** The key that a word means; undefined = none. */
function readKey(table: StickTable, word: string, verb: Verb): TableKey | undefined | CliMessage {
  if (word === '') return failure('Key value expected');
  switch (table.type) {
    case 'ip':
    case 'ipv6':
    case 'string':
      return tableKey(table.type, { type: 'str', value: word });
    case 'integer': {
      const value = Number.parseInt(word, 10);
      return value >= 0 && value <= 0xffffffff ? value : undefined;
    }
    case 'binary':
      return failure(
        `${VERBS[verb]} keys from tables of type other than ip, ipv6, string and integer is not supported`.replace(
          'Inserting keys from',
          'Inserting keys into',
        ),
      );
  }
}

function matches(table: StickTable, entry: number, filters: readonly Filter[]): boolean {
  return filters.every(({ field, holds }) => holds(table.read(entry, field)));
}

/** Pieces of text: a table may be far larger than what a client's connection takes at once. */
function* dump(table: StickTable, filters: readonly Filter[]): Generator<string> {
  yield tableHead(table);
  for (let entry = 1; entry <= table.last;) {
    let text = '';
    for (const end = Math.min(table.last, entry + BATCH - 1); entry <= end; entry++) {
      if (!table.grab(entry)) continue;
      if (matches(table, entry, filters)) text += entryLine(table, entry, table.uses(entry) - 1);
      table.release(entry, false);
    }
    if (text !== '') yield text;
  }
}

function showKey(table: StickTable, word: string): CliAnswer {
  const key = readKey(table, word, 'show');
  if (isMessage(key)) return key;
  const entry = key === undefined ? 0 : table.holdExisting(key);
  if (entry === 0) return undefined;
  const text = tableHead(table) + entryLine(table, entry, table.uses(entry) - 1);
  table.release(entry, false);
  return text;
}

function show({ context, args, session }: CliCall<AdminContext>): CliAnswer {
  const { tables } = context.runtime;
  const name = args.at(0);
  if (name === '') return tables.all.toReversed().map(tableHead).join('');
  const table = tables.find(name);
  if (table === undefined) return failure('No such table');
  if (args.at(1) === 'key') return args.at(3) === '' ? showKey(table, args.at(2)) : undefined;
  if (args.at(1) !== '' && !args.at(1).startsWith('data.'))
    return failure('Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>');
  const filters = readFilters(table, args, 1);
  if (isMessage(filters)) return filters;
  if (session.level < CliLevel.Operator)
    return `${tableHead(table)}# contents not dumped due to insufficient privileges\n`;
  return dump(table, filters);
}

/** All assignments are read before the first one is made. */
function set({ context, args, session }: CliCall<AdminContext>): CliAnswer {
  const usage = 'Required arguments: <table> key <key> [data.<store_data_type> <value>]*';
  if (args.at(0) === '') return failure(usage);
  const table = context.runtime.tables.find(args.at(0));
  if (table === undefined) return failure('No such table');
  if (args.at(1).startsWith('data.'))
    return failure('content-based lookup is only supported with the "show" and "clear" actions');
  if (args.at(1) !== 'key') return failure(usage);
  if (session.level < CliLevel.Operator) return failure('Permission denied');
  const key = readKey(table, args.at(2), 'set');
  if (isMessage(key)) return key;
  if (key === undefined) return failure('Invalid key');
  const values: [Field, number][] = [];
  for (let at = 3; args.at(at) !== ''; at += 2) {
    if (!args.at(at).startsWith('data.')) return failure('"data.<type>" followed by a value expected');
    const field = fieldNamed(table, args.at(at), '');
    if (isMessage(field)) return field;
    if (!/^-?\d+$/.test(args.at(at + 1)) || field.kind === 'name')
      return failure('Require a valid integer value to store');
    values.push([field, Number(args.at(at + 1))]);
  }
  const entry = table.hold(key);
  if (entry === 0) return failure('Unable to allocate a new entry');
  for (const [field, value] of values)
    table.write(entry, field, field.kind === 'long' ? value : Number(BigInt.asUintN(32, BigInt(value))));
  table.release(entry, true);
  return undefined;
}

function clear({ context, args, session }: CliCall<AdminContext>): CliAnswer {
  const usage = 'Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>';
  if (args.at(0) === '') return failure(usage);
  const table = context.runtime.tables.find(args.at(0));
  if (table === undefined) return failure('No such table');
  if (session.level < CliLevel.Operator) return failure('Permission denied');
  if (args.at(1) === 'key') return clearKey(table, args.at(2));
  if (args.at(1) !== '' && !args.at(1).startsWith('data.')) return failure(usage);
  const filters = readFilters(table, args, 1);
  return isMessage(filters) ? filters : clearMatching(table, filters);
}

/** An entry that is followed cannot go: it begins anew. */
function clearKey(table: StickTable, word: string): CliAnswer {
  const key = readKey(table, word, 'clear');
  if (isMessage(key)) return key;
  const entry = key === undefined ? 0 : table.holdExisting(key);
  if (entry !== 0 && !table.drop(entry)) return failure('Entry currently in use, cannot remove');
  return undefined;
}

function* clearMatching(table: StickTable, filters: readonly Filter[]): Generator<string> {
  for (let entry = 1; entry <= table.last;) {
    for (const end = Math.min(table.last, entry + BATCH - 1); entry <= end; entry++) {
      if (!table.grab(entry)) continue;
      if (matches(table, entry, filters)) table.drop(entry);
      else table.release(entry, false);
    }
    yield '';
  }
}

/** Stick-tables (management manual 9.3). */
export const tableCommands: readonly AdminCommand[] = [
  {
    name: 'clear table',
    level: CliLevel.User,
    usage: 'clear table <table> [<filter>]*',
    help: 'remove an entry from a table (filter: data/key)',
    run: clear,
  },
  {
    name: 'set table',
    level: CliLevel.User,
    usage: 'set table <table> key <k> [data.* <v>]*',
    help: "update or create a table entry's data",
    run: set,
  },
  {
    name: 'show table',
    level: CliLevel.User,
    usage: 'show table <table> [<filter>]*',
    help: "report table usage stats or dump this table's contents (filter: data/key)",
    run: show,
  },
];
