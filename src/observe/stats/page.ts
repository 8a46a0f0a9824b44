import { pageTitle, renderHead, type HeadView } from './html/head.js';
import type { RowStyle } from './html/rows.js';
import { STYLE } from './html/style.js';
import { renderProxy } from './html/table.js';
import type { ProxyRows } from './rows.js';

/** The page in HTML, as UTF-8 bytes one code unit each. */
export function renderPage(view: HeadView, proxies: readonly ProxyRows[], style: RowStyle): string {
  let html =
    '<!DOCTYPE html>\n<html lang="en"><head>' +
    `<title>${pageTitle(view)}</title>\n` +
    '<meta charset="utf-8">\n<link rel="icon" href="data:,">\n' +
    `<style>${STYLE}</style></head>\n<body>` +
    renderHead(view);
  for (const proxy of proxies) html += renderProxy(proxy, style);
  return html + '</body></html>\n';
}
