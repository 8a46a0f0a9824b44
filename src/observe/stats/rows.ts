import type { ProxyModel } from '../../config/model.js';
import type { Backend } from '../../state/backend.js';
import type { Frontend } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Runtime } from '../../state/runtime.js';
import type { RowOptions, StatRow } from './cells.js';
import type { RowKind } from './fields.js';
import { backendRow, serverRow } from './rows-back.js';
import { frontendRow, listenerRow } from './rows-front.js';
import { hiddenByUp } from './server-status.js';

/** Which proxies and servers are shown. */
export interface RowFilter {
  /** `stats scope` with `.` resolved; empty = all. */
  readonly names: readonly string[];
  /** Part of the proxy's name, in any case; '' = all. */
  readonly search: string;
  /** `;up`: leave out servers that are down. */
  readonly onlyUp: boolean;
  /** `no-maint`: leave out servers in maintenance. */
  readonly hideMaintenance?: boolean;
  /** Only the proxy, and only the server or listener, with this number; undefined = all. */
  readonly iid?: number;
  readonly sid?: number;
  /** Only these kinds of rows. */
  readonly types?: (kind: RowKind) => boolean;
}
export const EVERYTHING: RowFilter = { names: [], search: '', onlyUp: false };

/** One proxy's rows: frontend, listeners (`option socket-stats`), servers, backend. */
export interface ProxyRows {
  readonly model: ProxyModel;
  readonly iid: number;
  readonly frontend: Frontend | undefined;
  readonly backend: Backend | undefined;
  readonly rows: readonly StatRow[];
}

/**
 * The rows of all shown proxies, in file order. One at a time, so that thousands of rows are not alive at once.
 * Proxies with `disabled` in the configuration have none.
 */
export function* eachProxy(runtime: Runtime, filter: RowFilter, options: RowOptions): Generator<ProxyRows> {
  const fronts = new Map(runtime.frontends.map((frontend) => [frontend.model, frontend]));
  const backs = new Map(runtime.backends.map((backend) => [backend.model, backend]));
  for (const model of new Set([...runtime.model.proxies, ...fronts.keys(), ...backs.keys()])) {
    const frontend = fronts.get(model);
    const backend = backs.get(model);
    if (model.disabled || (frontend === undefined && backend === undefined) || !isShown(model.name, filter)) continue;
    if (filter.iid !== undefined && filter.iid !== (frontend?.id ?? backend?.id)) continue;
    const rows = proxyRows(frontend, backend, filter, options);
    yield { model, iid: frontend?.id ?? backend?.id ?? 0, frontend, backend, rows };
  }
}

export function* eachRow(runtime: Runtime, filter: RowFilter, options: RowOptions): Generator<StatRow> {
  for (const proxy of eachProxy(runtime, filter, options)) yield* proxy.rows;
}

function isShown(name: string, filter: RowFilter): boolean {
  if (filter.names.length > 0 && !filter.names.includes(name)) return false;
  return filter.search === '' || name.toLowerCase().includes(filter.search.toLowerCase());
}

function proxyRows(
  frontend: Frontend | undefined,
  backend: Backend | undefined,
  filter: RowFilter,
  options: RowOptions,
): StatRow[] {
  const rows: StatRow[] = [];
  const wanted = (kind: RowKind, id: number | undefined): boolean =>
    (filter.types?.(kind) ?? true) && (filter.sid === undefined || id === undefined || id === filter.sid);
  if (frontend !== undefined) {
    if (wanted('F', undefined)) rows.push(frontendRow(frontend, options));
    if (frontend.model.options['socket-stats'] === true) {
      for (const listener of frontend.listeners) {
        if (wanted('L', listener.id)) rows.push(listenerRow(listener, options));
      }
    }
  }
  if (backend !== undefined) {
    for (const server of backend.servers) {
      if (wanted('S', server.id) && !isHidden(server, filter)) rows.push(serverRow(server, options));
    }
    if (wanted('B', undefined)) rows.push(backendRow(backend, options));
  }
  return rows;
}

function isHidden(server: Server, filter: RowFilter): boolean {
  return (filter.onlyUp && hiddenByUp(server)) || (filter.hideMaintenance === true && server.inMaintenance);
}
