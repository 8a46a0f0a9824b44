import type { Field, StickTable, StoredData, TableKey } from '../core/stick-table.js';
import { formatIp } from '../language/values.js';

/** Stick-tables as the runtime API shows them (management manual 9.3 `show table`). */

export function tableHead(table: StickTable): string {
  return `# table: ${table.name}, type: ${table.type}, size:${table.size}, used:${table.used}\n`;
}

/** One entry, a line. HAProxy begins it with the entry's address in memory; here it is the entry's number. */
export function entryLine(table: StickTable, entry: number, uses: number): string {
  const number = entry.toString(16).padStart(8, '0');
  let text = `0x${number}: key=${keyText(table, table.key(entry))} use=${uses} exp=${Math.round(table.life(entry))}`;
  for (const data of table.data) text += dataText(table, entry, data);
  return `${text}\n`;
}

function keyText({ type }: StickTable, key: TableKey): string {
  switch (type) {
    case 'ip':
    case 'ipv6':
      return formatIp(key as number | Uint8Array);
    case 'integer':
      return (key as number).toString();
    case 'string':
      return escaped(key as string);
    case 'binary':
      return Buffer.from(key as string, 'latin1')
        .toString('hex')
        .toUpperCase();
  }
}

const SHORT: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\x1b': '\\e' };

/** So that a key is one word and shows all of its bytes. */
function escaped(text: string): string {
  return text.replaceAll(/[^!-<>-[\]-~]/g, (character) => {
    const short = SHORT[character];
    if (short !== undefined) return short;
    if ('\\ ='.includes(character)) return `\\${character}`;
    return `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function dataText(table: StickTable, entry: number, data: StoredData): string {
  let text = '';
  for (let index = 0; index < data.count; index++) {
    const field = table.field(data.name, index) as Field;
    const name = data.array ? data.name.replace(/^(gp[ct])/, `$1${index}`) : data.name;
    const value = data.kind === 'name' ? (table.readName(entry, field) ?? '-') : table.read(entry, field);
    text += ` ${name}${data.kind === 'rate' ? `(${data.period})` : ''}=${value}`;
  }
  return text;
}
