/**
 * Cookies in the lines of Cookie and Set-Cookie fields, edited as HAProxy does it: what is not touched keeps its bytes,
 * but for white space around an equals sign.
 *
 *      $Version=1; a = 1 ; SRV=x; $Path=/ ; b
 *      └─ piece ┘ └piece┘ └piece┘└─ piece ┘└┘   pieces end at `;` or `,` outside of a value's quotes
 */

/** What becomes of a cookie: it stays, it is taken out, or it gets another value. */
export type Verdict = 'keep' | 'delete' | { readonly value: string };

/** Decides about one cookie. @param pair `name=value` without white space around either */
export type Judge = (name: string, value: string, pair: string) => Verdict;

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Position of the equals sign, -1 = it has none and is no cookie. */
  readonly equals: number;
}

function isSeparator(code: number): boolean {
  return code === 59 || code === 44;
}

/** The piece that begins at `start`. Only values have quotes. */
function pieceAt(line: string, start: number): Piece {
  let equals = -1;
  let quoted = false;
  let at = start;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (quoted && code === 92) at++;
    else if (code === 34 && equals >= 0) quoted = !quoted;
    else if (code === 61 && equals < 0) equals = at;
    else if (!quoted && isSeparator(code)) break;
  }
  return { start, end: Math.min(at, line.length), equals };
}

/**
 * Shows every cookie of a Cookie field's value to `judge`.
 * @returns the value as it is to be sent; undefined = nothing is left of the field
 */
export function editCookies(line: string, judge: Judge): string | undefined {
  let out = '';
  /** Separator before a deleted run of pieces, '' at the beginning of the line; undefined = nothing is being deleted. */
  let run: string | undefined = undefined;
  let kept = false;
  let separator = '';
  for (let start = 0; start <= line.length;) {
    const piece = pieceAt(line, start);
    const text = line.slice(piece.start, piece.end);
    const isAttribute = text.trimStart().startsWith('$');
    const edited = piece.equals < 0 || isAttribute ? text : judged(text, piece.equals - piece.start, judge);
    if (edited === undefined) run ??= separator;
    else if (!(isAttribute && run !== undefined)) {
      out = run === undefined ? out + separator + edited : joined(out, run, edited);
      run = undefined;
      // a `$Version` alone is no reason to send the field
      kept ||= !isAttribute;
    }
    separator = line.charAt(piece.end);
    start = piece.end + 1;
  }
  const result = run === undefined ? out : out.trimEnd();
  return kept && (result !== '' || line === '') ? result : undefined;
}

/** Closes the gap that deleted pieces leave. */
function joined(before: string, separator: string, after: string): string {
  const rest = after.trimStart();
  return separator === '' ? rest : `${before.trimEnd()}${separator} ${rest}`;
}

/** The piece after the judgement, undefined = deleted. */
function judged(text: string, equals: number, judge: Judge): string | undefined {
  const name = text.slice(0, equals).trim();
  const value = text.slice(equals + 1).trim();
  const verdict = judge(name, value, `${name}=${value}`);
  if (verdict === 'delete') return undefined;
  const lead = text.slice(0, text.length - text.trimStart().length);
  const tail = text.slice(text.trimEnd().length);
  return `${lead}${name}=${verdict === 'keep' ? value : verdict.value}${value === '' ? '' : tail}`;
}

/** Likewise for a Set-Cookie field, whose first pair is the cookie (RFC 6265 section 4.1). @returns undefined = delete the field */
export function editSetCookie(line: string, judge: Judge): string | undefined {
  const piece = pieceAt(line, 0);
  if (piece.equals < 0) return line;
  const edited = judged(line.slice(0, piece.end), piece.equals, judge);
  return edited === undefined ? undefined : edited + line.slice(piece.end);
}

/** The end of the cookie that begins at `start`, attributes and all: Set-Cookie2 fields have several, behind commas (RFC 2965). */
function commaAfter(line: string, start: number): number {
  let quoted = false;
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (quoted && code === 92) at++;
    else if (code === 34) quoted = !quoted;
    else if (code === 44 && !quoted) return at;
  }
  return line.length;
}

/** Likewise for a Set-Cookie2 field. */
export function editSetCookie2(line: string, judge: Judge): string | undefined {
  let out: string | undefined = undefined;
  let gap = false;
  for (let start = 0; start <= line.length;) {
    const end = commaAfter(line, start);
    const edited = editSetCookie(line.slice(start, end), judge);
    if (edited === undefined) gap = true;
    else {
      out =
        out === undefined
          ? gap
            ? edited.trimStart()
            : edited
          : `${out},${gap ? ' ' : ''}${gap ? edited.trimStart() : edited}`;
      gap = false;
    }
    start = end + 1;
  }
  return out;
}
