import { setTimeout as delay } from 'node:timers/promises';
import { clock } from './base/clock.js';
import { setFaultHandler } from './base/fault.js';
import { systemClock } from './checks/timing.js';
import { Check } from './checks/index.js';
import { Diagnostics } from './config/diagnostics.js';
import type { ConfigModel, ProxyModel } from './config/model.js';
import { COMPATIBILITY_VERSION } from './config/version.js';
import { type ConfigSource, readConfiguration, type ReadOptions } from './config/read.js';
import { BE, FE } from './core/counters.js';
import { LogLevel, type ProxyLogger } from './core/log.js';
import { ListenError, type TransportProvider } from './core/transport.js';
import { Checkpoint } from './language/checkpoint.js';
import { Acceptor, type Session } from './listener/acceptor.js';
import { bindListener, bindProblem, listenSpec } from './listener/bind.js';
import { Logs, lostLogs } from './observe/log/index.js';
import { compileAccessRules } from './observe/stats/access-rules.js';
import { ProcessGauges } from './observe/stats/gauges.js';
import { createStatsService } from './observe/stats/service.js';
import { adminCommands } from './admin/commands/index.js';
import type { AdminContext } from './admin/context.js';
import { createServerAdmin } from './admin/server-admin.js';
import { CommandTable, execute } from './admin/socket/interpreter.js';
import type { SessionEnvironment } from './admin/socket/session.js';
import { RuntimeSockets, SocketProblem } from './admin/socket/sockets.js';
import { dumpState } from './observe/state-dump.js';
import type { WantedSocket } from './process/master/assignment.js';
import { inheriting, reusingPorts } from './protocol/transport/held.js';
import { chooseTransport } from './protocol/transport/index.js';
import { compileConditionLines } from './rules/lines.js';
import { type Engine, ProcessRate } from './session/engine.js';
import { CheckScheduler } from './state/check-scheduler.js';
import { compileBackendCheck } from './state/compile-checks.js';
import { type CompiledProxy, type CompiledRuntime, compileRuntime, listenerCount } from './state/compile.js';
import { neededDescriptors } from './state/capacity.js';
import type { LogFormats } from './state/compile-log.js';
import { ThreadedRate } from './state/figures.js';
import type { Frontend, Listener } from './state/frontend.js';
import { Health } from './state/health.js';
import { HealthAdmin } from './state/health-admin.js';
import { HealthObserver } from './state/health-observe.js';
import { resolveServers } from './upstream/addresses.js';
import { placementListener } from './upstream/health-listener.js';
import { setUpUpstreams } from './upstream/setup.js';

export type { ConfigSource } from './config/read.js';
export { renderDiagnostic } from './config/diagnostics.js';

export interface AppOptions extends ReadOptions {
  /** Forces a transport; undefined = the best that this Node offers (TSPROXY_TRANSPORT). */
  readonly transport?: 'handle' | 'socket';
  /** False: a TCP port is opened only if nobody else has it (`-dR`). Node.js before 22.12 knows no other way. */
  readonly reusePort?: boolean;
  /** Descriptors of listening sockets that are there already, by socketKey(). */
  readonly inherited?: ReadonlyMap<string, number>;
  /** State changes of servers, which HAProxy prints on stderr too. */
  readonly console?: (severity: 'alert' | 'warning', message: string) => void;
}

/** A configuration, read and compiled: everything that can be known before a port is opened. */
export interface LoadedConfiguration {
  readonly model: ConfigModel;
  /** Do not start it when there are alerts. */
  readonly diagnostics: Diagnostics;
  readonly runtime: CompiledRuntime;
  /** Environment variables as the configuration left them. */
  readonly env: ReadonlyMap<string, string | undefined>;
}

const SILENT_LOGGER: ProxyLogger = { active: false, stream() {}, event() {} };

/** Reads and compiles configuration files. All problems are in `diagnostics`; nothing is opened. */
export function load(sources: readonly ConfigSource[], options: AppOptions): LoadedConfiguration {
  return compile(sources, options, () => SILENT_LOGGER);
}

function compile(
  sources: readonly ConfigSource[],
  options: AppOptions,
  createLogger: (model: ConfigModel, proxy: ProxyModel, formats: LogFormats) => ProxyLogger,
): LoadedConfiguration {
  const { model, diagnostics, env } = readConfiguration(sources, options);
  const runtime = compileRuntime(model, diagnostics, {
    offline: options.offline,
    version: COMPATIBILITY_VERSION,
    now: Date.now(),
    env: (name) => env.get(name),
    createLogger: (proxy, formats) => createLogger(model, proxy, formats),
  });
  for (const { backend, scopes } of runtime.proxies) {
    if (backend !== undefined) backend.checkPlan = compileBackendCheck(backend, scopes, diagnostics);
  }
  if (!options.offline) for (const { span, message } of lostLogs(model)) diagnostics.warning(span, message);
  return { model, diagnostics, runtime, env };
}

/** The start failed; `messages` are HAProxy's. */
export class StartError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(messages.join('\n'));
  }
}

/** A running proxy. */
export class App {
  readonly runtime: CompiledRuntime;
  readonly model: ConfigModel;
  readonly diagnostics: Diagnostics;
  private readonly logs: Logs;
  private readonly health: Health;
  private readonly scheduler: CheckScheduler;
  private readonly acceptors: Acceptor[] = [];
  private readonly engine: Engine;
  private readonly gauges: ProcessGauges;
  private readonly sockets: RuntimeSockets;
  /** Carries out a line of the runtime API (management manual 9.3) and changes the session as it says. */
  command!: SessionEnvironment['execute'];
  /** TCP ports may be shared with another process of ours. */
  private readonly reusePort: boolean;
  /** The command line set `maxconn`. */
  private limited = false;
  private paused = false;
  private stopPools: () => void = () => undefined;
  private stopped: Promise<void> | undefined = undefined;
  private whenIdle: (() => void) | undefined = undefined;

  /** Reads and compiles; look at `diagnostics` before start(). */
  constructor(sources: readonly ConfigSource[], options: AppOptions) {
    let logs: Logs | undefined = undefined;
    const loaded = compile(sources, options, (model, proxy, formats) => {
      logs ??= new Logs(model.global, process.pid, () => Date.now());
      return logs.createLogger(proxy, formats);
    });
    this.model = loaded.model;
    this.diagnostics = loaded.diagnostics;
    this.runtime = loaded.runtime;
    this.logs = logs ?? new Logs(loaded.model.global, process.pid, () => Date.now());
    this.reusePort = options.reusePort !== false && !loaded.model.global.noReusePort;
    const chosen = chooseTransport(options.transport);
    const transports = inheriting(this.reusePort ? reusingPorts(chosen) : chosen, options.inherited ?? new Map());
    this.engine = createEngine(this.runtime, transports);
    this.health = new Health({
      clock: systemClock,
      listener: placementListener(() => this.sessions()),
      console: options.console ?? (() => undefined),
    });
    const { global } = this.model;
    this.scheduler = new CheckScheduler({
      clock: systemClock,
      health: this.health,
      random: Math.random,
      spreadChecks: global.spreadChecks,
      maxSpreadChecks: global.maxSpreadChecks,
      node: this.runtime.process.node,
    });
    this.gauges = new ProcessGauges(this.runtime, () => clock.now());
    this.sockets = this.createSockets(loaded.env);
    for (const proxy of this.runtime.proxies) this.addStats(proxy);
    for (const proxy of this.runtime.proxies) this.addChecks(proxy, transports);
  }

  /** `stats socket` lines (manual 3.1). */
  private createSockets(env: LoadedConfiguration['env']): RuntimeSockets {
    const { global } = this.model;
    const context: AdminContext = {
      runtime: this.runtime,
      health: this.health,
      admin: new HealthAdmin(this.health),
      gauges: this.gauges,
      frontends: {
        pause: (frontend) => this.acceptorOf(frontend)?.suspend(),
        resume: (frontend) => this.acceptorOf(frontend)?.revive(),
        stop: (frontend) => this.acceptorOf(frontend)?.shut(),
        makeRoom: () => this.makeRoom(),
      },
      sessions: () => this.sessions(),
      env,
      date: () => Date.now(),
      now: () => clock.now(),
    };
    const table = new CommandTable(adminCommands);
    this.command = (session, line, payload) => execute(table, context, session, line, payload);
    const { process: facts } = this.runtime;
    return new RuntimeSockets({
      sockets: global.statsSockets,
      timeout: global.statsTimeout,
      maxconn: global.statsMaxconn,
      bufferSize: global.tune.get('tune.bufsize'),
      execute: (session, line, payload) => this.command(session, line, payload),
      uptime: () => Date.now() - facts.startDate,
      onSession() {
        facts.countConnection();
        facts.countRequest();
      },
    });
  }

  private acceptorOf(frontend: Frontend): Acceptor | undefined {
    return this.acceptors.find((acceptor) => acceptor.frontend === frontend);
  }

  private addStats({ model, frontend, backend, scopes }: CompiledProxy): void {
    const { stats } = model;
    if (stats === undefined || !stats.enabled || model.mode !== 'http') return;
    const places =
      (frontend === undefined ? 0 : Checkpoint.FrontendRequestHeader) |
      (backend === undefined ? 0 : Checkpoint.BackendRequestHeader);
    const scope = scopes.at(places);
    const service = createStatsService(this.runtime, model, stats, {
      gauges: this.gauges,
      adminConditions: compileConditionLines(stats.admin, scope, places),
      accessRules: compileAccessRules(stats.httpRequest, scope),
      admin: createServerAdmin(this.health, () => this.sessions()),
      errorReplies: (frontend ?? (backend as NonNullable<typeof backend>)).errorReplies,
    });
    if (frontend !== undefined) frontend.services = [service];
    if (backend !== undefined) backend.services = [service];
  }

  private addChecks({ backend }: CompiledProxy, provider: TransportProvider): void {
    if (backend === undefined) return;
    const { checkPlan } = backend;
    if (checkPlan !== undefined) this.scheduler.add(backend, new Check(checkPlan, { provider, clock: systemClock }));
    if (backend.servers.some((server) => server.model.observe !== undefined)) {
      const observer = new HealthObserver(this.health, (server) => this.scheduler.hurry(server));
      backend.onTraffic = (server, ok, layer) => observer.report(server, ok, layer);
    }
  }

  /** `-n` and `-N`: limits of connections from the command line; 0 = as configured. */
  limit(maxconn: number, proxyMaxconn: number): void {
    const { process: facts, frontends } = this.runtime;
    if (maxconn > 0) facts.maxconn = maxconn;
    this.limited ||= maxconn > 0;
    if (proxyMaxconn === 0) return;
    for (const frontend of frontends) if (frontend.model.maxconn === undefined) frontend.maxconn = proxyMaxconn;
  }

  /**
   * Finds the addresses that names stand for; complaints go to `diagnostics`.
   * @param tolerant `-dr`: what does not resolve is in maintenance instead of an alert
   */
  async resolve(tolerant = false): Promise<void> {
    await resolveServers(this.runtime, this.diagnostics, tolerant);
  }

  /** Where to point a browser or a client, one line for each address. */
  addresses(): string[] {
    return this.runtime.frontends.flatMap((frontend) =>
      frontend.listeners.flatMap((listener) => {
        const shown = listener.address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^:::/, '[::1]:');
        if (frontend.mode !== 'http') return [`${frontend.name} listens on ${shown}`];
        const { stats } = frontend.model;
        const page = stats?.enabled === true ? [`${frontend.name} statistics on http://${shown}${stats.uri}`] : [];
        return [`${frontend.name} listens on http://${shown}/`, ...page];
      }),
    );
  }

  /** SIGHUP: the state of all proxies and servers, printed and into the log (management manual 4). */
  dumpState(): void {
    dumpState(this.runtime.proxies, (text) => this.health.environment.console('warning', text));
  }

  /** All addresses that start() opens, for a master process that opens them instead. */
  wantedSockets(): WantedSocket[] {
    const ports = this.runtime.frontends.flatMap(({ listeners }) =>
      listeners.map((listener) => {
        const spec = listenSpec(listener);
        return { spec, problem: (code: string) => bindProblem(listener, new ListenError(code, spec)) };
      }),
    );
    return [...ports, ...this.sockets.wanted()].map(({ spec, problem }) => ({
      spec: { ...spec, reusePort: this.reusePort },
      problem,
    }));
  }

  /** Descriptors that the configuration asks for; 0 = takes what there is. */
  get neededDescriptors(): number {
    const { model, runtime, limited } = this;
    const maxconn = model.global.maxconn ?? (limited ? runtime.process.maxconn : undefined);
    return neededDescriptors(model.global, maxconn, listenerCount(model, runtime.frontends));
  }

  /** SIGTTOU: gives the TCP ports back, for another process to take. What is connected goes on. */
  pause(): void {
    if (this.paused || this.runtime.process.stopping) return;
    this.paused = true;
    for (const acceptor of this.acceptors) {
      acceptor.release();
      this.health.environment.console('warning', `Paused frontend ${acceptor.frontend.name}.`);
    }
  }

  /** SIGTTIN: the other process did not take them, so they are opened again. */
  async resume(): Promise<void> {
    if (!this.paused || this.runtime.process.stopping) return;
    this.paused = false;
    for (const acceptor of this.acceptors) {
      const problems = await this.reopen(acceptor);
      for (const problem of problems) this.health.environment.console('alert', problem);
      if (problems.length === 0) {
        this.health.environment.console('warning', `Resumed frontend ${acceptor.frontend.name}.`);
      }
    }
  }

  private async reopen(acceptor: Acceptor): Promise<string[]> {
    if (acceptor.frontend.disabled) return [];
    return this.openPorts(acceptor, (listener) => listener.bindAddress.kind === 'ip');
  }

  /** @returns what went wrong */
  private async openPorts(acceptor: Acceptor, which: (listener: Listener) => boolean): Promise<string[]> {
    const problems: string[] = [];
    for (const listener of acceptor.frontend.listeners.filter(which)) {
      try {
        await bindListener(acceptor, listener, this.engine.transports);
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        problems.push(bindProblem(listener, error));
      }
    }
    return problems;
  }

  /**
   * Opens all ports, then begins to check servers.
   * @throws StartError when one cannot be opened; nothing is left open then, and it may be tried again
   */
  async start(): Promise<void> {
    setFaultHandler((where, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`[ALERT]    (${process.pid}) : internal error in ${where}: ${text}\n`);
    });
    const problems: string[] = [];
    for (const frontend of this.runtime.frontends) {
      const acceptor = new Acceptor(
        frontend,
        this.engine,
        () => this.makeRoom(),
        () => this.whenIdle?.(),
      );
      this.acceptors.push(acceptor);
      problems.push(...(await this.openPorts(acceptor, () => true)));
    }
    try {
      await this.sockets.open(this.engine.transports);
    } catch (error) {
      if (!(error instanceof SocketProblem)) throw error;
      problems.push(error.message);
    }
    if (problems.length > 0) {
      this.closeListeners();
      this.acceptors.length = 0;
      this.sockets.close();
      throw new StartError(problems);
    }
    this.stopPools = setUpUpstreams(this.runtime);
    for (const backend of this.runtime.backends) this.health.begin(backend);
    this.gauges.start();
    this.scheduler.start();
  }

  private sessions(): Session[] {
    return this.acceptors.flatMap(({ sessions }) => [...sessions]);
  }

  /** Number of addresses that the configuration listens on. */
  get listenerCount(): number {
    return this.runtime.frontends.reduce((sum, frontend) => sum + frontend.listeners.length, 0);
  }

  private makeRoom(): void {
    for (const acceptor of this.acceptors) acceptor.makeRoom();
  }

  private closeListeners(): void {
    for (const acceptor of this.acceptors) acceptor.close();
  }

  /**
   * Soft stop (SIGUSR1): no new connections, the others end by themselves. Resolves when all are gone.
   * @param limit ms after which those left are cut (`hard-stop-after`); undefined = none
   */
  drain(limit: number | undefined = this.model.global.hardStopAfter): Promise<void> {
    this.stopped ??= new Promise<void>((resolve) => {
      this.runtime.process.stopping = true;
      this.closeListeners();
      this.announceStop();
      this.whenIdle = () => {
        // one that waited may have taken the last one's place
        if (this.runtime.process.connections === 0) resolve();
      };
      for (const acceptor of this.acceptors) acceptor.retire(this.model.global.closeSpreadTime);
      if (this.runtime.process.connections === 0) resolve();
      if (limit !== undefined) setTimeout(() => this.stopHard(), limit).unref();
    }).then(() => this.close());
    return this.stopped;
  }

  /** SIGUSR1: soft stop after `grace`. Meanwhile the `stopping` fetch says so, for those who watch. */
  async stopSoftly(): Promise<void> {
    this.runtime.process.stopping = true;
    const { grace } = this.model.global;
    if (grace !== undefined && grace > 0) await delay(grace);
    await this.drain();
  }

  /** `hard-stop-after` is over. */
  private stopHard(): void {
    const { console } = this.health.environment;
    console('warning', 'soft-stop running for too long, performing a hard-stop.');
    for (const { frontend, sessions } of this.acceptors) {
      if (sessions.size === 0) continue;
      const text = `Proxy ${frontend.name} hard-stopped (${sessions.size} remaining conns will be closed).`;
      console('warning', text);
      frontend.logger.event(LogLevel.Warning, text);
    }
    this.cut();
  }

  /** As HAProxy, on stderr and in the log of each proxy. */
  private announceStop(): void {
    for (const { model, frontend, backend } of this.runtime.proxies) {
      const conns = `FE: ${frontend?.figures.sum(FE.connTot) ?? 0}, BE: ${backend?.figures.sum(BE.stot) ?? 0}`;
      const text = `Proxy ${model.name} stopped (cumulated conns: ${conns}).`;
      this.health.environment.console('warning', text);
      (frontend ?? backend)?.logger.event(LogLevel.Warning, text);
    }
  }

  /** Hard stop: everything ends now. */
  stop(): void {
    this.runtime.process.stopping = true;
    this.closeListeners();
    this.cut();
    this.close();
  }

  private cut(): void {
    for (const acceptor of this.acceptors) acceptor.abort();
  }

  private close(): void {
    this.sockets.abort();
    this.scheduler.stop();
    this.health.stop();
    this.gauges.stop();
    this.stopPools();
    this.logs.close();
  }
}

/** The smaller of two limits of which undefined and 0 mean none; 0 = none. */
function smallestLimit(a = 0, b = 0): number {
  return a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);
}

/** HAProxy's `tune.*` defaults. */
function createEngine(runtime: CompiledRuntime, transports: TransportProvider): Engine {
  const { tune, maxconnrate, maxsessrate } = runtime.model.global;
  const bufferSize = tune.get('tune.bufsize') ?? 16384;
  const maxHeadSize = bufferSize - (tune.get('tune.maxrewrite') ?? Math.min(1024, bufferSize / 2));
  const maxHeaders = tune.get('tune.http.maxhdr') ?? 101;
  return {
    transports,
    process: runtime.process,
    bufferSize,
    processRate: new ProcessRate(new ThreadedRate(runtime.arena), smallestLimit(maxconnrate, maxsessrate)),
    logUriLength: tune.get('tune.http.logurilen') ?? 1024,
    strictHead: { acceptInvalid: false, maxHeaders, maxHeadSize },
    relaxedHead: { acceptInvalid: true, maxHeaders, maxHeadSize },
  };
}
