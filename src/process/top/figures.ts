import type { TopRow } from './parse.js';

/** Short numbers, so that a line fits into 80 columns: `999`, `1.2k`, `34k`, `5.6M`. */
export function short(value: number): string {
  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  const fraction = rest < 9.95 && !Number.isInteger(rest) ? 1 : 0;
  return rest.toFixed(fraction).replace(/\.0$/, '') + UNITS[unit];
}
const UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/** The two greatest units of a time: `3d4h`, `1h2m`, `2m3s`, `7s`. */
export function span(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${whole % 60}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d${Math.floor((whole % 86_400) / 3600)}h`;
}

export const numberOf = (row: TopRow, column: string): number => Number(row.get(column) ?? 0) || 0;

/** The kinds by the column `type`. */
export const isFrontend = (row: TopRow): boolean => row.get('type') === '0';
export const isServer = (row: TopRow): boolean => row.get('type') === '2';
export const isBackend = (row: TopRow): boolean => row.get('type') === '1';

/** What failed, without counting anything twice: a backend's 5xx contain those made for failed connections. */
export function errorsOf(row: TopRow): number {
  const http = row.get('mode') === 'http';
  const statuses = http ? numberOf(row, 'hrsp_5xx') : 0;
  if (!isServer(row) && !isBackend(row)) return numberOf(row, 'ereq') + statuses;
  return isBackend(row) && http ? statuses : numberOf(row, 'econ') + numberOf(row, 'eresp') + statuses;
}

/** SGR codes for states, as near to the page's colours as any terminal can. */
export function colourOf(row: TopRow): string {
  const status = row.get('status') ?? '';
  if (status === 'DOWN' || status.startsWith('DOWN (')) return '1;31';
  if (status.startsWith('DOWN ')) return '35';
  if (/^MAINT|^STOP|^PAUSED/.test(status)) return '33';
  if (/^(?:NOLB|DRAIN)/.test(status)) return '36';
  if (/^UP \d|^FULL|^WAITING/.test(status)) return '1;33';
  if (status === 'no check') return '37';
  if (status === 'OPEN') return '';
  return row.get('bck') === '1' && isServer(row) ? '34' : '32';
}
