import type { StatsModel } from '../../../config/model.js';
import { ADMIN_ACTIONS, type AdminAction } from '../admin.js';
import { utf8Bytes } from '../bytes.js';
import type { Cell, StatRow } from '../cells.js';
import { F } from '../fields.js';
import { identity } from '../html/head.js';
import { serverClass } from '../html/rows.js';
import { COMPATIBLE_VERSION, type InfoSource } from '../info.js';
import type { ProxyRows } from '../rows.js';
import { TextWriter } from '../writer.js';

/** What the live view shows of a row, as it is sent: `columns` names the places, each row is an array. */
const COLUMNS: readonly [name: string, value: (row: StatRow) => Cell][] = [
  /** F frontend, L listener, S server, B backend. */
  ['kind', (row) => row.kind],
  ['name', ({ cells }) => cells[F.svname]],
  ['status', ({ cells }) => cells[F.status]],
  /** Class of HAProxy's colours. */
  ['shade', shade],
  /** Seconds since the state changed. */
  ['since', ({ cells }) => cells[F.lastchg]],
  /** Counters since the start: requests in HTTP mode, else sessions; failures; bytes. */
  ['requests', ({ cells }) => cells[F.reqTot] ?? cells[F.stot]],
  ['errors', errors],
  ['bytesIn', ({ cells }) => cells[F.bin]],
  ['bytesOut', ({ cells }) => cells[F.bout]],
  /** Gauges; the time is that of the response in HTTP mode, else that of connecting, in ms. */
  ['queue', ({ cells }) => cells[F.qcur]],
  ['time', ({ cells }) => (cells[F.mode] === 'http' ? cells[F.rtime] : cells[F.ctime])],
  ['sessions', ({ cells }) => cells[F.scur]],
  ['limit', ({ cells }) => cells[F.slim]],
  ['weight', ({ cells }) => cells[F.weight]],
  ['check', checkText],
  ['downtime', ({ cells }) => cells[F.downtime]],
  /** Only with `stats show-legends`, as on the page. */
  ['address', ({ cells }) => cells[F.addr]],
];

/**
 * What failed, without counting anything twice: a backend's 5xx contain those that the proxy made for connections that
 * failed, a server's are only those that it sent itself.
 */
function errors({ kind, cells }: StatRow): number {
  const sum = (...fields: number[]): number => fields.reduce((total, field) => total + Number(cells[field] ?? 0), 0);
  if (kind === 'F' || kind === 'L') return sum(F.ereq, F.hrsp5xx);
  return kind === 'B' && cells[F.mode] === 'http' ? sum(F.hrsp5xx) : sum(F.econ, F.eresp, F.hrsp5xx);
}

function shade(row: StatRow): string {
  if (row.kind === 'S') return serverClass(row);
  const status = row.cells[F.status];
  if (row.kind === 'B') return status === 'UP' ? 'backend' : 'active_down';
  if (status === 'OPEN') return row.kind === 'F' ? 'frontend' : 'socket';
  return row.kind === 'F' ? 'maintain' : 'active_going_up';
}

/** `L7STS/503 in 3ms: Service Unavailable` */
function checkText({ cells }: StatRow): string | undefined {
  const status = cells[F.checkStatus];
  if (status === undefined) return undefined;
  const code = cells[F.checkCode] === undefined ? '' : `/${cells[F.checkCode]}`;
  const duration = cells[F.checkDuration] === undefined ? '' : ` in ${cells[F.checkDuration]}ms`;
  const said = cells[F.lastChk] === undefined || cells[F.lastChk] === '' ? cells[F.checkDesc] : cells[F.lastChk];
  return `${status}${code}${duration}${said === undefined ? '' : `: ${said}`}`;
}

/** What is sent beside the rows. */
export interface LiveHead {
  readonly stats: StatsModel;
  readonly info: InfoSource;
  /** Monotonic ms: rates are differences of counters by differences of this. */
  readonly now: number;
  /** What the form may do for this client; empty = it may only look. */
  readonly actions: readonly AdminAction[];
}

/**
 * `;live.json`, and each event of `;live.events`: what the live view shows, a tenth of `;json`. Made for that page and changed with it;
 * other programs are better served by the other forms.
 */
export function renderLiveData(head: LiveHead, proxies: Iterable<ProxyRows>): string {
  const text = new TextWriter();
  text.add(`{${headJson(head)},"columns":${JSON.stringify(COLUMNS.map(([name]) => name))},"proxies":[`);
  let separator = '';
  for (const proxy of proxies) {
    text.add(separator + proxyJson(proxy));
    separator = ',';
  }
  text.add(']}');
  return text.toString();
}

function headJson({ stats, info, now, actions }: LiveHead): string {
  const { runtime, figures, date } = info;
  const { process } = runtime;
  const { node, description } = identity({ stats, info });
  const head = {
    now,
    pid: process.pid,
    start: process.startDate,
    uptime: Math.max(0, Math.floor((date - process.startDate) / 1000)),
    title: utf8Bytes([node, description].filter((text) => text !== '').join(': ')),
    version: stats.hideVersion ? '' : COMPATIBLE_VERSION,
    threads: process.nbthread,
    connections: process.connections,
    maxconn: process.maxconn,
    bytesOut: figures.totalBytesOut,
    idle: figures.idlePercent,
    stopping: process.stopping,
    actions: actions.map((action) => [action, ADMIN_ACTIONS[action]]),
  };
  return JSON.stringify(head).slice(1, -1);
}

function proxyJson({ model, iid, rows }: ProxyRows): string {
  const name = JSON.stringify(utf8Bytes(model.name));
  const note = JSON.stringify(utf8Bytes(model.description ?? ''));
  return `{"name":${name},"id":${iid},"mode":"${model.mode}","note":${note},"rows":[${rows.map(rowJson).join(',')}]}`;
}

function rowJson(row: StatRow): string {
  return `[${COLUMNS.map(([, value]) => cellJson(value(row))).join(',')}]`;
}

function cellJson(cell: Cell): string {
  if (cell === undefined) return 'null';
  return typeof cell === 'string' ? JSON.stringify(utf8Bytes(cell)) : String(cell);
}
