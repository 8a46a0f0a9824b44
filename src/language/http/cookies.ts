import type { HeaderBlock } from '../../core/message.js';

/**
 * Visits cookies called `name` ('' = all): those of `cookie` fields, or of `set-cookie` fields, where only the first
 * pair of a field is a cookie and the rest are its attributes.
 * @returns whether `accept` took one
 */
export function someCookie(
  headers: HeaderBlock,
  response: boolean,
  name: string,
  accept: (value: string) => boolean,
): boolean {
  const field = response ? 'set-cookie' : 'cookie';
  for (let at = headers.find(field); at >= 0; at = headers.find(field, at + 1)) {
    const line = headers.value(at);
    for (let start = 0; start < line.length;) {
      const end = pairEnd(line, start);
      const equals = line.indexOf('=', start);
      if (equals >= 0 && equals < end && (name === '' || line.slice(start, equals).trim() === name)) {
        if (accept(line.slice(equals + 1, end).trim())) return true;
      }
      if (response) break;
      start = end + 1;
    }
  }
  return false;
}

/** Names of all cookies, in order. */
export function cookieNames(headers: HeaderBlock, response: boolean): string[] {
  const field = response ? 'set-cookie' : 'cookie';
  const names: string[] = [];
  for (let at = headers.find(field); at >= 0; at = headers.find(field, at + 1)) {
    const line = headers.value(at);
    for (let start = 0; start < line.length;) {
      const end = pairEnd(line, start);
      const equals = line.indexOf('=', start);
      if (equals >= 0 && equals < end) names.push(line.slice(start, equals).trim());
      if (response) break;
      start = end + 1;
    }
  }
  return names;
}

/** End of a name=value pair: the next semicolon (or comma, in old lists) outside of quotes. */
function pairEnd(line: string, start: number): number {
  let quoted = false;
  for (let index = start; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code === 34) quoted = !quoted;
    else if (!quoted && (code === 59 || code === 44)) return index;
  }
  return line.length;
}
