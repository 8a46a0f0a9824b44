import type { HeaderBlock } from '../../../core/message.js';
import { Method } from '../../../protocol/h1/head.js';

/** Whether a cache could keep a response, as HAProxy judges it for `nocache` and `option checkcache` (manual 4.2). */
export const enum Cacheable {
  No = 0,
  /** It could, but without its cookies: `no-cache="set-cookie"`. */
  WithoutCookies = 1,
  Yes = 2,
}

/** RFC 9110 section 15.1, as far as HAProxy goes along. */
const STATUSES = new Set([200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501]);
const METHODS: readonly Method[] = [Method.Get, Method.Head, Method.Options, Method.Trace];

export function cacheability(headers: HeaderBlock, status: number, method: Method): Cacheable {
  let verdict = STATUSES.has(status) && METHODS.includes(method) ? Cacheable.Yes : Cacheable.No;
  const described = (name: string): boolean => headers.find(name) >= 0;
  let aged = described('expires') || described('etag') || described('last-modified');
  for (let at = headers.find('cache-control'); at >= 0; at = headers.find('cache-control', at + 1)) {
    for (const part of headers.value(at).split(',')) {
      const word = part.trim().toLowerCase();
      aged ||= /^(s-maxage|max-age)(?!=0$)/.test(word);
      verdict = afterDirective(word, verdict);
    }
  }
  if (headers.get('pragma')?.toLowerCase() === 'no-cache') verdict = Cacheable.No;
  // without an age or something to validate it by no cache keeps it (RFC 9111 section 4.2.2)
  return aged ? verdict : Cacheable.No;
}

/** Later directives take precedence over earlier ones. */
function afterDirective(word: string, verdict: Cacheable): Cacheable {
  switch (word) {
    case 'no-cache':
    case 'no-store':
    case 'private':
    case 'max-age=0':
    case 's-maxage=0':
      return Cacheable.No;
    case 'public':
      return Cacheable.Yes;
    default:
      return word.startsWith('no-cache="set-cookie') && verdict === Cacheable.Yes ? Cacheable.WithoutCookies : verdict;
  }
}
