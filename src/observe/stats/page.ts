import { pageTitle, renderHead, type HeadView } from './html/head.js';
import type { RowStyle } from './html/rows.js';
import { STYLE } from './html/style.js';
import { writeProxy } from './html/table.js';
import type { ProxyRows } from './rows.js';
import { TextWriter } from './writer.js';

/** The page in HTML, as UTF-8 bytes one code unit each. */
export function renderPage(view: HeadView, proxies: Iterable<ProxyRows>, style: RowStyle): string {
  const page = new TextWriter();
  page.add('<!DOCTYPE html>\n<html lang="en"><head>');
  page.add(`<title>${pageTitle(view)}</title>\n<meta charset="utf-8">\n<link rel="icon" href="data:,">\n`);
  page.add(`<style>${STYLE}</style></head>\n<body>`);
  page.add(renderHead(view));
  for (const proxy of proxies) writeProxy(page, proxy, style);
  page.add('</body></html>\n');
  return page.toString();
}
