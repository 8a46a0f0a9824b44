import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { App, type AppOptions, StartError } from './app.js';
import { descriptorLimit, raiseDescriptorLimit } from './base/descriptor-limit.js';
import { reportFault } from './base/fault.js';
import { label } from './config/diagnostics.js';
import type { ConfigModel } from './config/model.js';
import type { ConfigSource } from './config/read.js';
import { noListener, report, type Reporter } from './config/report.js';
import type { CommandLine } from './process/command-line.js';
import { takeSockets, type TakenSockets } from './protocol/transport/handover.js';
import { changeRoot, dropPrivileges, systemIdentity, systemRootChanger } from './process/privileges.js';
import { holdSignals, memoryText } from './process/signals.js';

/** What a configuration may ask of the environment. */
export function environmentOf(commandLine: CommandLine): Record<string, string | undefined> {
  const { localPeer, configPaths, masterWorker, masterSockets, check } = commandLine;
  const variables: Record<string, string | undefined> = {
    HAPROXY_LOCALPEER: localPeer ?? hostname(),
    HAPROXY_CFGFILES: configPaths.join(';'),
  };
  // a check has no master, as in HAProxy
  if (masterWorker !== 'no' && !check) {
    variables.HAPROXY_MWORKER = '1';
    if (masterSockets.length > 0) variables.HAPROXY_MASTER_CLI = masterSockets.map(addressOf).join(';');
  }
  return { ...variables, ...process.env };
}

/** The address of a `-S` option, as HAProxy names it: with its family. */
function addressOf(text: string): string {
  const [address] = text.split(',');
  if (address.includes('@')) return address;
  return address.startsWith('/') ? `unix@${address}` : `${address.includes('::') ? 'ipv6' : 'ipv4'}@${address}`;
}

/** What the command line says about the application. */
export function appOptions(commandLine: CommandLine): AppOptions {
  return {
    env: environmentOf(commandLine),
    offline: commandLine.offline,
    reusePort: commandLine.reusePort,
    threadEntry: process.argv[1],
    console(severity, message) {
      if (!commandLine.quiet) process.stderr.write(`${label(severity, process.pid)}${message}\n`);
    },
  };
}

/** An application that may be started, or the exit code. */
export type Prepared = { readonly app: App } | { readonly exitCode: number };

/**
 * Reads a configuration, prints what is wrong with it, and finds its addresses.
 * @param print for stderr. @param silent only what is fatal is printed: a master has printed the rest
 */
export async function prepare(
  sources: readonly ConfigSource[],
  commandLine: CommandLine,
  reporter: Reporter,
  options: AppOptions,
  { silent = false, print = toStderr }: { readonly silent?: boolean; readonly print?: (text: string) => void } = {},
): Promise<Prepared> {
  const app = new App(sources, options);
  const { global } = app.model;
  for (const warning of unfulfilled(commandLine, app.model)) app.diagnostics.warning(undefined, warning);
  app.limit(commandLine.maxconn, commandLine.proxyMaxconn);
  await app.resolve(commandLine.ignoreResolveFailures);
  const zeroWarning = reporter.zeroWarning || global.zeroWarning;
  const { text, fatal } = report(app.diagnostics, { ...reporter, zeroWarning });
  // `quiet` is about messages, never about errors (HAProxy's global `quiet` hides those too).
  if (fatal || !(silent || commandLine.quiet || global.quiet)) {
    if (!app.announceDiagnostics()) print(text);
  }
  app.startupLogs = text;
  if (fatal) return { exitCode: 1 };
  if (app.listenerCount === 0) {
    print(noListener(process.pid));
    return { exitCode: 1 };
  }
  return { app };
}

const toStderr = (text: string): void => void process.stderr.write(text);

/** Options that are understood but whose wish is not fulfilled, each with what happens instead. */
function unfulfilled({ masterWorker, masterSockets, transferSocket }: CommandLine, model: ConfigModel): string[] {
  const warnings: string[] = [];
  const alone = masterWorker === 'no' && !model.global.masterWorker;
  if (alone && masterSockets.length > 0) {
    warnings.push('-S: without -W there is no master process, so its socket is not opened');
  }
  if (alone && model.programs.length > 0) {
    warnings.push("'program' sections: without -W there is no master process to start them");
  }
  if (!alone && transferSocket !== undefined) {
    warnings.push('-x has no effect with a master process: it holds the listening sockets itself');
  }
  return warnings;
}

/**
 * `-x`: listening sockets of the process that this one replaces.
 * @returns undefined when that process does not answer, which has been said
 */
export async function takeOver(path: string): Promise<TakenSockets | undefined> {
  try {
    return await takeSockets(path);
  } catch {
    complain(`Failed to connect to the old process socket '${path}'`, 'warning');
    complain('Failed to get the sockets from the old process!');
    return undefined;
  }
}

export function complain(message: string, severity: 'alert' | 'warning' = 'alert'): void {
  process.stderr.write(`${label(severity, process.pid)}${message}\n`);
}

/** What differs between a process on its own and a worker. */
export interface Conditions {
  /** Where the process id is written before root is given up; undefined = nowhere. */
  readonly pidfile: string | undefined;
  /** The ports are its own to give back (SIGTTOU); a worker's are its master's. */
  readonly ownsPorts: boolean;
  /** All ports are open; the rights are still those of the start. */
  onOpen(): void;
  /** It serves. */
  onListening(): void;
}

/** Serves until the soft stop is over. @returns the exit code */
export async function serveUntilStopped(app: App, commandLine: CommandLine, conditions: Conditions): Promise<number> {
  const { global } = app.model;
  const obey = holdSignals();
  const problem =
    raiseLimits(app) ??
    (await open(app, commandLine.oldProcesses?.pids ?? [])) ??
    opened(conditions) ??
    writePidfile(conditions.pidfile) ??
    changeRoot(global, systemRootChanger()) ??
    dropPrivileges(global, systemIdentity());
  if (problem !== undefined) {
    complain(problem);
    app.stop();
    return 1;
  }
  surviveFaults();
  const stopped = new Promise<void>((resolve) => {
    obey({
      stopSoftly: () => void app.stopSoftly().then(resolve),
      dumpState: () => app.dumpState(),
      dumpMemory: () => void process.stderr.write(memoryText()),
      pause: () => void (conditions.ownsPorts && app.pause()),
      resume: () => void (conditions.ownsPorts && app.resume()),
    });
  });
  signalOldProcesses(commandLine);
  conditions.onListening();
  // while its ports are lent (SIGTTOU) nothing else keeps the process alive
  const alive = setInterval(() => undefined, LONG);
  await stopped;
  clearInterval(alive);
  return 0;
}

function opened(conditions: Conditions): undefined {
  conditions.onOpen();
}

/** @returns what must not be, in HAProxy's words */
function raiseLimits(app: App): string | undefined {
  const limit = descriptorLimit();
  const needed = app.neededDescriptors;
  if (limit === undefined || needed <= limit || raiseDescriptorLimit(needed)) return undefined;
  const text = `[haproxy.main()] Cannot raise FD limit to ${needed}, limit is ${limit}.`;
  if (app.model.global.strictLimits) return text;
  complain(text, 'warning');
  return undefined;
}

/** A timer's longest time, ms. */
const LONG = 0x7fff_ffff;

/** How long an older process is given to let go of its ports: HAProxy tries for two seconds. */
const TAKEOVER = 2000;

/**
 * Opens all ports. Those that an older process has it is asked to give back; it goes on listening if that was in vain
 * (management manual 4).
 * @returns what went wrong
 */
async function open(app: App, old: readonly number[]): Promise<string | undefined> {
  const deadline = performance.now() + TAKEOVER;
  let asked = false;
  try {
    await app.start(async () => {
      if (old.length === 0 || performance.now() > deadline) return false;
      if (!asked) signal(old, 'SIGTTOU');
      asked = true;
      // the shorter, the fewer clients find nobody at the port
      await delay(1);
      return true;
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    if (asked) signal(old, 'SIGTTIN');
    for (const message of error.messages) complain(message);
    return '[haproxy.main()] Some protocols failed to start their listeners! Exiting.';
  }
}

/** @returns what went wrong, in HAProxy's words */
export function writePidfile(path: string | undefined): string | undefined {
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
  surviveBrokenStderr();
  process.on('uncaughtException', (error) => reportFault('the event loop', error));
  process.on('unhandledRejection', (error) => reportFault('a promise', error));
}

/** As HAProxy: what nobody reads any more is lost. Unheard, each report of a broken pipe would cause the next. */
export function surviveBrokenStderr(): void {
  process.stderr.on('error', () => undefined);
}

/** `-sf`, `-st`: the old processes may go now. */
export function signalOldProcesses({ oldProcesses }: CommandLine): void {
  if (oldProcesses !== undefined) signal(oldProcesses.pids, oldProcesses.signal);
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It is gone already, which is all that was wanted.
    }
  }
}
