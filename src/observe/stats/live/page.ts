import { createHash } from 'node:crypto';
import { escapeHtml } from '../html/text.js';
import { FORMAT_SCRIPT } from './script-format.js';
import { FOLLOW_SCRIPT } from './script-follow.js';
import { ROWS_SCRIPT } from './script-rows.js';
import { LIVE_STYLE } from './style.js';

const SCRIPT = `'use strict';{${FORMAT_SCRIPT}${ROWS_SCRIPT}${FOLLOW_SCRIPT}}`;

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but what is in the page runs in it, should a name ever get past the escaping. */
export const LIVE_POLICY =
  `default-src 'none'; script-src ${hash(SCRIPT)}; style-src ${hash(LIVE_STYLE)}; connect-src 'self'; ` +
  "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const PICTURE =
  '<svg viewBox="0 0 60 21" preserveAspectRatio="none" aria-hidden="true" focusable="false"><path d=""/></svg>';

/** The figures on top: colour, label, unit. */
const TILES: readonly [name: string, colour: string, label: string, unit: string][] = [
  ['req', 'req', 'Requests', '/s'],
  ['err', 'err', 'Errors', '/s'],
  ['que', 'que', 'In queues', ''],
  ['ses', 'req', 'Connections', ''],
  ['out', 'out', 'Sent', '/s'],
  ['busy', 'rt', 'Event loop', ''],
];
/** Columns with a picture. */
const METRICS: readonly [name: string, label: string][] = [
  ['req', 'Requests/s'],
  ['err', 'Errors/s'],
  ['que', 'Queue'],
  ['rt', 'Response'],
];

const tile = ([name, colour, label, unit]: (typeof TILES)[number]): string =>
  `<div class="tile ${colour}" id="t-${name}"><span>${label}</span><b>-</b><small>${unit}</small>${PICTURE}</div>`;
const metric = ([name, label]: (typeof METRICS)[number]): string =>
  `<td class="m ${name}" role="cell" data-label="${label}">${PICTURE}<b></b></td>`;
const heading = (label: string): string => `<th role="columnheader" scope="col">${label}</th>`;

/** Roles are written out because a phone's layout would take them from the elements. */
const TEMPLATES =
  '<template id="proxy"><tbody role="rowgroup"><tr class="px" role="row"><th colspan="8" role="rowheader" scope="rowgroup">' +
  '<button aria-expanded="true"></button> <small></small></th></tr></tbody></template>\n' +
  '<template id="row"><tr role="row"><th role="rowheader" scope="row"><button class="nm" aria-expanded="false"></button></th>' +
  '<td class="st" role="cell"><span class="pill"></span><small></small></td>' +
  `${METRICS.map(metric).join('')}<td class="ses" role="cell"></td><td class="by" role="cell"></td></tr></template>\n` +
  '<template id="more"><tr class="more" role="row"><td colspan="8" role="cell"><dl></dl><p></p></td></tr></template>\n';

const BODY =
  `<div class="tiles">${TILES.map(tile).join('')}</div>\n` +
  '<div class="bar"><input type="search" id="find" placeholder="Find a proxy or server" aria-label="Find a proxy or server">' +
  '<label><input type="checkbox" id="ill"> Only trouble</label><button id="pause" aria-pressed="false">Pause</button>' +
  '<span class="end">Pictures show the last minute</span></div>\n' +
  '<table id="table" role="table" aria-label="Proxies and servers" hidden><thead role="rowgroup"><tr role="row">' +
  ['Name', 'State', ...METRICS.map(([, label]) => label), 'Sessions', 'Sent'].map(heading).join('') +
  '</tr></thead></table>\n' +
  '<p id="none" class="empty">Nothing to show.</p>\n' +
  '<section id="log" hidden><h2>Changes since this page was opened</h2><ol id="changes" role="log"></ol></section>\n';

/**
 * `;live` and `?live`: a page that follows the proxy without being loaded again. It is the same for everybody: what it
 * shows comes from `;live.events` (data.ts), with the same rules of access. UTF-8 bytes, one code unit each.
 * @param uri `stats uri`
 */
export function renderLivePage(uri: string): string {
  const page = escapeHtml(uri);
  return (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>tsproxy live</title>\n' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n<link rel="icon" href="data:,">\n' +
    `<style>${LIVE_STYLE}</style></head>\n<body><header><h1>tsproxy</h1><span class="facts" id="facts"></span> ` +
    `<span class="facts"><a href="${page}">all figures</a></span>\n` +
    `<noscript><p>This view needs scripts; <a href="${page}">the page with all figures</a> does not.</p></noscript>` +
    `<div id="trouble" role="alert"></div></header>\n<main>${BODY}</main>\n${TEMPLATES}<script>${SCRIPT}</script></body></html>\n`
  );
}
