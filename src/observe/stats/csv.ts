import { utf8Bytes } from './bytes.js';
import type { Cell, StatRow } from './cells.js';
import { STAT_FIELDS } from './fields.js';
import { MODULE_FIELDS, moduleValue } from './modules.js';

/** The first line; tools find columns by these names or by position. */
export const CSV_HEADER =
  '# ' + [...STAT_FIELDS, { name: '-' }, ...MODULE_FIELDS].map((field) => field.name).join(',') + ',\n';

/** `show stat` and `;csv`: every line, the header included, has as many commas as columns. */
export function renderCsv(rows: readonly StatRow[]): string {
  let text = CSV_HEADER;
  for (const row of rows) text += csvLine(row);
  return text;
}

function csvLine(row: StatRow): string {
  let line = '';
  for (const cell of row.cells) line += csvCell(cell) + ',';
  line += '-,';
  const facts = { kind: row.kind, mode: row.proxy.mode, tls: row.tls };
  for (const field of MODULE_FIELDS) line += csvCell(moduleValue(field, facts)) + ',';
  return line + '\n';
}

/** Quoted only where it would be ambiguous, quotes doubled (management manual 9.1). */
function csvCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = utf8Bytes(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
