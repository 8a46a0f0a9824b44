import type { Child } from '../children.js';
import type { Master } from '../master.js';

const COLUMN = 16;

function row(...columns: readonly string[]): string {
  const padded = columns.map((text, index) => (index === columns.length - 1 ? text : text.padEnd(COLUMN)));
  return `${padded.join('')}\n`;
}

/** `0d00h02m07s` */
export function uptimeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  return `${days}d${two(Math.floor(seconds / 3600) % 24)}h${two(Math.floor(seconds / 60) % 60)}m${two(seconds % 60)}s`;
}

/** `show proc` (management manual 9.4.1). @param now performance.now() */
export function processTable(
  { startedAt, reloads, failed, children }: Pick<Master, 'startedAt' | 'reloads' | 'failed' | 'children'>,
  version: string,
  now: number,
): string {
  const rowOf = ({ kind, name, pid, startedAt: begun, reloads: survived }: Child): string =>
    row(String(pid), name, String(survived), uptimeText(now - begun), kind === 'worker' ? version : '-');
  const section = (title: string, kind: Child['kind'], leaving: boolean, always: boolean): string => {
    const rows = children.of(kind, leaving).map(rowOf).join('');
    return rows === '' && !always ? '' : `# ${title}\n${rows}`;
  };
  return [
    row('#<PID>', '<type>', '<reloads>', '<uptime>', '<version>'.padEnd(COLUMN - 1)),
    row(String(process.pid), 'master', `${reloads} [failed: ${failed}]`, uptimeText(now - startedAt), version),
    section('workers', 'worker', false, true),
    section('old workers', 'worker', true, false),
    section('programs', 'program', false, true),
    section('old programs', 'program', true, false),
  ].join('');
}
