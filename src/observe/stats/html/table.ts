import { ADMIN_ACTIONS, type AdminAction } from '../admin.js';
import { MODULE_NAMES } from '../modules.js';
import type { ProxyRows } from '../rows.js';
import type { TextWriter } from '../writer.js';
import { renderRow, type RowStyle } from './rows.js';
import { escapeHtml } from './text.js';

/** One proxy: its name and description, the table of its rows, and the admin form where there are servers. */
export function writeProxy(page: TextWriter, proxy: ProxyRows, style: RowStyle): void {
  const form = style.admin && proxy.backend !== undefined && proxy.backend.servers.length > 0;
  if (form) page.add('<form class="admin" method="post">');
  page.add(proxyName(proxy, style) + tableHead(style, form));
  for (const row of proxy.rows) page.add(renderRow(row, proxy, style));
  page.add('</table>');
  if (form) page.add(adminForm(proxy.iid, style.actions));
  page.add('<p>\n');
}

function proxyName({ model, frontend, backend, iid }: ProxyRows, style: RowStyle): string {
  const name = escapeHtml(model.name);
  const link = `<a id="${name}"></a><a class="px" href="#${name}">${name}</a>`;
  const capability = frontend === undefined ? 'backend' : backend === undefined ? 'frontend' : 'proxy';
  const legend = `<div class="tips">cap: ${capability}, mode: ${model.mode}, id: ${iid}</div>`;
  const description =
    model.description === undefined
      ? '<th class="empty"></th>'
      : `<th class="desc">${escapeHtml(model.description)}</th>`;
  return (
    '<table class="tbl">\n<tr class="titre">' +
    `<th class="pxname">${style.legends ? `<u>${link}${legend}</u>` : link}</th>${description}</tr>\n</table>\n`
  );
}

/** Groups of columns and how many each spans. */
const GROUPS: readonly (readonly [string, number])[] = [
  ['Queue', 3],
  ['Session rate', 3],
  ['Sessions', 6],
  ['Bytes', 2],
  ['Denied', 2],
  ['Errors', 3],
  ['Warnings', 2],
  ['Server', 9],
];
const COLUMNS =
  'Cur Max Limit Cur Max Limit Cur Max Limit Total LbTot Last In Out Req Resp Req Conn Resp Retr Redis ' +
  'Status LastChk Wght Act Bck Chk Dwn Dwntme Thrtle';

function tableHead(style: RowStyle, form: boolean): string {
  return (
    (form
      ? CHECKED_HEAD
      : style.admin
        ? '<table class="tbl">\n<tr class="titre"><th class="box" rowspan="2"></th>'
        : PLAIN_HEAD) + (style.modules ? HEAD_WITH_MODULES : HEAD)
  );
}

const PLAIN_HEAD = '<table class="tbl">\n<tr class="titre">';
/** The box in the corner ticks them all. */
const CHECKED_HEAD =
  '<table class="tbl">\n<tr class="titre"><th class="box" rowspan="2"><input type="checkbox" aria-label="all servers" ' +
  `onclick="for(const box of this.form.querySelectorAll('input[name=s]'))box.checked=this.checked"></th>`;

const HEAD = columnHeads(GROUPS, COLUMNS.split(' '));
const HEAD_WITH_MODULES = columnHeads(
  [...GROUPS, ['Extra modules', MODULE_NAMES.length]],
  [...COLUMNS.split(' '), ...MODULE_NAMES],
);

function columnHeads(groups: typeof GROUPS, columns: readonly string[]): string {
  return (
    `<th rowspan="2"></th>${groups.map(([name, span]) => `<th colspan="${span}">${name}</th>`).join('')}</tr>\n` +
    `<tr class="titre">${columns.map((name) => `<th>${name}</th>`).join('')}</tr>\n`
  );
}

function adminForm(iid: number, actions: readonly AdminAction[]): string {
  const choices = actions.map((action) => `<option value="${action}">${ADMIN_ACTIONS[action]}</option>`).join('');
  return (
    'Choose the action to perform on the checked servers : ' +
    `<select name="action"><option value=""></option>${choices}</select>` +
    `<input type="hidden" name="b" value="#${iid}">&nbsp;<input type="submit" value="Apply"></form>`
  );
}
