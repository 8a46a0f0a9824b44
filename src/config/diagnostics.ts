import { toText } from './environment.js';

/**
 * What is wrong with a configuration, gathered so that one run shows everything. Rendered in HAProxy's format (tools
 * match its first line), followed by the place and the line with a caret.
 */

/** As HAProxy's: an alert refuses the file, a warning and a notice do not, `diag` appears only with -dD. */
export type Severity = 'alert' | 'warning' | 'notice' | 'diag';

export interface SourceLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line as written, without its end. */
  readonly text: string;
}

/** A stretch of one source line. */
export interface Span {
  readonly source: SourceLine;
  /** From 1. */
  readonly column: number;
  readonly length: number;
}

export interface Diagnostic {
  readonly severity: Severity;
  /** HAProxy's wording where it has one. */
  readonly message: string;
  /** undefined for what concerns no line. */
  readonly span: Span | undefined;
  /** What to write instead, or where to read on. */
  readonly hint: string | undefined;
}

export class Diagnostics {
  readonly list: Diagnostic[] = [];

  get alerts(): number {
    return this.list.filter((entry) => entry.severity === 'alert').length;
  }

  alert(span: Span | undefined, message: string, hint?: string): void {
    this.list.push({ severity: 'alert', message, span, hint });
  }

  warning(span: Span | undefined, message: string, hint?: string): void {
    this.list.push({ severity: 'warning', message, span, hint });
  }

  notice(span: Span | undefined, message: string, hint?: string): void {
    this.list.push({ severity: 'notice', message, span, hint });
  }

  diag(span: Span | undefined, message: string, hint?: string): void {
    this.list.push({ severity: 'diag', message, span, hint });
  }
}

/** Thrown by a keyword's parser to give up its line; the reader records it and goes on with the next line. */
export class ConfigError extends Error {
  constructor(
    readonly span: Span | undefined,
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

const LABEL: Record<Severity, string> = { alert: '[ALERT]', warning: '[WARNING]', notice: '[NOTICE]', diag: '[DIAG]' };

/** What HAProxy writes in front of a message. */
export function label(severity: Severity, pid: number): string {
  return `${LABEL[severity].padEnd(10)} (${pid}) : `;
}

/** One complaint with its place. @param pid the process id that HAProxy prints in parentheses */
export function renderDiagnostic(entry: Diagnostic, pid: number): string {
  const head = `${label(entry.severity, pid)}config : `;
  if (entry.span === undefined) return head + printable(entry.message) + hintLine(entry.hint);
  const { source, column } = entry.span;
  return (
    `${head}parsing [${source.file}:${source.line}] : ${printable(entry.message)}\n` +
    `  --> ${source.file}:${source.line}:${toText(source.text.slice(0, column - 1)).length + 1}\n` +
    excerpt(entry.span) +
    hintLine(entry.hint)
  );
}

/** Widest part of a line that is shown. */
const WIDTH = 160;
/** How much of it stands before the place pointed at. */
const BEFORE = 60;

/** The line, or the part of a very long one around the place, and a caret below what is meant. */
function excerpt({ source, column, length }: Span): string {
  const { text } = source;
  const start = text.length <= WIDTH || column <= BEFORE ? 0 : wholeCharacter(text, column - BEFORE);
  const end = wholeCharacter(text, Math.min(text.length, start + WIDTH));
  const ellipsis = start > 0 ? '...' : '';
  const shown = ellipsis + printable(text.slice(start, end)) + (end < text.length ? '...' : '');
  const before = ellipsis + printable(text.slice(start, column - 1));
  const marked = printable(text.slice(column - 1, Math.min(end, column - 1 + length)));
  const caret = '^'.repeat(Math.max(1, columns(marked)));
  return `   | ${shown}\n   | ${before.replaceAll(/[^\t]/gu, (character) => ' '.repeat(columns(character)))}${caret}`;
}

/** The next place at which no UTF-8 sequence is cut in two. */
function wholeCharacter(text: string, from: number): number {
  let at = from;
  while ((text.charCodeAt(at) & 0xc0) === 0x80 && at < text.length) at++;
  return at;
}

/** Bytes as people read them; control characters would play with the terminal. */
function printable(bytes: string): string {
  return toText(bytes).replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '?');
}

/** Cells of a terminal that a text takes: East Asian characters take two. */
function columns(text: string): number {
  let cells = 0;
  for (const character of text) cells += WIDE.test(character) ? 2 : /\p{Mn}/u.test(character) ? 0 : 1;
  return cells;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function hintLine(hint: string | undefined): string {
  return hint === undefined ? '' : `\n   = ${toText(hint)}`;
}
