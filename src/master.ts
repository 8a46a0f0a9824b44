import { label } from './config/diagnostics.js';
import { loadSources } from './config/load.js';
import type { ConfigModel } from './config/model.js';
import { introduction, type Reporter } from './config/report.js';
import type { CommandLine } from './process/command-line.js';
import { daemonReady } from './process/daemon.js';
import { type Blueprint, Master, type MasterHost } from './process/master/master.js';
import { notifier } from './process/master/notify.js';
import { on } from './process/signals.js';
import type { App } from './app.js';
import { appOptions, complain, prepare, signalOldProcesses, writePidfile } from './run.js';

/**
 * Master-worker mode. @param first the application that was read to learn that this mode is wanted
 * @returns the exit code
 */
export async function superviseWorkers(
  first: App,
  sources: Blueprint['sources'],
  commandLine: CommandLine,
  reporter: Reporter,
  background: boolean,
): Promise<number> {
  const { pidfile } = first.model.global;
  const notify = commandLine.masterWorker === 'systemd' ? notifier(process.env['NOTIFY_SOCKET']) : () => undefined;
  if (typeof notify === 'string') complain(`-Ws: ${notify}`, 'warning');
  let prepared: Blueprint | undefined = blueprintOf(first, sources);
  const speaking = voice(commandLine, reporter);
  const master = new Master({
    async load() {
      const ready = prepared ?? (await loadAgain(commandLine, reporter));
      prepared = undefined;
      if (ready === undefined) speaking.introduced();
      return ready;
    },
    ...speaking,
    notify: typeof notify === 'string' ? () => undefined : notify,
    background,
  });
  obey(master);
  const problem = writePidfile(commandLine.pidfile ?? pidfile);
  if (problem !== undefined) {
    complain(problem);
    return 1;
  }
  const failed = await master.start();
  if (failed !== undefined) return failed;
  signalOldProcesses(commandLine);
  if (background) daemonReady();
  return master.finished;
}

function blueprintOf(app: App, sources: Blueprint['sources']): Blueprint {
  const { global, programs } = app.model;
  const sockets = app.wantedSockets();
  const blueprint = {
    sources,
    sockets,
    sameNumber: namedDescriptors(app.model),
    programs,
    noExitOnFailure: global.noExitOnFailure,
    maxReloads: global.maxReloads,
  };
  app.stop();
  return blueprint;
}

/** Descriptors of `log fd@5` and its like. */
function namedDescriptors({ global, proxies }: ConfigModel): number[] {
  const logs = [...global.logs, ...proxies.flatMap((proxy) => proxy.logs)];
  return logs.flatMap((log) => ('target' in log && log.target.kind === 'fd' ? [log.target.fd] : []));
}

/** A reload: the files as they are now. */
async function loadAgain(commandLine: CommandLine, reporter: Reporter): Promise<Blueprint | undefined> {
  const loaded = loadSources(commandLine.configPaths);
  if (!loaded.ok) {
    const lines = [...introduction(reporter), `${label('alert', process.pid)}${loaded.why}`, ''];
    process.stderr.write(lines.join('\n'));
    return undefined;
  }
  const { sources } = loaded;
  const prepared = await prepare(sources, commandLine, reporter, appOptions(commandLine));
  return 'app' in prepared ? blueprintOf(prepared.app, sources) : undefined;
}

/** Prints what the master says; who speaks is said before the first warning of each configuration. */
function voice(
  { quiet }: CommandLine,
  reporter: Reporter,
): Pick<MasterHost, 'say' | 'introduceAgain'> & { introduced(): void } {
  let introduced = false;
  return {
    introduced: () => void (introduced = true),
    introduceAgain: () => void (introduced = false),
    say(severity, message) {
      if (quiet && severity !== 'alert') return;
      const lines = severity === 'notice' || introduced ? [] : introduction(reporter);
      introduced ||= severity !== 'notice';
      process.stderr.write([...lines, `${label(severity, process.pid)}${message}`, ''].join('\n'));
    },
  };
}

/** The master's signals (management manual 4). Those about ports concern processes that have their own. */
function obey(master: Master): void {
  const reload = (): void => void master.reload();
  on('SIGUSR2', reload);
  on('SIGHUP', reload);
  for (const signal of ['SIGUSR1', 'SIGTERM', 'SIGINT'] as const) on(signal, () => master.stop(signal));
  for (const signal of ['SIGQUIT', 'SIGTTOU', 'SIGTTIN'] as const) on(signal, () => undefined);
}
