import { load, type LoadedConfiguration } from './app.js';
import { type ConfigSource, readConfiguration } from './config/read.js';
import { checkVerdict, report, type Reporter } from './config/report.js';
import { superviseWorkers } from './master.js';
import type { CommandLine } from './process/command-line.js';
import { daemonReady, isDaemonChild, startDaemon } from './process/daemon.js';
import { keywordClasses } from './process/inventory/index.js';
import { keywordDump } from './process/keyword-dump.js';
import { Succession } from './process/succession.js';
import type { TakenSockets } from './protocol/transport/handover.js';
import { socketKey } from './protocol/transport/held.js';
import { appOptions, environmentOf, prepare, serveUntilStopped, takeOver } from './run.js';
import { listenerCount } from './state/compile.js';

/** Checks or runs a configuration. @returns the exit code; with a running proxy only when it has stopped */
export async function serve(
  sources: readonly ConfigSource[],
  commandLine: CommandLine,
  reporter: Reporter,
): Promise<number> {
  if (commandLine.check || commandLine.keywordClasses.length > 0) {
    const options = { env: environmentOf(commandLine), offline: commandLine.offline };
    return check(load(sources, options), commandLine, reporter);
  }
  const background = isDaemonChild();
  if (!background && mayBeDaemon(sources, commandLine)) return startDaemon();
  const succession = new Succession();
  const taken = await socketsOfFormer(commandLine, succession);
  if (taken === undefined) return 1;
  const options = { ...appOptions(commandLine), inherited: taken.descriptors };
  const prepared = await prepare(sources, commandLine, reporter, options);
  if ('exitCode' in prepared) return prepared.exitCode;
  const { app } = prepared;
  const { global } = app.model;
  if (commandLine.masterWorker !== 'no' || global.masterWorker) {
    taken.closeOthers(new Set());
    return superviseWorkers(app, sources, commandLine, reporter, background);
  }
  return serveUntilStopped(app, commandLine, {
    // As in HAProxy a file named on the command line is written in the foreground too, one of the configuration is not.
    pidfile: commandLine.pidfile ?? (background ? global.pidfile : undefined),
    ownsPorts: true,
    onOpen() {
      const offer = succession.prepare();
      if (offer !== undefined) app.offerPorts(offer);
    },
    onListening() {
      taken.closeOthers(new Set(app.wantedSockets().map(({ spec }) => socketKey(spec))));
      if (commandLine.verbose) for (const line of app.addresses()) process.stdout.write(`${line}\n`);
      if (background) daemonReady();
    },
  });
}

/** Listening sockets of the process that this one replaces. @returns undefined when that has failed, which has been said */
async function socketsOfFormer(
  { transferSocket, oldProcesses }: CommandLine,
  succession: Succession,
): Promise<TakenSockets | undefined> {
  return transferSocket === undefined ? succession.take(oldProcesses?.pids ?? []) : takeOver(transferSocket);
}

/** A configuration is read to learn whether it says `daemon` only when it can: what is compiled is compiled once. */
function mayBeDaemon(sources: readonly ConfigSource[], { daemon, foreground, debug, ...rest }: CommandLine): boolean {
  if (foreground || debug) return false;
  if (daemon) return true;
  const options = { env: environmentOf({ daemon, foreground, debug, ...rest }), offline: rest.offline };
  return readConfiguration(sources, options).model.global.daemon;
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
  const listeners = listenerCount(model, runtime.frontends);
  const verdict = checkVerdict(result, listeners, commandLine.quiet);
  process.stdout.write(verdict.text);
  return verdict.exitCode;
}
