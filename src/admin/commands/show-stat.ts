import { CliLevel, type CliOutput } from '../../core/cli.js';
import type { StatRow } from '../../observe/stats/cells.js';
import { CSV_HEADER, csvLine } from '../../observe/stats/csv.js';
import { jsonRow } from '../../observe/stats/json.js';
import { eachRow, EVERYTHING, type RowFilter } from '../../observe/stats/rows.js';
import { typedRow } from '../../observe/stats/typed.js';
import { failure, findBackend, findFrontend, type AdminCommand, type AdminContext } from '../context.js';
import { leadingInteger } from '../numbers.js';
import { resolverStatistics } from '../resolver-figures.js';

/** Bits of `<type>` (management manual 9.3 `show stat`). */
const TYPE_BITS = { F: 1, B: 2, S: 4, L: 8 };

function selected(context: AdminContext, words: readonly string[]): Partial<RowFilter> | undefined {
  if (words.length < 3) return {};
  const [proxy, type, sid] = words;
  const found = findFrontend(context, proxy) ?? findBackend(context, proxy);
  if (found === undefined && leadingInteger(proxy) === 0) return undefined;
  const iid = found?.id ?? leadingInteger(proxy);
  const types = leadingInteger(type);
  const server = leadingInteger(sid);
  return {
    ...(iid < 0 ? {} : { iid }),
    types: (kind) => types < 0 || (types & TYPE_BITS[kind]) !== 0,
    ...(server < 0 ? {} : { sid: server }),
  };
}

function* csv(rows: Iterable<StatRow>): Generator<string> {
  yield CSV_HEADER;
  for (const row of rows) yield csvLine(row);
}

function* typed(rows: Iterable<StatRow>, descriptions: boolean): Generator<string> {
  for (const row of rows) yield typedRow(row, descriptions);
}

function* json(rows: Iterable<StatRow>, descriptions: boolean): Generator<string> {
  let separator = '[';
  for (const row of rows) {
    yield separator + jsonRow(row, descriptions);
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : ']\n';
}

function showStat(context: AdminContext, words: readonly string[]): CliOutput {
  const domain = words[0] === 'domain';
  if (domain && words[1] === 'resolvers') return resolverStatistics(context.names.sections.values(), words);
  if (domain && words[1] !== 'proxy') return failure('Invalid statistics domain.');
  const rest = domain ? words.slice(2) : words;
  const selection = selected(context, rest);
  if (selection === undefined) return failure('No such proxy.');
  const filter = {
    ...EVERYTHING,
    onlyUp: rest.includes('up'),
    hideMaintenance: rest.includes('no-maint'),
    ...selection,
  };
  const date = Math.floor(context.date() / 1000);
  const rows = eachRow(context.runtime, filter, { now: context.now(), date, legends: true });
  const descriptions = rest.includes('desc');
  if (rest.includes('json')) return json(rows, descriptions);
  return rest.includes('typed') ? typed(rows, descriptions) : csv(rows);
}

export const statCommands: readonly AdminCommand[] = [
  {
    name: 'show stat',
    level: CliLevel.User,
    usage: 'show stat [desc|json|no-maint|typed|up]*',
    help: 'report counters for each proxy and server',
    run: ({ context, args }) => showStat(context, args.from(0)),
  },
];
