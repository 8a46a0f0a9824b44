import { type Diagnostics, label, renderDiagnostic } from './diagnostics.js';

/** What the report says about the program itself. */
export interface Reporter {
  readonly pid: number;
  /** `0.1.0` */
  readonly version: string;
  /** Path of the program, as HAProxy tells it before its first complaint. */
  readonly executable: string;
  /** -dD: shows suspicious statements too. */
  readonly diagnosticMode: boolean;
  /** -dW or `zero-warning`: a warning is fatal. */
  readonly zeroWarning: boolean;
}

export interface Report {
  /** For stderr; '' or complete lines. */
  readonly text: string;
  /** Nothing may be started. */
  readonly fatal: boolean;
  readonly warned: boolean;
}

/** All that a configuration brought up, as HAProxy prints it: who speaks, the complaints, and what follows from them. */
export function report({ list }: Diagnostics, reporter: Reporter): Report {
  const lines: string[] = [];
  let introduced = false;
  const introduce = (): void => {
    if (!introduced) lines.push(...introduction(reporter));
    introduced = true;
  };
  for (const entry of list) {
    if (entry.severity === 'diag' && !reporter.diagnosticMode) continue;
    if (entry.severity === 'alert' || entry.severity === 'warning') introduce();
    lines.push(renderDiagnostic(entry, reporter.pid));
  }
  const alerts = list.filter(({ severity }) => severity === 'alert');
  const warned = list.some(({ severity }) => severity === 'warning');
  lines.push(...closing(alerts, warned, reporter));
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    fatal: alerts.length > 0 || (warned && reporter.zeroWarning),
    warned,
  };
}

/** HAProxy's two notices before its first warning or alert. */
export function introduction({ pid, version, executable }: Pick<Reporter, 'pid' | 'version' | 'executable'>): string[] {
  const head = label('notice', pid);
  return [`${head}tsproxy version is ${version}`, `${head}path to executable is ${executable}`];
}

function closing(alerts: Diagnostics['list'], warned: boolean, { pid, zeroWarning }: Reporter): string[] {
  const head = `${label('alert', pid)}config : `;
  if (alerts.length === 0) {
    return warned && zeroWarning ? [`${head}Some warnings were found and 'zero-warning' is set. Aborting.`] : [];
  }
  const files = new Set(alerts.flatMap(({ span }) => (span === undefined ? [] : [span.source.file])));
  return [
    ...[...files].map((file) => `${head}Error(s) found in configuration file : ${file}`),
    `${head}Fatal errors found in configuration.`,
  ];
}

/** How `-c` ends. */
export interface CheckVerdict {
  /** For stdout, '' under -q. */
  readonly text: string;
  /** 0 = valid, 1 = not, 2 = valid but without a listener. */
  readonly exitCode: 0 | 1 | 2;
}

/** What `-c` prints and answers after the report. @param listeners number of addresses of enabled proxies */
export function checkVerdict({ fatal, warned }: Report, listeners: number, quiet: boolean): CheckVerdict {
  if (fatal) return { text: '', exitCode: 1 };
  const lines = warned ? ['Warnings were found.'] : [];
  if (listeners === 0) lines.push('Configuration file has no error but will not start (no listener) => exit(2).');
  else lines.push('Configuration file is valid');
  return { text: quiet ? '' : lines.map((line) => `${line}\n`).join(''), exitCode: listeners === 0 ? 2 : 0 };
}

/** HAProxy's complaint when it is started without anything to listen on; it exits with 1 then. */
export function noListener(pid: number): string {
  return `${label('alert', pid)}[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.\n`;
}
