import type { StickTable, TableKey } from '../core/stick-table.js';
import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import type { Sticking, StickRule } from '../state/sticking.js';
import { direct, mayUse } from './direct.js';
import type { Placeable } from './placement.js';

/** A key that gets its server when that has answered. */
export interface Remembered {
  readonly table: StickTable;
  readonly key: TableKey;
}

/** Keys that one stream may store: HAProxy's limit. */
const MOST_STORED = 8;

/**
 * All request rules have passed: `stick match` finds the server, `stick store-request` keeps keys in mind. Of several
 * that store in one table the first that has a key counts.
 * @returns keys to be stored; undefined = none
 */
export function matchSticky(stream: Placeable, backend: Backend, { request }: Sticking): Remembered[] | undefined {
  let stored: Remembered[] | undefined;
  for (const rule of request) {
    if (rule.store && isStored(stored, rule.table)) continue;
    const key = keyOf(rule, stream);
    if (key === undefined) continue;
    if (rule.match) matchKey(stream, backend, rule.table, key);
    if (rule.store && (stored?.length ?? 0) < MOST_STORED) (stored ??= []).push({ table: rule.table, key });
  }
  return stored;
}

/** The server has answered: keys get it, those of the request and those of the response (`stick store-response`). */
export function storeSticky(
  stream: Placeable,
  server: Server,
  { response }: Sticking,
  fromRequest: readonly Remembered[] | undefined,
): void {
  let stored: Remembered[] | undefined;
  for (const rule of response) {
    if (isStored(stored, rule.table)) continue;
    const key = keyOf(rule, stream);
    if (key !== undefined) (stored ??= []).push({ table: rule.table, key });
  }
  if (server.model.nonStick || server.stopgap) return;
  if (fromRequest !== undefined) for (const each of fromRequest) store(each, server);
  if (stored !== undefined) for (const each of stored) store(each, server);
}

function keyOf({ condition, key }: StickRule, { stream }: Placeable): TableKey | undefined {
  return condition === undefined || condition(stream) ? key(stream) : undefined;
}

const isStored = (stored: readonly Remembered[] | undefined, table: StickTable): boolean =>
  stored?.some((each) => each.table === table) === true;

function matchKey(stream: Placeable, backend: Backend, table: StickTable, key: TableKey): void {
  const entry = table.holdExisting(key);
  if (entry === 0) return;
  const server = stream.wanted === undefined ? serverOf(table, entry, backend) : undefined;
  if (server !== undefined && mayUse(server, stream.stick)) direct(stream, server);
  table.release(entry, true);
}

/** By the name or address first: it means the same server on all peers, whatever their numbers. */
function serverOf(table: StickTable, entry: number, { servers }: Backend): Server | undefined {
  const nameField = table.field('server_key');
  const name = nameField === undefined ? undefined : table.readName(entry, nameField);
  const named = name === undefined ? undefined : servers.find((server) => keyOfServer(table, server) === name);
  if (named !== undefined) return named;
  const idField = table.field('server_id');
  const id = idField === undefined ? 0 : table.read(entry, idField);
  return id === 0 ? undefined : servers.find((server) => server.id === id);
}

/** `srvkey name` or `srvkey addr`. */
function keyOfServer({ serverKey }: StickTable, { name, address, port }: Server): string {
  return serverKey === 'name' ? name : `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function store({ table, key }: Remembered, server: Server): void {
  const entry = table.hold(key);
  if (entry === 0) return;
  const id = table.field('server_id');
  if (id !== undefined) table.write(entry, id, server.id);
  const name = table.field('server_key');
  if (name !== undefined) table.writeName(entry, name, keyOfServer(table, server));
  table.release(entry, true);
}
