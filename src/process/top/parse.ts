/** One line of `show stat` by column names; a column that is missing or empty reads as ''. */
export type TopRow = ReadonlyMap<string, string>;

/** What the runtime socket said at one moment. */
export interface Snapshot {
  /** `show info`. */
  readonly info: ReadonlyMap<string, string>;
  /** `show stat`; of each proxy the frontend, its listeners, the backend, its servers. */
  readonly rows: readonly TopRow[];
  /** Monotonic ms. */
  readonly at: number;
}

export const QUESTION = 'show info;show stat\n';

/**
 * Reads the answer to QUESTION, of tsproxy or HAProxy.
 * @param answer bytes, one code unit each
 * @throws Error when it is something else, such as a complaint about the level of the socket
 */
export function parseSnapshot(answer: string, at: number): Snapshot {
  const text = Buffer.from(answer, 'latin1').toString('utf8');
  const start = text.indexOf('# pxname,');
  if (start < 0) throw new Error(`unexpected answer: ${printable(text.trim().split('\n')[0]) || 'nothing'}`);
  const info = new Map<string, string>();
  for (const line of text.slice(0, start).split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) info.set(line.slice(0, colon), printable(line.slice(colon + 2)));
  }
  const [names, ...lines] = records(text.slice(start + 2));
  const rows = lines
    .filter((cells) => cells.length > 1)
    .map((cells) => new Map(names.map((name, i) => [name, printable(cells[i] ?? '')])));
  return { info, rows: inOrder(rows), at };
}

/** Names and what servers said go to a terminal: nothing in them may command it. */
function printable(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '?');
}

/** Lines and cells of a CSV, quotes taken off (management manual 9.1). */
function records(text: string): string[][] {
  const found: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
    found[found.length - 1].push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\n') found.push([]);
  }
  return found;
}

/** By the column `type`: 0 frontend, 1 backend, 2 server, 3 listener. */
const RANK: Readonly<Record<string, number>> = { 0: 0, 3: 1, 1: 2, 2: 3 };

/** The backend before its servers, as a headline. */
function inOrder(rows: readonly TopRow[]): TopRow[] {
  const proxies = [...new Set(rows.map((row) => row.get('pxname')))];
  const place = new Map(proxies.map((name, i) => [name, i]));
  const order = (row: TopRow): number => 4 * (place.get(row.get('pxname')) ?? 0) + (RANK[row.get('type') ?? ''] ?? 3);
  return rows.toSorted((left, right) => order(left) - order(right));
}
