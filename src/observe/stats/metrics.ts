import type { Cell, StatRow } from './cells.js';
import { STAT_FIELDS, tagsOf, type ValueType } from './fields.js';
import { MODULE_FIELDS, moduleValues } from './modules.js';

/** One value with everything the typed and JSON outputs say about it (management manual 9.2). */
export interface Metric {
  readonly position: number;
  readonly name: string;
  /** Origin, nature, scope. */
  readonly tags: string;
  readonly type: ValueType;
  readonly description: string;
  readonly value: string | number;
}

/** What a row says, empty cells left out. Module columns follow at once: `-` takes a column but no position. */
export function metricsOf(row: StatRow): Metric[] {
  const metrics: Metric[] = [];
  for (const [position, { name, type, description }] of STAT_FIELDS.entries()) {
    const value: Cell = row.cells[position];
    if (value !== undefined)
      metrics.push({ position, name, tags: tagsOf(position, row.kind), type, description, value });
  }
  for (const [index, value] of moduleValues(row).entries()) {
    const { name, tags, type, description } = MODULE_FIELDS[index];
    if (value !== undefined)
      metrics.push({ position: STAT_FIELDS.length + index, name, tags, type, description, value });
  }
  return metrics;
}
