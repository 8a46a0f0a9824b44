import { spawn } from 'node:child_process';

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
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  const code = await new Promise<number>((resolve) => {
    child.once('message', () => resolve(0));
    child.once('exit', (status) => resolve(status ?? 1));
    child.once('error', (error) => {
      process.stderr.write(`cannot start the background process: ${error.message}\n`);
      resolve(1);
    });
  });
  child.unref();
  return code;
}

/** The serving process listens: the first one may go. From now on there is no terminal to write to. */
export function daemonReady(): void {
  delete process.env[MARK];
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.send?.('listening', () => process.disconnect());
}
