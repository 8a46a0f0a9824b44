import { F } from '../fields.js';
import type { Cell, StatRow } from '../cells.js';
import { MODULE_FIELDS, moduleValues, type ModuleName } from '../modules.js';
import { count, limit, percentage } from './text.js';

/** Tooltips: the figures behind a figure. Each is a table `det` inside a hidden `div.tips`. */

/** Shows `inside` as a tooltip over `text`. */
export function withTip(text: string, inside: string): string {
  return `<u>${text}<div class="tips">${inside}</div></u>`;
}

function tableTip(text: string, lines: string): string {
  return `<u>${text}<div class="tips"><table class="det">${lines}</table></div></u>`;
}

function line(name: string, value: string): string {
  return `<tr><th>${name}:</th><td>${value}</td></tr>`;
}

function lineWithShare(name: string, value: Cell, whole: Cell): string {
  return `<tr><th>${name}:</th><td>${count(value)}</td><td>${percentage(value, whole)}</td></tr>`;
}

/** Over the current and the greatest session rate of a frontend. */
export function rateTip(row: StatRow, which: 'Current' | 'Max'): string {
  const { cells } = row;
  const current = which === 'Current';
  let lines =
    line(`${which} connection rate`, `${count(cells[current ? F.connRate : F.connRateMax])}/s`) +
    line(`${which} session rate`, `${count(cells[current ? F.rate : F.rateMax])}/s`);
  if (row.proxy.mode === 'http') {
    lines += line(`${which} request rate`, `${count(cells[current ? F.reqRate : F.reqRateMax])}/s`);
  }
  return tableTip(count(cells[current ? F.rate : F.rateMax]), lines);
}

/** Over a server's current sessions: its connections. */
export function connectionsTip(row: StatRow): string {
  const { cells } = row;
  return tableTip(
    count(cells[F.scur]),
    line('Current active connections', count(cells[F.scur])) +
      line('Current used connections', count(cells[F.usedConnCur])) +
      line('Current idle connections', count(cells[F.srvIcur])) +
      line('- unsafe', count(cells[F.idleConnCur])) +
      line('- safe', count(cells[F.safeConnCur])) +
      line('Estimated need of connections', count(cells[F.needConnEst])) +
      line('Active connections limit', limit(cells[F.slim])) +
      line('Idle connections limit', limit(cells[F.srcIlim])),
  );
}

/** Over the total of sessions. */
export function totalTip(row: StatRow): string {
  const { cells, kind } = row;
  let lines = kind === 'F' ? line('Cum. connections', count(cells[F.connTot])) : '';
  lines += line('Cum. sessions', count(cells[F.stot]));
  if (row.proxy.mode === 'http') {
    if (kind !== 'F') {
      const requests = Number(cells[F.connect]) + Number(cells[F.reuse]);
      lines +=
        line('New connections', count(cells[F.connect])) +
        lineWithShare('Reused connections', cells[F.reuse], requests);
    }
    lines += httpLines(row);
  }
  if (kind !== 'F') lines += timeLines(row);
  return tableTip(count(cells[F.stot]), lines);
}

function httpLines({ cells, kind }: StatRow): string {
  const total = cells[F.reqTot];
  let lines =
    line('Cum. HTTP requests', count(total)) +
    lineWithShare('- HTTP 1xx responses', cells[F.hrsp1xx], total) +
    lineWithShare('- HTTP 2xx responses', cells[F.hrsp2xx], total);
  if (kind !== 'S') lines += lineWithShare('&nbsp;&nbsp;Compressed 2xx', cells[F.compRsp], cells[F.hrsp2xx]);
  lines +=
    lineWithShare('- HTTP 3xx responses', cells[F.hrsp3xx], total) +
    lineWithShare('- HTTP 4xx responses', cells[F.hrsp4xx], total) +
    lineWithShare('- HTTP 5xx responses', cells[F.hrsp5xx], total) +
    lineWithShare('- other responses', cells[F.hrspOther], total);
  if (kind === 'F') lines += line('Intercepted requests', count(cells[F.intercepted]));
  if (kind !== 'S') {
    lines +=
      line('Cache lookups', count(cells[F.cacheLookups])) +
      lineWithShare('Cache hits', cells[F.cacheHits], cells[F.cacheLookups]);
  }
  return lines + line('Failed hdr rewrites', count(cells[F.wrew])) + line('Internal errors', count(cells[F.eint]));
}

function timeLines({ cells, proxy }: StatRow): string {
  const time = (name: string, maximum: F, mean: F): string =>
    `<tr><th>- ${name} time:</th><td>${count(cells[maximum])} / ${count(cells[mean])}</td><td>ms</td></tr>`;
  return (
    '<tr><th colspan="3">Max / Avg of recent successful connections</th></tr>' +
    time('Queue', F.qtimeMax, F.qtime) +
    time('Connect', F.ctimeMax, F.ctime) +
    (proxy.mode === 'http' ? time('Response', F.rtimeMax, F.rtime) : '') +
    time('Total', F.ttimeMax, F.ttime)
  );
}

/** Over the bytes sent, where something was compressed. */
export function bytesOutTip({ cells }: StatRow): string {
  const text = count(cells[F.bout]);
  const fed = cells[F.compIn];
  if (typeof fed !== 'number' || fed === 0) return text;
  const emitted = Number(cells[F.compOut]);
  const sent = Number(cells[F.bout]);
  return tableTip(
    text,
    line('Response bytes in', count(sent + fed - emitted)) +
      line('Compression in', count(fed)) +
      lineWithShare('Compression out', emitted, fed) +
      line('Compression bypass', count(cells[F.compByp])) +
      lineWithShare('Total bytes saved', fed - emitted, sent + fed - emitted),
  );
}

/** Over the response errors. */
export function resetsTip({ cells }: StatRow): string {
  return withTip(
    count(cells[F.eresp]),
    `Connection resets during transfers: ${count(cells[F.cliAbrt])} client, ${count(cells[F.srvAbrt])} server`,
  );
}

/** `stats show-modules`: one cell per module. */
export function moduleTip(row: StatRow, module: ModuleName): string {
  const values = moduleValues(row);
  let lines = '';
  for (const [index, field] of MODULE_FIELDS.entries()) {
    if (field.module === module && field.kinds.includes(row.kind))
      lines += line(field.description, moduleFigure(values[index]));
  }
  return lines === '' ? '' : tableTip(module, lines);
}

function moduleFigure(value: number | undefined): string {
  return value === undefined ? 'not counted' : count(value);
}
