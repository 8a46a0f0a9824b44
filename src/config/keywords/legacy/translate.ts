/**
 * What the old `req*` and `rsp*` directives (removed in 2.1) say in today's rules. They worked on whole lines of the
 * message head, `Name: value` or the request line. Only what means exactly the same is translated.
 */

export interface Translation {
  /** Words behind `http-request` or `http-response`. */
  readonly rule: readonly string[];
}

/** `reqadd 'Name: value'` -> `add-header Name value`; undefined when there is no name. */
export function translateAdd(line: string): Translation | undefined {
  const parts = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*?)\s*$/s.exec(line);
  if (parts === null) return undefined;
  return { rule: ['add-header', parts[1], asFormat(parts[2])] };
}

/** `reqdel ^Name:.*` -> `del-header Name`: only a pattern that is one name and takes any value. */
export function translateDelete(pattern: string): Translation | undefined {
  const name = /^\^([A-Za-z0-9-]+):(?:(?: ?|\\ ?)\.?\*?\$?|\\s\*|.?\.\*\$?)$/.exec(pattern)?.[1];
  return name === undefined ? undefined : { rule: ['del-header', name] };
}

/**
 * `reqrep ^Name:\ RE Name:\ STR` -> `replace-header Name RE STR`, and the request line's path:
 * `reqrep ^([^\ ]*)\ /old/(.*) \1\ /new/\2` -> `replace-uri ^/old/(.*) /new/\1`.
 * @param ignoreCase the `i` forms
 * @param request false for responses, which have no URI
 */
export function translateReplace(
  pattern: string,
  replacement: string,
  ignoreCase: boolean,
  request: boolean,
): Translation | undefined {
  return (
    header(pattern, replacement, ignoreCase) ?? (request ? requestLine(pattern, replacement, ignoreCase) : undefined)
  );
}

function header(pattern: string, replacement: string, ignoreCase: boolean): Translation | undefined {
  const from = /^\^([A-Za-z0-9-]+):(?:\\? ?\*?|\\s\*|\[ \\t\]\*)(.*)$/s.exec(pattern);
  const to = /^([A-Za-z0-9-]+):\s*(.*)$/s.exec(replacement);
  if (from === null || to === null || from[1].toLowerCase() !== to[1].toLowerCase()) return undefined;
  if (/^[?+{]/.test(from[2])) return undefined; // a quantifier of the blank: not cut off cleanly
  return { rule: ['replace-header', from[1], regex(`^${from[2]}`, ignoreCase), asFormat(to[2])] };
}

/**
 * The first group is the method, the last one everything to the end of the line. A first group that takes colons could
 * also match a header line whose value begins like the path; such a line was never meant.
 */
function requestLine(pattern: string, replacement: string, ignoreCase: boolean): Translation | undefined {
  const from =
    /^\^?\((?:\[\^\\? :?\]\*|\[\^\\? :?\]\+|\[\^\\?:?\\? \]\*|GET\|POST|\\w\+)\)(?:\\? |\\s)(.*\(\.\*\)\$?)$/s.exec(
      pattern,
    );
  const to = /^\\1\\? (.*)$/s.exec(replacement);
  if (from === null || to === null) return undefined;
  const [target, uri] = [from[1], to[1]];
  const groups = countGroups(target);
  const tail = `\\${groups + 1}`;
  // the last group holds ' HTTP/1.1' too: it must come last on both sides and nowhere else, and no blank in between
  if (!uri.endsWith(tail) || uri.slice(0, -tail.length).includes(tail) || uri.includes(' ')) return undefined;
  if (/ |\\1(?!\d)/.test(uri) || target.slice(0, -4).includes(' ') || target.includes('\\ ')) return undefined;
  const shifted = uri.replaceAll(/\\(\d)/g, (_match, digit: string) => `\\${Number(digit) - 1}`);
  return { rule: ['replace-uri', regex(`^${target}`, ignoreCase), asFormat(shifted)] };
}

/** Capturing groups of a pattern. */
function countGroups(pattern: string): number {
  return [...pattern.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?)/gs)].filter(([text]) => text === '(').length;
}

const regex = (pattern: string, ignoreCase: boolean): string => (ignoreCase ? `(?i)${pattern}` : pattern);

/** Old strings were literal; `%` begins a variable in today's formats. */
const asFormat = (text: string): string => text.replaceAll('%', '%%');
