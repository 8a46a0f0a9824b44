import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/**
 * `-D` and `daemon` (management manual 3). Node cannot fork, so the program starts itself again, detached: the first
 * process waits until the second one listens, passes its messages on, and answers with its exit code.
 */
const MARK = 'TSPROXY_DAEMON_CHILD';

/** True in the process that is to serve. */
export function isDaemonChild(): boolean {
  return process.env[MARK] !== undefined;
}

/** Starts the serving process. @returns the exit code for this one: 0 once it listens */
export async function startDaemon(): Promise<number> {
  const [script, ...args] = process.argv.slice(1);
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  const told = Promise.all([passOn(child.stdout, process.stdout), passOn(child.stderr, process.stderr)]);
  const code = await new Promise<number>((resolve) => {
    child.once('message', () => resolve(0));
    child.once('exit', (status) => resolve(status ?? 1));
    child.once('error', (error) => {
      process.stderr.write(`cannot start the background process: ${error.message}\n`);
      resolve(1);
    });
  });
  // Both pipes end when the serving process leaves the terminal, or the world.
  await told;
  child.unref();
  return code;
}

async function passOn(from: Readable | null, to: NodeJS.WriteStream): Promise<void> {
  if (from === null) return;
  from.pipe(to, { end: false });
  await finished(from, { cleanup: true }).catch(() => undefined);
}

/** The serving process listens: the first one may go. From now on there is no terminal to write to. */
export function daemonReady(): void {
  process.send?.('listening', () => {
    process.disconnect();
    leaveTerminal();
  });
}

/** What is written to standard output and error goes nowhere from now on. */
export function leaveTerminal(): void {
  for (const fd of [1, 2]) {
    closeSync(fd);
    // The lowest free number is the one that was just closed.
    openSync('/dev/null', 'w');
  }
}
