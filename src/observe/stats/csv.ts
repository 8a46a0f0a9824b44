import { utf8Bytes } from './bytes.js';
import type { Cell, StatRow } from './cells.js';
import { STAT_FIELDS } from './fields.js';
import { MODULE_FIELDS, moduleValues } from './modules.js';
import { TextWriter } from './writer.js';

/** The first line; tools find columns by these names or by position. */
export const CSV_HEADER =
  '# ' + [...STAT_FIELDS, { name: '-' }, ...MODULE_FIELDS].map((field) => field.name).join(',') + ',\n';

/** `show stat` and `;csv`: every line, the header included, has as many commas as columns. */
export function renderCsv(rows: Iterable<StatRow>): string {
  const text = new TextWriter();
  text.add(CSV_HEADER);
  for (const row of rows) text.add(csvLine(row));
  return text.toString();
}

/** Columns that hold text. All others are numbers or empty, which join() writes as CSV wants them. */
const TEXT_COLUMNS: readonly number[] = [...STAT_FIELDS.keys()].filter((column) => STAT_FIELDS[column].type === 'str');

/** One line. */
export function csvLine(row: StatRow): string {
  return `${csvCells(row.cells).join(',')},-,${moduleCells(row)},\n`;
}

/** The cells with their texts quoted; the very same array where nothing needs it, as usual. */
function csvCells(cells: readonly Cell[]): readonly Cell[] {
  let quoted: Cell[] | undefined;
  for (const column of TEXT_COLUMNS) {
    const cell = cells[column];
    if (typeof cell !== 'string' || /^[ -!#-+\--~]*$/.test(cell)) continue;
    quoted ??= cells.slice();
    quoted[column] = csvText(cell);
  }
  return quoted ?? cells;
}

/** Quoted only where it would be ambiguous, quotes doubled (management manual 9.1). */
function csvText(cell: string): string {
  const text = utf8Bytes(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function moduleCells(row: StatRow): string {
  return moduleValues(row).join(',');
}
