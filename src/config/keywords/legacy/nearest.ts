import { quoted } from './words.js';

/**
 * Today's lines that come nearest to old rules which mean something else than any of them: printed for people, to be read
 * before use. They look at one header or at the request line, where the old ones looked at every line.
 */

type Direction = 'http-request' | 'http-response';

/** `^Name:RE`, taken apart. */
function headerOf(pattern: string): { readonly name: string; readonly value: string } | undefined {
  const found = /^\^([A-Za-z0-9-]+):(?:\\? |\\s\*| \*)?(.*)$/s.exec(pattern);
  return found === null ? undefined : { name: found[1], value: found[2] };
}

const together = (rule: string, test: string, condition: string): string =>
  condition === '' ? `${rule} if ${test}` : `${rule} ${condition} ${test}`;

const regexTest = (fetch: string, pattern: string, ignoreCase: boolean): string =>
  `{ ${fetch} -m reg ${ignoreCase ? '-i ' : ''}${quoted(pattern)} }`;

/** A rule that decides when some line matches. @param rule up to its condition */
export function matchingLine(
  direction: Direction,
  rule: string,
  pattern: string,
  ignoreCase: boolean,
  condition: string,
): string[] {
  const request = direction === 'http-request';
  const header = headerOf(pattern);
  if (header !== undefined) {
    const fetch = `${request ? 'req' : 'res'}.fhdr(${header.name})`;
    if (/^(?:\.\*)?\$?$/.test(header.value)) return [together(rule, `{ ${fetch} -m found }`, condition)];
    return [together(rule, regexTest(fetch, `^${header.value}`, ignoreCase), condition)];
  }
  const line = request ? '%[method] %[url] HTTP/%[req.ver]' : 'HTTP/%[res.ver] %[status]';
  return [
    `${direction} set-var-fmt(txn.line) "${line}"`,
    together(rule, regexTest('var(txn.line)', pattern, ignoreCase), condition),
  ];
}

export function nearestDelete(direction: Direction, pattern: string, ignoreCase: boolean, condition: string): string[] {
  const names = /^(\^[^:]*):(?:\.\*)?\$?$/.exec(pattern)?.[1];
  const tail = condition === '' ? '' : ` ${condition}`;
  if (names !== undefined) return [`${direction} del-header ${quoted(`${names}$`)} -m reg${tail}`];
  const header = headerOf(pattern);
  if (header === undefined) return [`${direction} del-header NAME${tail}`];
  return matchingLine(direction, `${direction} del-header ${header.name}`, pattern, ignoreCase, condition);
}

export function nearestReplace(
  direction: Direction,
  pattern: string,
  replacement: string,
  ignoreCase: boolean,
  condition: string,
): string[] {
  const header = headerOf(pattern);
  const tail = condition === '' ? '' : ` ${condition}`;
  const flag = ignoreCase ? '(?i)' : '';
  if (header !== undefined) {
    const value = replacement.replace(/^[A-Za-z0-9-]+:\s*/, '');
    const regex = header.value === '' ? '.*' : `${flag}^${header.value}`;
    return [`${direction} replace-header ${header.name} ${quoted(regex)} ${quoted(value)}${tail}`];
  }
  if (direction === 'http-response')
    return [`http-response replace-header NAME ${quoted(flag + pattern)} VALUE${tail}`];
  return [`http-request replace-uri REGEX FORMAT${tail}`];
}
