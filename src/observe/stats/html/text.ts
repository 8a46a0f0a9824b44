import { utf8Bytes } from '../bytes.js';
import type { Cell } from '../cells.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text from a configuration, a server or a request, safe between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return /^[\w./:\- ]*$/.test(text) ? text : utf8Bytes(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A count with a little room between thousands: no separator, so that it can be copied as a number. */
export function count(cell: Cell): string {
  if (typeof cell !== 'number') return cell === undefined ? '' : escapeHtml(cell);
  if (cell < 1000) return String(cell);
  return String(cell).replaceAll(/\d(?=(?:\d{3})+$)/g, '<span class="rls">$&</span>');
}

/** A limit: `-` when there is none. */
export function limit(cell: Cell): string {
  return cell === undefined || cell === 0 ? '-' : count(cell);
}

/** The two greatest units of a time: `3d4h`, `1h2m`, `2m3s`, `7s`; `?` when unknown. */
export function humanTime(seconds: Cell): string {
  if (typeof seconds !== 'number' || seconds < 0) return '?';
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${whole % 60}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d${Math.floor((whole % 86_400) / 3600)}h`;
}

/** `91.906 kbps` */
export function bitRate(bitsPerSecond: number): string {
  const [scale, unit] = bitsPerSecond >= 1e9 ? [1e9, 'G'] : bitsPerSecond >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  return `${(bitsPerSecond / scale).toFixed(3)} ${unit}bps`;
}

/** `(37%)` of a whole, in the third column of a tooltip. */
export function percentage(part: Cell, whole: Cell): string {
  const share =
    typeof part === 'number' && typeof whole === 'number' && whole > 0 ? Math.floor((100 * part) / whole) : 0;
  return `(${share}%)`;
}
