import type { Cursor } from '../../cursor.js';
import type { ParseContext, ProxyKeyword, ProxySection } from '../../keyword.js';
import type { ProxyModel } from '../../model.js';

export interface ProxyKeywordDraft extends Omit<ProxyKeyword, 'sections'> {
  /** Which capability a section needs (manual 4.1); in a section without it HAProxy warns and ignores the line. */
  readonly side: 'frontend' | 'backend' | 'both';
  /** False where `defaults` sections refuse it. */
  readonly defaults: boolean;
  /** Replaces the warning for a section without the capability. */
  readonly ignored?: (proxy: ProxyModel) => string;
  /** True where HAProxy reads over further words without a complaint: they are a warning here. */
  readonly extraIgnored?: boolean;
}

const ALL: readonly ProxySection[] = ['defaults', 'frontend', 'listen', 'backend'];

/**
 * A keyword of proxy sections. The whole line must be understood: words left over are a complaint. A line in a
 * section that lacks the side it belongs to is a warning, as in HAProxy.
 */
export function proxyKeyword(draft: ProxyKeywordDraft): ProxyKeyword {
  const { side, defaults, ignored, extraIgnored, parse, ...facts } = draft;
  return {
    ...facts,
    side,
    sections: defaults ? ALL : ALL.filter((section) => section !== 'defaults'),
    parse(words: Cursor, proxy: ProxyModel, context: ParseContext) {
      if (lacks(proxy, side)) {
        words.warn(ignored?.(proxy) ?? ignoredText(facts.name, proxy));
        words.rest();
        return;
      }
      parse(words, proxy, context);
      if (extraIgnored === true) ignoreExtra(words);
      words.end();
    },
  };
}

/** Takes what is left of the line, with a warning that it means nothing. */
export function ignoreExtra(words: Cursor): void {
  const extra = words.peek();
  if (extra === undefined) return;
  words.warn(
    `'${words.label}' : '${words
      .rest()
      .map((word) => word.text)
      .join(' ')}' means nothing here and is ignored`,
    extra,
  );
}

/** True when `proxy` has not the side a keyword needs. `listen` and `defaults` have both. */
export function lacks(proxy: ProxyModel, side: 'frontend' | 'backend' | 'both'): boolean {
  return (side === 'frontend' && proxy.kind === 'backend') || (side === 'backend' && proxy.kind === 'frontend');
}

/** HAProxy's warning for a line in a section without the capability. */
export function ignoredText(name: string, proxy: ProxyModel): string {
  return `'${name}' ignored because ${proxy.kind} '${proxy.name}' has no ${missingSide(proxy)} capability.`;
}

export function missingSide(proxy: ProxyModel): 'frontend' | 'backend' {
  return proxy.kind === 'backend' ? 'frontend' : 'backend';
}
