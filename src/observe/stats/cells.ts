import type { ProxyModel } from '../../config/model.js';
import type { Server } from '../../state/server.js';
import { F, type RowKind } from './fields.js';

/** undefined = the column does not apply to this row, or there is no value: an empty CSV cell. */
export type Cell = string | number | undefined;

/** One line of `show stat`. */
export interface StatRow {
  readonly kind: RowKind;
  readonly proxy: ProxyModel;
  readonly iid: number;
  /** 0 for frontends and backends. */
  readonly sid: number;
  /** Its own lines ask for TLS. */
  readonly tls: boolean;
  /** TLS: full handshakes, resumed sessions, handshakes that failed; undefined = not counted. */
  readonly tlsFigures?: readonly number[];
  /** Only for kind S. */
  readonly server: Server | undefined;
  /** By `F`. */
  readonly cells: readonly Cell[];
}

/** When the rows are taken, and how much they tell. */
export interface RowOptions {
  /** Monotonic ms of the clock that feeds the rate counters. */
  readonly now: number;
  /** Unix time in seconds. */
  readonly date: number;
  /** Fills addr, cookie and algo: on the page only with `stats show-legends`, always on the runtime socket. */
  readonly legends: boolean;
}

/** Columns of `type`. */
const ROW_TYPE: Record<RowKind, number> = { F: 0, B: 1, S: 2, L: 3 };

const BLANK: readonly Cell[] = Array.from<Cell>({ length: F.size });

/** A row with what every kind has. */
export function blankCells(kind: RowKind, proxy: ProxyModel, name: string, iid: number, sid: number): Cell[] {
  const cells = BLANK.slice();
  cells[F.pxname] = proxy.name;
  cells[F.svname] = name;
  cells[F.pid] = 1;
  cells[F.iid] = iid;
  cells[F.sid] = sid;
  cells[F.type] = ROW_TYPE[kind];
  cells[F.mode] = proxy.mode;
  return cells;
}

/** `127.0.0.1:80`, `[::1]:80`, or `unix`. */
export function addressText(address: string, port: number): string {
  if (address === '') return 'unix';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
