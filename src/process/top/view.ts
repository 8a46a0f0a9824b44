import { colourOf, errorsOf, isBackend, isFrontend, isServer, numberOf, short, span } from './figures.js';
import type { Snapshot, TopRow } from './parse.js';

export interface ViewOptions {
  /** Of the terminal. */
  readonly width: number;
  /** Lines of the terminal; undefined = all there are. */
  readonly height: number | undefined;
  /** Rows left out above. */
  readonly scroll: number;
  readonly colour: boolean;
  /** Said in the last line of the head instead of the keys: why there is nothing new. */
  readonly trouble?: string;
}

/** Differences need an earlier answer; without one the counters themselves are shown. */
interface Change {
  readonly row: TopRow;
  readonly earlier: TopRow | undefined;
  /** Between the two. */
  readonly seconds: number;
}

interface Column {
  readonly title: string;
  /** The title where there is no earlier answer. */
  readonly total?: string;
  readonly width: number;
  readonly left?: boolean;
  cell(change: Change): string;
}

const per = ({ row, earlier, seconds }: Change, value: (row: TopRow) => number): number =>
  earlier === undefined || seconds <= 0 ? value(row) : Math.max(0, value(row) - value(earlier)) / seconds;

/** From left to right; where the terminal is narrow the last ones are left out. */
const COLUMNS: readonly Column[] = [
  { title: 'STATUS', width: 10, left: true, cell: ({ row }) => row.get('status') ?? '' },
  { title: 'SESSIONS', width: 10, cell: ({ row }) => sessions(row) },
  { title: 'RATE/s', width: 6, cell: ({ row }) => short(numberOf(row, row.get('req_rate') ? 'req_rate' : 'rate')) },
  { title: 'QUEUE', width: 5, cell: ({ row }) => (row.get('qcur') ? short(numberOf(row, 'qcur')) : '') },
  { title: 'ERR/s', total: 'ERRORS', width: 6, cell: (change) => short(per(change, errorsOf)) },
  { title: 'RESP', width: 6, cell: ({ row }) => responseTime(row) },
  { title: 'OUT/s', total: 'OUT', width: 6, cell: (change) => short(per(change, (row) => numberOf(row, 'bout'))) },
  { title: 'SINCE', width: 6, cell: ({ row }) => (row.get('lastchg') ? span(numberOf(row, 'lastchg')) : '') },
];
const LEAST_NAME = 14;

function sessions(row: TopRow): string {
  const limit = numberOf(row, 'slim');
  return short(numberOf(row, 'scur')) + (limit > 0 ? `/${short(limit)}` : '');
}

/** Mean ms to the response, of TCP to the connection. */
function responseTime(row: TopRow): string {
  const time = row.get(row.get('mode') === 'http' ? 'rtime' : 'ctime');
  if (time === undefined || time === '') return '';
  return Number(time) < 1000 ? `${time}ms` : `${short(Number(time) / 1000)}s`;
}

/** Lines of the head. */
export const HEAD_LINES = 3;

/** The furthest that it makes sense to scroll. */
export function lastScroll(snapshot: Snapshot, height: number): number {
  return Math.max(0, snapshot.rows.length - (height - HEAD_LINES));
}

/** The picture as lines, none wider than the terminal. @param earlier undefined = this is the first answer */
export function renderTop(snapshot: Snapshot, earlier: Snapshot | undefined, options: ViewOptions): string[] {
  const { width, height, scroll, colour } = options;
  const columns = fitting(width);
  const nameWidth = width - columns.reduce((sum, column) => sum + column.width + 1, 0);
  const sgr = (code: string, text: string): string => (colour && code !== '' ? `\x1b[${code}m${text}\x1b[0m` : text);
  const before = new Map(earlier?.rows.map((row) => [keyOf(row), row]));
  const seconds = earlier === undefined ? 0 : (snapshot.at - earlier.at) / 1000;
  const shown = height === undefined ? snapshot.rows : snapshot.rows.slice(scroll, scroll + height - HEAD_LINES);
  const titles = columns.map((column) => fit((earlier === undefined && column.total) || column.title, column));
  const line = (row: TopRow): string => {
    const change = { row, earlier: before.get(keyOf(row)), seconds };
    const name = pad(nameOf(row), nameWidth);
    const cells = columns.map((column) => {
      const text = fit(column.cell(change), column);
      if (column.title === 'STATUS') return sgr(colourOf(row), text);
      return column.title === 'ERR/s' && earlier !== undefined && text.trim() !== '0' ? sgr('31', text) : text;
    });
    return [isServer(row) ? name : sgr('1', name), ...cells].join(' ').trimEnd();
  };
  const [first, second] = head(snapshot, earlier).map((text) => pad(text, width).trimEnd());
  return [
    sgr('1', first),
    options.trouble === undefined ? second : sgr('1;31', pad(options.trouble, width).trimEnd()),
    sgr('7', [pad('NAME', nameWidth), ...titles].join(' ')),
    ...shown.map(line),
  ];
}

function fitting(width: number): readonly Column[] {
  let columns = COLUMNS;
  const taken = (): number => columns.reduce((sum, column) => sum + column.width + 1, 0);
  while (columns.length > 1 && width - taken() < LEAST_NAME) columns = columns.slice(0, -1);
  return columns;
}

/** Cut or filled to a width; counts characters, which is right for the names that a configuration may have. */
function pad(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length > width) return `${characters.slice(0, Math.max(0, width - 1)).join('')}~`.slice(0, width);
  return text + ' '.repeat(width - characters.length);
}

function fit(text: string, { width, left }: Column): string {
  return left === true || text.length > width ? pad(text, width) : text.padStart(width);
}

const keyOf = (row: TopRow): string => `${row.get('iid')}/${row.get('type')}/${row.get('sid')}/${row.get('svname')}`;

function nameOf(row: TopRow): string {
  if (isFrontend(row)) return `${row.get('pxname')} <`;
  return isBackend(row) ? `${row.get('pxname')} >` : `  ${row.get('svname')}`;
}

/** Two lines about the process, rates as far as there are two answers to compare. */
function head({ info, at }: Snapshot, earlier: Snapshot | undefined): [string, string] {
  const text = (name: string): string => info.get(name) ?? '';
  const count = (name: string): string => short(Number(text(name)) || 0);
  const seconds = earlier === undefined ? 0 : (at - earlier.at) / 1000;
  const requests = Number(text('CumReq')) - Number(earlier?.info.get('CumReq') ?? 0);
  const rate = seconds > 0 ? `${short(Math.max(0, requests) / seconds)} req/s` : `${count('CumReq')} requests`;
  const keys = earlier === undefined ? '' : '   q quits, j k scroll';
  const stopping = text('Stopping') === '1' ? ', stopping' : '';
  const threads = Number(text('Nbthread')) > 1 ? `, ${text('Nbthread')} threads` : '';
  return [
    `${text('Name')} ${text('node')}: pid ${text('Pid')}${threads}, up ${span(Number(text('Uptime_sec')) || 0)}${stopping}`,
    `${count('CurrConns')}/${count('Maxconn')} conn, ${count('ConnRate')} conn/s, ${rate}, ` +
      `${count('BytesOutRate')}B/s out, ${text('Idle_pct')}% idle${keys}`,
  ];
}
