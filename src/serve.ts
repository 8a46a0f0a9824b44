import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { reportFault } from './base/fault.js';
import { App, load, type LoadedConfiguration, StartError } from './app.js';
import { label } from './config/diagnostics.js';
import type { ConfigSource } from './config/read.js';
import { checkVerdict, noListener, report, type Reporter } from './config/report.js';
import type { CommandLine } from './process/command-line.js';
import { daemonReady, isDaemonChild, startDaemon } from './process/daemon.js';
import { keywordClasses } from './process/inventory/index.js';
import { keywordDump } from './process/keyword-dump.js';
import { dropPrivileges, systemIdentity } from './process/privileges.js';

const environment = (commandLine: CommandLine): Record<string, string | undefined> => ({
  HAPROXY_LOCALPEER: commandLine.localPeer,
  ...process.env,
});

/** Options that are understood but whose wish is not fulfilled, each with what happens instead. */
function unfulfilled({ masterWorker, masterSockets, transferSocket }: CommandLine): string[] {
  const warnings: string[] = [];
  if (masterWorker !== 'no') {
    warnings.push('-W: there is no master process yet: this process serves by itself, and SIGUSR2 does not reload it');
  }
  if (masterSockets.length > 0) warnings.push('-S: there is no master process yet, so its socket is not opened');
  if (transferSocket !== undefined) {
    warnings.push('-x: listening sockets are not taken over from the other process: this one opens its own');
  }
  return warnings;
}

/** Checks or runs a configuration. @returns the exit code; with a running proxy only when it has stopped */
export async function serve(
  sources: readonly ConfigSource[],
  commandLine: CommandLine,
  reporter: Reporter,
): Promise<number> {
  const options = { env: environment(commandLine), offline: commandLine.offline };
  if (commandLine.check || commandLine.keywordClasses.length > 0)
    return check(load(sources, options), commandLine, reporter);
  if (!isDaemonChild() && wantsDaemon(load(sources, options), commandLine)) return startDaemon();
  const app = new App(sources, { ...options, console: consoleOf(commandLine), threadEntry: process.argv[1] });
  for (const warning of unfulfilled(commandLine)) app.diagnostics.warning(undefined, warning);
  app.limit(commandLine.maxconn, commandLine.proxyMaxconn);
  await app.resolve(commandLine.ignoreResolveFailures);
  const { global } = app.model;
  const { text, fatal } = report(app.diagnostics, {
    ...reporter,
    zeroWarning: reporter.zeroWarning || global.zeroWarning,
  });
  app.startupLogs = text;
  // `quiet` is about messages, never about errors (HAProxy's global `quiet` hides those too).
  if (fatal || !(commandLine.quiet || global.quiet)) process.stderr.write(text);
  if (fatal) return 1;
  if (app.listenerCount === 0) {
    process.stderr.write(noListener(process.pid));
    return 1;
  }
  return run(app, commandLine);
}

function wantsDaemon({ model }: LoadedConfiguration, { daemon, foreground, debug }: CommandLine): boolean {
  return (daemon || model.global.daemon) && !foreground && !debug;
}

function consoleOf({ quiet }: CommandLine): (severity: 'alert' | 'warning', message: string) => void {
  return (severity, message) => {
    if (!quiet) process.stderr.write(`${label(severity, process.pid)}${message}\n`);
  };
}

function check(loaded: LoadedConfiguration, commandLine: CommandLine, reporter: Reporter): number {
  const { diagnostics, runtime, model } = loaded;
  const result = report(diagnostics, { ...reporter, zeroWarning: reporter.zeroWarning || model.global.zeroWarning });
  if (result.fatal || !commandLine.quiet) process.stderr.write(result.text);
  if (commandLine.keywordClasses.length > 0) {
    const { text, unknown } = keywordDump(commandLine.keywordClasses, keywordClasses);
    process.stdout.write(text);
    for (const name of unknown) process.stderr.write(`unknown keyword class '${name}'\n`);
  }
  if (!commandLine.check) return result.fatal ? 1 : 0;
  const listeners = runtime.frontends.reduce((sum, frontend) => sum + frontend.listeners.length, 0);
  const verdict = checkVerdict(result, listeners, commandLine.quiet);
  process.stdout.write(verdict.text);
  return verdict.exitCode;
}

async function run(app: App, commandLine: CommandLine): Promise<number> {
  const complain = (message: string): void => void process.stderr.write(`${label('alert', process.pid)}${message}\n`);
  try {
    await app.start();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    for (const message of error.messages) complain(message);
    complain('[haproxy.main()] Some protocols failed to start their listeners! Exiting.');
    return 1;
  }
  const problem = writePidfile(app, commandLine) ?? dropPrivileges(app.model.global, systemIdentity());
  if (problem !== undefined) {
    complain(problem);
    app.stop();
    return 1;
  }
  surviveFaults();
  signalOldProcesses(commandLine);
  if (commandLine.verbose) for (const line of app.addresses()) process.stdout.write(`${line}\n`);
  if (isDaemonChild()) daemonReady();
  await softStopped(app);
  return 0;
}

function writePidfile(app: App, commandLine: CommandLine): string | undefined {
  // As in HAProxy a file named on the command line is written in the foreground too, one of the configuration is not.
  const path = commandLine.pidfile ?? (isDaemonChild() ? app.model.global.pidfile : undefined);
  if (path === undefined) return undefined;
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o644 });
    return undefined;
  } catch {
    return `[haproxy.main()] Cannot create pidfile ${path}`;
  }
}

/** What nobody caught is a bug, but not the end of everybody else's connections. */
function surviveFaults(): void {
  process.on('uncaughtException', (error) => reportFault('the event loop', error));
  process.on('unhandledRejection', (error) => reportFault('a promise', error));
}

/** `-sf`, `-st`: the old processes may go now. */
function signalOldProcesses({ oldProcesses }: CommandLine): void {
  for (const pid of oldProcesses?.pids ?? []) {
    try {
      process.kill(pid, oldProcesses?.signal);
    } catch {
      // It is gone already, which is all that was wanted.
    }
  }
}

/**
 * Runs until SIGUSR1 and the end of all sessions. SIGTERM and SIGINT are left to the system: they end the program at once,
 * with the exit status that says so, as they do HAProxy's.
 */
function softStopped(app: App): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGUSR1', () => {
      void stopSoftly(app).then(resolve);
    });
    process.on('SIGHUP', () => app.dumpState());
  });
}

async function stopSoftly(app: App): Promise<void> {
  await delay(app.model.global.grace ?? 0);
  await app.drain();
}
