import { constants } from 'node:os';

/** How a process ended, as a shell counts: its exit code, or 128 and the signal's number. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
}

/** libc's names (strsignal) of the signals that end processes. */
const SIGNAL_TEXTS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Floating point exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
};

/** `143 (Terminated)`, `1 (Exit)`: as HAProxy's master reports it. */
export function statusText(status: number): string {
  const number = status - 128;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number);
  if (number <= 0 || signal === undefined) return `${status} (Exit)`;
  return `${status} (${SIGNAL_TEXTS[signal[0] as NodeJS.Signals] ?? signal[0]})`;
}

/** Ends that are no failure: by itself, by SIGINT, by SIGTERM. */
export function isOrderly(status: number): boolean {
  return status === 0 || status === 130 || status === 143;
}
