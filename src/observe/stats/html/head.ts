import type { StatsModel } from '../../../config/model.js';
import { COMPATIBLE_RELEASE, COMPATIBLE_VERSION, uptimeText, type InfoSource } from '../info.js';
import { requestSuffix, SEARCH_LENGTH, type ActionStatus, type StatsRequest } from '../request.js';
import { bitRate, escapeHtml } from './text.js';

/** What the head of the page is made from. */
export interface HeadView {
  readonly stats: StatsModel;
  readonly info: InfoSource;
  readonly request: StatsRequest;
}

/** Title, process information, legend, links, and what became of an action. */
export function renderHead(view: HeadView): string {
  return (
    heading(view) +
    '<hr>\n<h3>&gt; General process information</h3>\n' +
    `<table class="head"><tr><td>${processInfo(view)}</td><td>${LEGEND}</td>` +
    `<td>${displayOptions(view)}</td><td>${RESOURCES}</td></tr></table>\n` +
    banner(view)
  );
}

/** `HAProxy version ([^,]*),` is what monitoring templates look for; the rest says who really speaks. */
function heading(view: HeadView): string {
  const { stats, info } = view;
  const { process } = info.runtime;
  const version = stats.hideVersion
    ? ''
    : ` <small>${escapeHtml(process.version)}, compatible with HAProxy version ${COMPATIBLE_VERSION}, released ${COMPATIBLE_RELEASE}</small>`;
  return `<h1>tsproxy${version}</h1>\n<h2>Statistics Report for pid ${process.pid}${nodeAndDescription(view)}</h2>\n`;
}

/** Node and description, where the page is to show them. */
export function identity({ stats, info }: Pick<HeadView, 'stats' | 'info'>): { node: string; description: string } {
  const { process } = info.runtime;
  return {
    node: stats.showNode === undefined ? '' : stats.showNode || process.node,
    description: stats.showDesc === undefined ? '' : stats.showDesc || process.description,
  };
}

function nodeAndDescription(view: HeadView): string {
  const { node, description } = identity(view);
  const on = node === '' ? '' : ` on ${escapeHtml(node)}`;
  return description === '' ? on : `${on}: ${escapeHtml(description)}`;
}

export function pageTitle(view: HeadView): string {
  const { node } = identity(view);
  return `Statistics Report for tsproxy (HAProxy)${node === '' ? '' : ` on ${escapeHtml(node)}`}`;
}

function processInfo({ info }: HeadView): string {
  const { runtime, figures, date } = info;
  const { process, model } = runtime;
  const uptime = uptimeText(Math.max(0, Math.floor((date - process.startDate) / 1000)));
  const files = model.global.ulimitN === undefined ? '' : `; ulimit-n = ${model.global.ulimitN}`;
  return (
    `<p><b>pid = </b> ${process.pid} (process #1, nbproc = 1, nbthread = ${process.nbthread})<br>\n` +
    `<b>uptime = </b> ${uptime}<br>\n` +
    `<b>system limits:</b> memmax = unlimited${files}<br>\n` +
    `<b>maxconn = </b> ${process.maxconn}<br>\n` +
    `current conns = ${process.connections}; conn rate = ${figures.connectionRate}/sec; ` +
    `bit rate = ${bitRate(8 * figures.bytesOutRate)}<br>\n` +
    `total conns = ${process.totalConnections}; total requests = ${process.totalRequests}; ` +
    `idle = ${figures.idlePercent} %</p>`
  );
}

function swatches(...entries: [name: string, label: string][]): string {
  const wide = entries.length === 1 ? ' colspan="3"' : '';
  return `<tr>${entries.map(([name, label]) => `<td class="${name}">&nbsp;</td><td class="noborder"${wide}>${label}</td>`).join('')}</tr>\n`;
}

const LEGEND =
  '<table class="lgd">\n' +
  swatches(['active_up', 'active UP'], ['backup_up', 'backup UP']) +
  swatches(['active_going_down', 'active UP, going down'], ['backup_going_down', 'backup UP, going down']) +
  swatches(['active_going_up', 'active DOWN, going up'], ['backup_going_up', 'backup DOWN, going up']) +
  swatches(['active_down', 'active or backup DOWN'], ['active_no_check', 'not checked']) +
  swatches(['maintain', 'active or backup DOWN for maintenance (MAINT)']) +
  swatches(['active_draining', 'active or backup SOFT STOPPED for maintenance']) +
  '</table>Note: "NOLB"/"DRAIN" = UP with load-balancing disabled.';

function displayOptions({ stats, request }: HeadView): string {
  const uri = escapeHtml(stats.uri);
  const link = (extra: string, options: Parameters<typeof requestSuffix>[0], text: string): string =>
    `<a href="${uri}${extra}${requestSuffix(options)}">${text}</a>`;
  const still = { ...request, onlyUp: false, norefresh: stats.refresh > 0 };
  const items = [
    scopeForm(stats.uri, request.search),
    link('', { ...request, onlyUp: !request.onlyUp }, request.onlyUp ? 'Show all servers' : "Hide 'DOWN' servers"),
    ...(stats.refresh > 0
      ? [
          link(
            '',
            { ...request, norefresh: !request.norefresh },
            request.norefresh ? 'Enable refresh' : 'Disable refresh',
          ),
        ]
      : []),
    link('', request, 'Refresh now'),
    link(';csv', still, 'CSV export'),
    `${link(';json', still, 'JSON export')} (<a href="${uri};json-schema">schema</a>)`,
  ];
  return `<b>Display option:</b><ul>\n${items.map((item) => `<li>${item}</li>\n`).join('')}</ul>`;
}

/** A form replaces the query of the URL, so a query that belongs to `stats uri` is sent along as a field. */
function scopeForm(uri: string, search: string): string {
  const query = uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : '';
  const [name, value] = query.split('=');
  const hidden =
    name === '' ? '' : `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value ?? '')}">`;
  return (
    `<form method="get">${hidden}<label>Scope : ` +
    `<input name="scope" value="${escapeHtml(search)}" size="8" maxlength="${SEARCH_LENGTH}"></label></form>`
  );
}

const RESOURCES =
  '<b>External resources:</b><ul>\n' +
  '<li><a href="http://docs.haproxy.org/2.6/configuration.html">Configuration manual (HAProxy 2.6)</a></li>\n' +
  '<li><a href="http://docs.haproxy.org/2.6/management.html">Management guide (HAProxy 2.6)</a></li>\n' +
  '</ul>';

/** Row class and text of what became of an admin action. */
const BANNERS: Record<ActionStatus, readonly [string, string]> = {
  DONE: ['active_up', 'Action processed successfully.'],
  NONE: ['active_going_down', 'Nothing has changed.'],
  PART: [
    'active_going_down',
    'Action partially processed.<br>Some servers are unknown, or share their name with another of the backend.',
  ],
  ERRP: [
    'active_down',
    'Action not processed because of invalid parameters.<ul><li>The action may be unknown.</li>' +
      '<li>The backend may be unknown.</li>' +
      '<li>Servers may be unknown, or share their name with another of the backend.</li></ul>',
  ],
  EXCD: [
    'active_down',
    '<b>Action not processed: the form is larger than the buffer.<br>Choose fewer servers at a time.</b>',
  ],
  DENY: ['active_down', '<b>Action denied.</b>'],
  UNKN: ['active_no_check', 'Unexpected result.'],
};

function banner({ stats, request }: HeadView): string {
  if (request.status === undefined) return '';
  const [name, text] = BANNERS[request.status];
  const href = escapeHtml(stats.uri) + requestSuffix(request);
  return `<p><div class="${name}"><a class="lfsb" href="${href}" title="Remove this message">[X]</a> ${text}</div>\n`;
}
