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

/** @param pid the process id that HAProxy prints in parentheses */
export function renderDiagnostic(entry: Diagnostic, pid: number): string {
  const head = `${LABEL[entry.severity].padEnd(10)} (${pid}) : config : `;
  if (entry.span === undefined) return head + entry.message + hintLine(entry.hint);
  const { source, column, length } = entry.span;
  const caret = source.text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ') + '^'.repeat(Math.max(1, length));
  return (
    `${head}parsing [${source.file}:${source.line}] : ${entry.message}\n` +
    `  --> ${source.file}:${source.line}:${column}\n` +
    `   | ${source.text}\n` +
    `   | ${caret}` +
    hintLine(entry.hint)
  );
}

function hintLine(hint: string | undefined): string {
  return hint === undefined ? '' : `\n   = ${hint}`;
}
