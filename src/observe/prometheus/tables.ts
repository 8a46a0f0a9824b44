import type { StickTable } from '../../core/stick-table.js';
import type { TextWriter } from '../stats/writer.js';
import { type Family, FamilyWriter, labelText } from './exposition.js';

const FAMILIES: readonly (readonly [Family, (table: StickTable) => number])[] = [
  [{ name: 'haproxy_sticktable_size', type: 'gauge', help: 'Entries that a stick-table can have' }, ({ size }) => size],
  [{ name: 'haproxy_sticktable_used', type: 'gauge', help: 'Entries that a stick-table has' }, ({ used }) => used],
];

/** Stick-tables, those declared last first, as HAProxy lists them. */
export function writeTables(text: TextWriter, tables: readonly StickTable[]): void {
  for (const [family, read] of FAMILIES) {
    const writer = new FamilyWriter(text, family);
    for (const table of tables.toReversed()) {
      const labels = labelText([
        ['name', table.name],
        ['type', table.type],
      ]);
      writer.add(labels, read(table));
    }
  }
}
