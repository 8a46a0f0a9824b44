import type { Diagnostics } from '../../config/diagnostics.js';
import type { ConfigModel, ProxyModel, RuleModel, StickTableModel } from '../../config/model.js';
import { DATA_TYPES, type DataName, type StickTables, type StoredData } from '../../core/stick-table.js';
import type { Arena } from '../arena.js';
import { SharedTable } from './table.js';

/** The tables of a configuration, by name. */
export class TableRegistry implements StickTables {
  readonly #byName = new Map<string, SharedTable>();

  get all(): readonly SharedTable[] {
    return [...this.#byName.values()];
  }

  find(name: string): SharedTable | undefined {
    return this.#byName.get(name);
  }

  add(table: SharedTable): void {
    this.#byName.set(table.name, table);
  }
}

/**
 * Makes all tables, those that proxies declare and those of `peers` sections (manual 3.5 `table`). Before anything is
 * compiled that may name them.
 */
export function compileTables(model: ConfigModel, diagnostics: Diagnostics, arena: Arena): TableRegistry {
  const registry = new TableRegistry();
  const sticky = stickyTables(model);
  const make = (table: StickTableModel, name: string, peers: boolean): void => {
    try {
      registry.add(new SharedTable(table, name, storedBy(table, sticky.has(name)), arena, peers));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      diagnostics.alert(table.span, `stick-table '${name}': there is not enough memory for ${table.size} entries.`);
    }
  };
  for (const section of model.peers)
    for (const { name, table } of section.tables) make(table, `${section.name}/${name}`, true);
  for (const proxy of model.proxies) {
    if (proxy.stickTable === undefined) continue;
    checkPeers(model, proxy, diagnostics);
    make(proxy.stickTable, proxy.name, proxy.stickTable.peers !== undefined);
  }
  return registry;
}

function checkPeers(model: ConfigModel, proxy: ProxyModel, diagnostics: Diagnostics): void {
  const peers = proxy.stickTable?.peers;
  if (peers === undefined || model.peers.some(({ name }) => name === peers.text)) return;
  diagnostics.alert(peers.span, `Proxy '${proxy.name}': unable to find sync peers '${peers.text}'.`);
}

/** Tables that `stick` rules write to: they store a server, whether that was asked for or not (manual 4.2). */
function stickyTables({ proxies }: ConfigModel): Set<string> {
  const names = new Set<string>();
  for (const proxy of proxies) for (const rule of proxy.stickRules) names.add(tableOf(rule) ?? proxy.name);
  return names;
}

/** The table that a `stick` line names. */
function tableOf({ words }: RuleModel): string | undefined {
  const at = words.findIndex(({ text }) => text === 'table');
  return at < 0 ? undefined : words[at + 1]?.text;
}

/** In HAProxy's order. */
function storedBy(table: StickTableModel, sticky: boolean): StoredData[] {
  const wanted = new Map<DataName, StoredData>(table.store.map((data) => [data.name, data]));
  if (sticky) {
    for (const name of ['server_id', 'server_key'] as const) {
      const kind = name === 'server_id' ? 'number' : 'name';
      if (!wanted.has(name)) wanted.set(name, { name, kind, period: 0, count: 1, array: false });
    }
  }
  return DATA_TYPES.flatMap(({ name }) => wanted.get(name) ?? []);
}
