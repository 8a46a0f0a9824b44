import { utf8Bytes } from './bytes.js';
import type { StatRow } from './cells.js';
import type { Metric } from './metrics.js';
import { metricsOf } from './metrics.js';
import { TextWriter } from './writer.js';

/** `show stat typed [desc]`: `F.2.0.4.scur.1:MGP:u32:0`, one value a line (management manual 9.2). */
export function renderTyped(rows: Iterable<StatRow>, descriptions = false): string {
  const text = new TextWriter();
  for (const row of rows) text.add(typedRow(row, descriptions));
  return text.toString();
}

/** The lines of one row. */
export function typedRow(row: StatRow, descriptions: boolean): string {
  const prefix = `${row.kind}.${row.iid}.${row.sid}.`;
  return metricsOf(row)
    .map((metric) => prefix + typedLine(metric, descriptions))
    .join('');
}

/** Everything of a typed line that follows the object: `4.scur.1:MGP:u32:0`. */
export function typedLine(metric: Metric, descriptions: boolean): string {
  const { position, name, tags, type, value, description } = metric;
  const text = typeof value === 'string' ? utf8Bytes(value) : String(value);
  return `${position}.${name}.1:${tags}:${type}:${text}${descriptions ? `:"${description}"` : ''}\n`;
}
