import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeStream, makeService, statsModel, type FakeRequest } from './fixture.js';
import { fetchRaw, freePort, missing, RealHaproxy } from './haproxy.js';
import { seenRows, type SeenRow } from './html-structure.js';
import { sceneConfig, sceneRuntime } from './scene.js';
import type { StatsModel } from '../../src/config/model.js';

/** Columns whose values depend on the moment or on who asked; only their presence is compared. */
const MOMENTARY = new Set(['lastchg', 'downtime', 'check_duration', 'addr', 'pid', 'need_conn_est']);
/** Counters of modules: those that nobody counts here are empty, the columns are there. */
const STATIC_COLUMNS = 104;

/** A cell without what depends on the moment. */
function comparable(name: string, cell: string): string {
  if (cell !== '' && MOMENTARY.has(name)) return '*';
  return name === 'check_status' ? cell.replace('* ', '') : cell;
}

function csvRows(text: string): Map<string, string>[] {
  const [header, ...lines] = text.trimEnd().split('\n');
  const names = header.replace('# ', '').split(',');
  return lines.map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*),/g)].map((found) => found[1]);
    expect(cells.length).toBe(names.length - 1);
    return new Map(cells.slice(0, STATIC_COLUMNS).map((cell, i) => [names[i], comparable(names[i], cell)]));
  });
}

/** Figures of the page that is being asked change by being asked. */
function idle(row: Map<string, string>): boolean {
  return row.get('pxname') !== 'page';
}

/** Names of the columns that the page's own rows fill. */
function filledColumns(text: string): string[][] {
  return csvRows(text)
    .filter((row) => !idle(row))
    .map((row) => [...row].filter(([, value]) => value !== '').map(([name]) => name));
}

/** Keys, tags and types of the static columns. */
function typedShape(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => Number(line.split('.')[3]) < STATIC_COLUMNS - 1)
    .map((line) => line.split(':').slice(0, 3).join(':'));
}

interface Item {
  readonly field: { readonly pos: number };
  readonly value: { readonly type: string; readonly value?: unknown };
}
/** The objects of the static columns without their values. */
function jsonShape(text: string): unknown[][] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const rows = JSON.parse(text) as Item[][];
  return rows.map((row) =>
    row
      .filter((item) => item.field.pos < STATIC_COLUMNS - 1)
      .map((item) => ({ ...item, value: { type: item.value.type } })),
  );
}

/**
 * Rows of the page, save how long ago things were, how long a check took, whether one is in progress, and the arrow
 * that 2.6 shows by mistake behind the state of a server that tracks a healthy one.
 */
function htmlShape(html: string): SeenRow[] {
  return seenRows(html).map((row) => ({
    ...row,
    cells: row.cells.map((cell) => ({ ...cell, text: withoutMoment(cell.text) })),
  }));
}
function withoutMoment(text: string): string {
  return text
    .replace('* ', '')
    .replace(/ in \d+ms$/, ' in Tms')
    .replace(/^(?:\d+m)?\d+s( |$)/, 'T$1')
    .replace(/ &[ud]arr;$/, '');
}
/** The rows after those of the page itself. */
function afterPage(rows: SeenRow[]): SeenRow[] {
  return rows.slice(rows.findIndex((row) => row.cells[0]?.text === 'web'));
}

describe.skipIf(missing !== '').each([
  ['plain', '', {}],
  ['with legends', 'stats show-legends', { showLegends: true }],
] as [string, string, Partial<StatsModel>][])(`beside the real HAProxy, %s ${missing}`, (_, options, more) => {
  let port: number;
  let real: RealHaproxy;

  beforeAll(async () => {
    const ports = await Promise.all(Array.from({ length: 5 }, freePort));
    port = ports[0];
    real = new RealHaproxy(sceneConfig(ports, options));
    await real.until(async () => {
      const { body } = await fetchRaw(port, '/s;csv');
      const checked = (status: string): number =>
        csvRows(body).filter((row) => row.get('check_status') === status).length;
      return checked('L4OK') === 3 && checked('L4CON') === 3;
    });
  });
  afterAll(async () => real.stop());

  const ours = (request: FakeRequest): { headers: string[]; body: string } => {
    const reply = makeService(sceneRuntime(port), statsModel({ uri: '/s', ...more })).answer(fakeStream(request));
    return { headers: reply.headers.map((pair) => pair.join(': ')), body: reply.body };
  };
  test('CSV: the same header, rows and cells', async () => {
    const theirs = (await fetchRaw(port, '/s;csv')).body;
    const mine = ours({ target: '/s;csv' }).body;
    expect(mine.split('\n')[0]).toBe(theirs.split('\n')[0]);
    expect(csvRows(mine).map((row) => [row.get('pxname'), row.get('svname')])).toEqual(
      csvRows(theirs).map((row) => [row.get('pxname'), row.get('svname')]),
    );
    expect(csvRows(mine).filter(idle)).toEqual(csvRows(theirs).filter(idle));
  });

  test('the page that is asked has its columns filled like the real one', async () => {
    const theirs = (await fetchRaw(port, '/s;csv')).body;
    expect(filledColumns(ours({ target: '/s;csv' }).body)).toEqual(filledColumns(theirs));
  });

  test('typed output: the same keys, tags and types', async () => {
    const theirs = (await fetchRaw(port, '/s;typed')).body;
    expect(typedShape(ours({ target: '/s;typed' }).body)).toEqual(typedShape(theirs));
  });

  test('JSON: the same objects', async () => {
    const theirs = (await fetchRaw(port, '/s;json')).body;
    expect(jsonShape(ours({ target: '/s;json' }).body)).toEqual(jsonShape(theirs));
  });

  test('HTML: the same tables, heads, classes, spans and figures', async () => {
    const theirs = htmlShape((await fetchRaw(port, '/s')).body);
    const mine = htmlShape(ours({ target: '/s' }).body);
    const layout = mine.map(({ className, cells }) => [className, cells.map((cell) => cell.colspan)]);
    expect(layout).toEqual(theirs.map(({ className, cells }) => [className, cells.map((cell) => cell.colspan)]));
    expect(afterPage(mine)).toEqual(afterPage(theirs));
  });

  test.each(['/s', '/s;csv', '/s;typed', '/s;json', '/s;json-schema', '/sother', '/s/;csv'])(
    'headers of %s',
    async (target) => {
      const theirs = await fetchRaw(port, target);
      const sent = theirs.headers.filter((line) => !/^(?:transfer-encoding|connection):/.test(line));
      expect(ours({ target }).headers).toEqual(sent);
      expect(theirs.status).toBe(200);
    },
  );
});
