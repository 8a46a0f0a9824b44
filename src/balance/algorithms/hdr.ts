import type { StreamContext } from '../../core/stream.js';
import { defineAlgorithm } from '../algorithm.js';
import { hashedText } from '../hashed.js';

interface HdrArgs {
  /** Lower case. */
  readonly name: string;
  readonly domainOnly: boolean;
}

export const hdr = defineAlgorithm<HdrArgs>({
  name: 'hdr',
  manual: '4.2',
  summary: 'hash of a request header',
  http: true,
  dynamicWeights: 'hash',
  parse(words, argument) {
    if (argument === '') words.fail('balance hdr requires an http header field name.', words.keyword);
    const modifier = words.peek();
    const domainOnly = words.take('use_domain_only');
    if (modifier !== undefined && !domainOnly) {
      words.fail(
        `balance hdr(${argument}) only accepts 'use_domain_only' modifier (got '${modifier.text}').`,
        modifier,
      );
    }
    return { name: argument.toLowerCase(), domainOnly };
  },
  create: ({ name, domainOnly }, context) =>
    hashedText('hdr', context, (stream: StreamContext) => {
      const field = stream.request?.headers.get(name);
      const value = field === undefined ? undefined : firstValue(field);
      // an empty value is none
      if (value === undefined || value === '') return undefined;
      return domainOnly ? mainDomain(value) : value;
    }),
});

/** The first of the comma-separated values of a field; commas in quotes do not separate. */
export function firstValue(field: string): string {
  if (!field.includes(',')) return field;
  let quoted = false;
  for (let i = 0; i < field.length; i++) {
    const char = field[i];
    if (char === '"') quoted = !quoted;
    else if (char === '\\' && quoted) i++;
    else if (char === ',' && !quoted) return field.slice(0, i).replace(/[ \t]+$/, '');
  }
  return field;
}

/**
 * `1wt` of `haproxy.1wt.eu`: what stands between the last two dots; all before the dot when there is one; else all.
 * A dot at the very beginning, or right before the last one, counts as part of the name, as in HAProxy.
 */
export function mainDomain(host: string): string {
  const top = host.lastIndexOf('.');
  if (top <= 0) return host;
  const start = top < 2 ? 0 : host.lastIndexOf('.', top - 2) + 1;
  return host.slice(start, top);
}
