/** Parts of a request target (manual 7.3.6). */

/** From the first slash of the path to the end, query included; undefined when the target has no path. */
export function pathWithQuery(target: string): string | undefined {
  if (target.charCodeAt(0) === 47) return target;
  const authority = target.indexOf('://');
  if (authority < 0) return undefined;
  const slash = target.indexOf('/', authority + 3);
  return slash < 0 ? undefined : target.slice(slash);
}

export function pathOf(target: string): string | undefined {
  const path = pathWithQuery(target);
  if (path === undefined) return undefined;
  const mark = path.indexOf('?');
  return mark < 0 ? path : path.slice(0, mark);
}

/** What follows the first question mark; undefined without one. */
export function queryOf(target: string): string | undefined {
  const mark = target.indexOf('?');
  return mark < 0 ? undefined : target.slice(mark + 1);
}

/** Host and port of an absolute or authority target, or undefined. */
export function authorityOf(target: string): string | undefined {
  const scheme = target.indexOf('://');
  const start = scheme < 0 ? 0 : scheme + 3;
  if (scheme < 0 && (target.startsWith('/') || target === '*')) return undefined;
  const end = target.slice(start).search(/[/?]/);
  return end < 0 ? target.slice(start) : target.slice(start, start + end);
}

/**
 * Visits the parameters called `name` ('' = all) of a query, in order.
 * @param delimiters characters that end a parameter
 * @returns the first value that `accept` takes, or undefined
 */
export function findParameter(
  query: string,
  name: string,
  delimiters: string,
  accept: (value: string) => boolean,
): string | undefined {
  let start = 0;
  while (start <= query.length) {
    let end = start;
    while (end < query.length && !delimiters.includes(query[end])) end++;
    const equals = query.indexOf('=', start);
    const nameEnd = equals < 0 || equals > end ? end : equals;
    const found =
      equals >= 0 &&
      equals < end &&
      (name === '' || (nameEnd - start === name.length && query.startsWith(name, start)));
    if (found) {
      const value = query.slice(nameEnd + 1, end);
      if (accept(value)) return value;
    }
    start = end + 1;
  }
  return undefined;
}
