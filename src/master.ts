import { RuntimeSockets, SocketProblem } from './admin/socket/sockets.js';
import { label } from './config/diagnostics.js';
import { loadSources } from './config/load.js';
import type { ConfigModel } from './config/model.js';
import { introduction, type Reporter } from './config/report.js';
import { CliLevel } from './core/cli.js';
import type { CommandLine } from './process/command-line.js';
import { daemonReady } from './process/daemon.js';
import { COMPATIBLE_VERSION } from './observe/stats/info.js';
import { MasterCli } from './process/master/cli/master-cli.js';
import { readMasterSockets } from './process/master/cli/sockets.js';
import { type Blueprint, Master } from './process/master/master.js';
import { notifier } from './process/master/notify.js';
import { on } from './process/signals.js';
import { chooseTransport } from './protocol/transport/index.js';
import type { App } from './app.js';
import { appOptions, prepare, signalOldProcesses, surviveBrokenStderr, writePidfile } from './run.js';

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
  surviveBrokenStderr();
  const { pidfile } = first.model.global;
  const voice = new Voice(commandLine, reporter);
  const notify = commandLine.masterWorker === 'systemd' ? notifier(process.env['NOTIFY_SOCKET']) : () => undefined;
  if (typeof notify === 'string') voice.say('warning', `-Ws: ${notify}`);
  let prepared: Blueprint | undefined = blueprintOf(first, sources);
  const master = new Master({
    async load() {
      const ready = prepared ?? (await loadAgain(commandLine, reporter, voice));
      prepared = undefined;
      return ready;
    },
    say: (severity, message) => voice.say(severity, message),
    introduceAgain: () => voice.introduceAgain(),
    notify: typeof notify === 'string' ? () => undefined : notify,
    background,
  });
  obey(master);
  const sockets = await openSockets(master, commandLine, voice);
  if (sockets === undefined) return 1;
  const exitCode = await master.start();
  if (exitCode === undefined) {
    const problem = writePidfile(commandLine.pidfile ?? pidfile);
    if (problem === undefined) {
      signalOldProcesses(commandLine);
      if (background) daemonReady();
    } else {
      voice.say('alert', problem);
      master.fail(1);
    }
  }
  const status = exitCode ?? (await master.finished);
  sockets.abort();
  return status;
}

/** `-S`. @returns undefined when one cannot be opened, which has been said */
async function openSockets(
  master: Master,
  { masterSockets }: CommandLine,
  voice: Voice,
): Promise<RuntimeSockets | undefined> {
  const read = readMasterSockets(masterSockets, process.env);
  if ('why' in read) {
    voice.print(read.why);
    return undefined;
  }
  const cli = new MasterCli({
    master,
    version: COMPATIBLE_VERSION,
    sockets: read.sockets.map(({ bind }) => ({ address: bind.addresses[0].text, level: bind.level ?? 'admin' })),
    startupLog: () => voice.startupLog,
  });
  const sockets = new RuntimeSockets({
    sockets: read.sockets,
    // a client of the master may be silent for as long as it likes
    timeout: 0,
    maxconn: undefined,
    bufferSize: undefined,
    execute: cli.execute,
    prompt: cli.prompt,
    uptime: () => performance.now() - master.startedAt,
    onSession: () => undefined,
    level: CliLevel.Admin,
    owner: 'proxy MASTER',
  });
  try {
    await sockets.open(chooseTransport());
    return sockets;
  } catch (error) {
    if (!(error instanceof SocketProblem)) throw error;
    voice.say('alert', error.message);
    voice.say('alert', '[haproxy.main()] Some protocols failed to start their listeners! Exiting.');
    return undefined;
  }
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
async function loadAgain(commandLine: CommandLine, reporter: Reporter, voice: Voice): Promise<Blueprint | undefined> {
  voice.startupLog = '';
  const loaded = loadSources(commandLine.configPaths);
  if (!loaded.ok) {
    voice.say('alert', loaded.why);
    return undefined;
  }
  const { sources } = loaded;
  const print = (text: string): void => voice.print(text);
  const prepared = await prepare(sources, commandLine, reporter, appOptions(commandLine), { print });
  return 'app' in prepared ? blueprintOf(prepared.app, sources) : undefined;
}

/** What the master says on stderr. Who speaks is said before the first warning of each configuration. */
class Voice {
  /** What was said since the configuration was last read. */
  startupLog = '';
  #introduced = false;

  constructor(
    private readonly commandLine: CommandLine,
    private readonly reporter: Reporter,
  ) {}

  introduceAgain(): void {
    this.#introduced = false;
  }

  /** A report on a configuration, which introduces itself. */
  print(text: string): void {
    if (text !== '') this.#introduced = true;
    this.startupLog += text;
    process.stderr.write(text);
  }

  say(severity: 'alert' | 'warning' | 'notice', message: string): void {
    if (this.commandLine.quiet && severity !== 'alert') return;
    const lines = severity === 'notice' || this.#introduced ? [] : introduction(this.reporter);
    this.#introduced ||= severity !== 'notice';
    const text = [...lines, `${label(severity, process.pid)}${message}`, ''].join('\n');
    this.startupLog += text;
    process.stderr.write(text);
  }
}

/** The master's signals (management manual 4). Those about ports concern processes that have their own. */
function obey(master: Master): void {
  const reload = (): void => void master.reload();
  on('SIGUSR2', reload);
  on('SIGHUP', reload);
  for (const signal of ['SIGUSR1', 'SIGTERM', 'SIGINT'] as const) on(signal, () => master.stop(signal));
  for (const signal of ['SIGQUIT', 'SIGTTOU', 'SIGTTIN'] as const) on(signal, () => undefined);
}
