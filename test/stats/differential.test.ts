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

function csvRows(text: string): Map<string, string>[] {
  const [header, ...lines] = text.trimEnd().split('\n');
  const names = header.replace('# ', '').split(',');
  const value = (name: string, cell: string): string =>
    cell !== '' && MOMENTARY.has(name) ? '*' : name === 'check_status' ? cell.replace('* ', '') : cell;
  return lines.map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*),/g)].map((found) => found[1]);
    expect(cells.length).toBe(names.length - 1);
    return new Map(cells.slice(0, STATIC_COLUMNS).map((cell, i) => [names[i], value(names[i], cell)]));
  });
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
  const idle = (row: Map<string, string>): boolean => row.get('pxname') !== 'page';

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
    const filled = (text: string): string[][] =>
      csvRows(text)
        .filter((row) => !idle(row))
        .map((row) => [...row].filter(([, value]) => value !== '').map(([name]) => name));
    const theirs = (await fetchRaw(port, '/s;csv')).body;
    expect(filled(ours({ target: '/s;csv' }).body)).toEqual(filled(theirs));
  });

  test('typed output: the same keys, tags and types', async () => {
    const shape = (text: string): string[] =>
      text
        .trimEnd()
        .split('\n')
        .filter((line) => Number(line.split('.')[3]) < STATIC_COLUMNS - 1)
        .map((line) => line.split(':').slice(0, 3).join(':'));
    expect(shape(ours({ target: '/s;typed' }).body)).toEqual(shape((await fetchRaw(port, '/s;typed')).body));
  });

  test('JSON: the same objects', async () => {
    interface Item {
      field: { pos: number };
      value: { type: string; value?: unknown };
      objType: string;
    }
    const shape = (text: string): Item[][] =>
      (JSON.parse(text) as Item[][]).map((row) =>
        row
          .filter((item) => item.field.pos < STATIC_COLUMNS - 1)
          .map((item) => ({ ...item, value: { type: item.value.type } })),
      );
    expect(shape(ours({ target: '/s;json' }).body)).toEqual(shape((await fetchRaw(port, '/s;json')).body));
  });

  test('HTML: the same tables, heads, classes, spans and figures', async () => {
    // Not compared: how long ago, a check in progress, and the arrow that 2.6 shows by mistake behind the state of a
    // server that tracks a healthy one.
    const seen = (text: string): string =>
      text
        .replace('* ', '')
        .replace(/^(?:\d+m)?\d+s( |$)/, 'T$1')
        .replace(/ &[ud]arr;$/, '');
    const shape = (html: string): SeenRow[] =>
      seenRows(html).map((row) => ({
        ...row,
        cells: row.cells.map((cell) => ({ ...cell, text: seen(cell.text) })),
      }));
    const isPage = (rows: SeenRow[]): SeenRow[] => rows.slice(rows.findIndex((row) => row.cells[0]?.text === 'web'));
    const theirs = shape((await fetchRaw(port, '/s')).body);
    const mine = shape(ours({ target: '/s' }).body);
    expect(mine.map(({ className, cells }) => [className, cells.map((cell) => cell.colspan)])).toEqual(
      theirs.map(({ className, cells }) => [className, cells.map((cell) => cell.colspan)]),
    );
    expect(isPage(mine)).toEqual(isPage(theirs));
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
