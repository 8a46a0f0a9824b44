/** What a person sees of a statistics page, row by row, without tooltips: enough to compare two pages. */
export interface SeenCell {
  readonly tag: 'td' | 'th';
  readonly colspan: number;
  readonly text: string;
}
export interface SeenRow {
  readonly className: string;
  readonly cells: readonly SeenCell[];
}

/** Rows of all tables of class `tbl`, in order. */
export function seenRows(html: string): SeenRow[] {
  const visible = html.replaceAll(/<div class="?tips"?>.*?<\/div>/gs, '').replaceAll(/\r?\n/g, '');
  return [...visible.matchAll(/<table class="tbl".*?<\/table>/g)].flatMap(([table]) =>
    [...table.matchAll(/<tr([^>]*)>(.*?)<\/tr>/g)].map(([, attributes, inside]) => ({
      className: attribute(attributes, 'class'),
      cells: cellsOf(inside),
    })),
  );
}

function cellsOf(row: string): SeenCell[] {
  return [...row.matchAll(/<(td|th)\b([^>]*)>(.*?)<\/\1>/g)].map(([, tag, attributes, inside]) => ({
    tag: tag === 'td' ? 'td' : 'th',
    colspan: Number(attribute(attributes, 'colspan') || 1),
    text: textOf(inside),
  }));
}

function attribute(text: string, name: string): string {
  return new RegExp(String.raw`\b${name}=(?:"([^"]*)"|'([^']*)'|([^\s>]+))`).exec(text)?.slice(1).find(Boolean) ?? '';
}

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();
}
