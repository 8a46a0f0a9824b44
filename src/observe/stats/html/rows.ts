import type { AdminAction } from '../admin.js';
import type { ProxyRows } from '../rows.js';
import type { StatRow } from '../cells.js';
import { F, type RowKind } from '../fields.js';
import { MODULE_NAMES } from '../modules.js';
import { count, escapeHtml, humanTime, limit } from './text.js';
import { bytesOutTip, connectionsTip, moduleTip, rateTip, resetsTip, totalTip, withTip } from './tips.js';

/** What the rows of a page have in common. */
export interface RowStyle {
  /** A column of checkboxes in front, and a form under each table. */
  readonly admin: boolean;
  /** What the form offers. */
  readonly actions: readonly AdminAction[];
  readonly legends: boolean;
  readonly modules: boolean;
}

/** One `tr` of the table of a proxy. */
export function renderRow(row: StatRow, proxy: ProxyRows, style: RowStyle): string {
  const modules = style.modules ? MODULE_NAMES.map((module) => td(moduleTip(row, module))).join('') : '';
  const cells = RENDERERS[row.kind](row, style, proxy);
  return tr(row.kind === 'S' ? serverClass(row) : CLASSES[row.kind], box(row, style) + cells + modules);
}

const CLASSES = { F: 'frontend', L: 'socket', B: 'backend' };
const RENDERERS: Record<RowKind, (row: StatRow, style: RowStyle, proxy: ProxyRows) => string> = {
  F: frontendCells,
  L: listenerCells,
  S: serverCells,
  B: backendCells,
};

function tr(name: string, cells: string): string {
  return `<tr class="${name}">${cells}</tr>\n`;
}
function td(content: string): string {
  return `<td>${content}</td>`;
}
function centred(content: string): string {
  return `<td class="ac">${content}</td>`;
}

function box(row: StatRow, style: RowStyle): string {
  if (!style.admin) return '';
  if (row.kind !== 'S') return '<td class="box"></td>';
  const name = escapeHtml(String(row.cells[F.svname]));
  return `<td class="box"><input type="checkbox" name="s" value="${name}" aria-label="${name}"></td>`;
}

/** The name with its anchor: `#app/s1`, `#web/Frontend`, `#web/+sock-1`. */
function nameCell(row: StatRow, anchor: string, label: string, legend: string): string {
  const target = escapeHtml(`${row.proxy.name}/${anchor}`);
  const link = `<a id="${target}"></a><a class="lfsb" href="#${target}">${escapeHtml(label)}</a>`;
  return centred(legend === '' ? link : withTip(link, legend));
}

/** `IPv4: 127.0.0.1:80, id: 1, cookie: 'c1'`; without the first where a name does not resolve. */
function addressLegend(row: StatRow): string {
  const address = String(row.cells[F.addr] ?? '');
  const cookie = row.cells[F.cookie];
  const suffix = cookie === undefined ? '' : `, cookie: '${escapeHtml(String(cookie))}'`;
  return `${familyLegend(address)}id: ${row.sid}${suffix}`;
}

function familyLegend(address: string): string {
  if (address === '' || address === 'unix') return address === '' ? '' : 'unix, ';
  return `${address.startsWith('[') ? 'IPv6' : 'IPv4'}: ${escapeHtml(address)}, `;
}

function frontendCells(row: StatRow): string {
  const { cells } = row;
  return (
    nameCell(row, 'Frontend', 'Frontend', '') +
    '<td colspan="3"></td>' +
    td(rateTip(row, 'Current')) +
    td(rateTip(row, 'Max')) +
    td(limit(cells[F.rateLim])) +
    td(count(cells[F.scur])) +
    td(count(cells[F.smax])) +
    td(limit(cells[F.slim])) +
    td(totalTip(row)) +
    '<td></td><td></td>' +
    td(count(cells[F.bin])) +
    td(bytesOutTip(row)) +
    td(count(cells[F.dreq])) +
    td(count(cells[F.dresp])) +
    td(count(cells[F.ereq])) +
    '<td></td><td></td><td></td><td></td>' +
    centred(escapeHtml(String(cells[F.status]))) +
    '<td class="ac" colspan="8"></td>'
  );
}

function listenerCells(row: StatRow, style: RowStyle): string {
  const { cells } = row;
  const name = String(cells[F.svname]);
  return (
    nameCell(row, `+${name}`, name, style.legends ? addressLegend(row) : '') +
    '<td colspan="3"></td><td colspan="3"></td>' +
    td(count(cells[F.scur])) +
    td(count(cells[F.smax])) +
    td(count(cells[F.slim])) +
    td(count(cells[F.stot])) +
    '<td></td><td></td>' +
    td(count(cells[F.bin])) +
    td(count(cells[F.bout])) +
    td(count(cells[F.dreq])) +
    td(count(cells[F.dresp])) +
    td(count(cells[F.ereq])) +
    '<td></td><td></td><td></td><td></td>' +
    centred(escapeHtml(String(cells[F.status]))) +
    '<td class="ac" colspan="8"></td>'
  );
}

/** Queue, rates, sessions, bytes, denials, errors, warnings: alike for servers and backends. */
function trafficCells(row: StatRow, queueLimit: string, current: string, sessionLimit: string): string {
  const { cells } = row;
  return (
    td(count(cells[F.qcur])) +
    td(count(cells[F.qmax])) +
    td(queueLimit) +
    td(count(cells[F.rate])) +
    td(count(cells[F.rateMax])) +
    '<td></td>' +
    td(current) +
    td(count(cells[F.smax])) +
    td(sessionLimit) +
    td(totalTip(row)) +
    td(count(cells[F.lbtot])) +
    td(humanTime(cells[F.lastsess])) +
    td(count(cells[F.bin])) +
    td(bytesOutTip(row)) +
    td(count(cells[F.dreq])) +
    td(count(cells[F.dresp])) +
    '<td></td>' +
    td(count(cells[F.econ])) +
    td(resetsTip(row)) +
    td(count(cells[F.wretr])) +
    td(count(cells[F.wredis]))
  );
}

function serverCells(row: StatRow, style: RowStyle): string {
  const { cells } = row;
  const name = String(cells[F.svname]);
  return (
    nameCell(row, name, name, style.legends ? addressLegend(row) : '') +
    trafficCells(row, limit(cells[F.qlimit]), connectionsTip(row), limit(cells[F.slim])) +
    centred(statusCell(row)) +
    lastCheckCell(row) +
    centred(`${count(cells[F.weight])}/${count(cells[F.uweight])}`) +
    centred(cells[F.act] === 1 ? 'Y' : '-') +
    centred(cells[F.bck] === 1 ? 'Y' : '-') +
    downtimeCells(row) +
    centred(cells[F.throttle] === undefined ? '-' : `${count(cells[F.throttle])} %`)
  );
}

/** `6s UP`, `2m3s DOWN 1/2 ↑`, `no check`. */
function statusCell({ cells }: StatRow): string {
  const status = String(cells[F.status]);
  if (status === 'no check') return '<i>no check</i>';
  const shown = status.startsWith('MAINT') ? 'MAINT' : escapeHtml(status);
  let arrow = '';
  if (/^DOWN \d/.test(status)) arrow = ' &uarr;';
  else if (/^(?:UP|NOLB|DRAIN) \d/.test(status)) arrow = ' &darr;';
  return `${humanTime(cells[F.lastchg])} ${shown}${arrow}`;
}

/** `L7STS/503 in 3ms`, over it what the check said. */
function lastCheckCell({ cells }: StatRow): string {
  const status = cells[F.checkStatus];
  if (status === undefined) return '<td></td>';
  const code = cells[F.checkCode] === undefined ? '' : `/${cells[F.checkCode]}`;
  const duration = cells[F.checkDuration] === undefined ? '' : ` in ${cells[F.checkDuration]}ms`;
  const info = cells[F.lastChk] === '' ? '' : `: ${escapeHtml(String(cells[F.lastChk]))}`;
  return centred(withTip(`${status}${code}${duration}`, escapeHtml(String(cells[F.checkDesc])) + info));
}

/** Checks failed, times down, time down; or where the state comes from. */
function downtimeCells({ cells }: StatRow): string {
  if (cells[F.chkfail] !== undefined) {
    const analysed = cells[F.hanafail] !== undefined;
    const figures = count(cells[F.chkfail]) + (analysed ? `/${count(cells[F.hanafail])}` : '');
    const tip = withTip(figures, `Failed Health Checks${analysed ? '/Health Analyses' : ''}`);
    return td(tip) + td(count(cells[F.chkdown])) + td(humanTime(cells[F.downtime]));
  }
  if (cells[F.status] === 'MAINT (resolution)') return '<td class="ac" colspan="3">resolution</td>';
  if (cells[F.tracked] === undefined) return '<td colspan="3"></td>';
  const via = escapeHtml(String(cells[F.tracked]));
  return `<td class="ac" colspan="3"><a class="lfsb" href="#${via}">via ${via}</a></td>`;
}

function backendCells(row: StatRow, style: RowStyle, proxy: ProxyRows): string {
  const { cells } = row;
  return (
    nameCell(row, 'Backend', 'Backend', style.legends ? backendLegend(row) : '') +
    trafficCells(row, '', count(cells[F.scur]), count(cells[F.slim])) +
    centred(`${humanTime(cells[F.lastchg])} ${cells[F.status] === 'UP' ? 'UP' : '<b class="bad">DOWN</b>'}`) +
    centred('&nbsp;') +
    centred(`${count(cells[F.weight])}/${count(cells[F.uweight])}`) +
    centred(count(cells[F.act])) +
    centred(count(cells[F.bck])) +
    centred('&nbsp;') +
    td(count(cells[F.chkdown])) +
    td(proxy.model.servers.length > 0 ? humanTime(cells[F.downtime]) : '&nbsp;') +
    '<td></td>'
  );
}

function backendLegend({ cells }: StatRow): string {
  const cookie = cells[F.cookie];
  const suffix = cookie === undefined ? '' : `, cookie: '${escapeHtml(String(cookie))}'`;
  return `balancing: ${escapeHtml(String(cells[F.algo]))}${suffix}`;
}

/** The class that colours a server's row, by its status text. Weight 0 looks like draining, as it does in HAProxy. */
export function serverClass({ cells }: StatRow): string {
  const status = String(cells[F.status]);
  if (status.startsWith('MAINT')) return 'maintain';
  return (cells[F.bck] === 1 ? 'backup_' : 'active_') + serverShade(status, cells[F.weight] === 0);
}

function serverShade(status: string, weightless: boolean): string {
  if (status === 'DOWN') return 'down';
  if (status.startsWith('DOWN ')) return 'going_up';
  if (status.startsWith('DRAIN')) return 'draining';
  if (status === 'NOLB') return 'nolb';
  if (status.startsWith('NOLB ')) return 'going_down';
  if (status === 'no check') return 'no_check';
  if (weightless) return 'draining';
  return status === 'UP' ? 'up' : 'going_down';
}
