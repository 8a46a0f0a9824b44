import type { HeaderBlock } from '../../core/message.js';

/**
 * Values of header fields, one by one: whole fields (`fhdr`) or their comma-separated members (`hdr`).
 * A comma inside double quotes does not separate.
 */

/** End of the member that begins at `start`: the next comma outside of quotes, or the end. */
function memberEnd(value: string, start: number): number {
  const comma = value.indexOf(',', start);
  const quote = value.indexOf('"', start);
  if (quote < 0 || (comma >= 0 && comma < quote)) return comma < 0 ? value.length : comma;
  let quoted = false;
  for (let index = start; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === 34) quoted = !quoted;
    else if (code === 92 && quoted) index++;
    else if (code === 44 && !quoted) return index;
  }
  return value.length;
}

/** @returns whether `accept` took one of the values of the fields called `name` ('' = all fields) */
export function someValue(
  headers: HeaderBlock,
  name: string,
  whole: boolean,
  accept: (value: string) => boolean,
): boolean {
  for (let at = nextField(headers, name, 0); at >= 0; at = nextField(headers, name, at + 1)) {
    const value = headers.value(at);
    if (whole || !value.includes(',')) {
      if (accept(trimmed(value))) return true;
      continue;
    }
    for (let start = 0; start <= value.length;) {
      const end = memberEnd(value, start);
      if (accept(value.slice(start, end).trim())) return true;
      start = end + 1;
    }
  }
  return false;
}

/** Rules may have set a value with blanks around it, which belong to the line but not to the value (RFC 9110, 5.5). */
function trimmed(value: string): string {
  return isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1))
    ? value.replace(/^[ \t]+|[ \t]+$/g, '')
    : value;
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

function nextField(headers: HeaderBlock, name: string, from: number): number {
  if (name !== '') return headers.find(name, from);
  return from < headers.count ? from : -1;
}

export function countValues(headers: HeaderBlock, name: string, whole: boolean): number {
  let count = 0;
  someValue(headers, name, whole, () => {
    count++;
    return false;
  });
  return count;
}

/**
 * One value by its position.
 * @param occurrence from 1, or from -1 for the last
 */
export function valueAt(headers: HeaderBlock, name: string, whole: boolean, occurrence: number): string | undefined {
  if (name !== '' && (occurrence === 1 || occurrence === -1)) {
    // Nearly all headers come once and hold no list.
    const first = headers.find(name);
    if (first < 0) return undefined;
    const value = headers.value(first);
    if ((whole || !value.includes(',')) && (occurrence === 1 || headers.find(name, first + 1) < 0))
      return trimmed(value);
  }
  const values: string[] = [];
  someValue(headers, name, whole, (value) => {
    values.push(value);
    return values.length === occurrence;
  });
  return occurrence > 0 ? values[occurrence - 1] : values[values.length + occurrence];
}
