import { setFaultHandler } from './base/fault.js';
import { systemClock } from './checks/timing.js';
import { Check } from './checks/index.js';
import { agentPlan } from './checks/types/agent.js';
import { Diagnostics } from './config/diagnostics.js';
import type { ConfigModel, ProxyModel } from './config/model.js';
import { COMPATIBILITY_VERSION } from './config/version.js';
import { type ConfigSource, readConfiguration, type ReadOptions } from './config/read.js';
import { BE, FE, SV } from './core/counters.js';
import { LogLevel, type ProxyLogger } from './core/log.js';
import { ListenError, type TransportProvider } from './core/transport.js';
import { Checkpoint } from './language/checkpoint.js';
import { Acceptor, type Session } from './listener/acceptor.js';
import { bindListener, bindProblem } from './listener/bind.js';
import { Logs, lostLogs } from './observe/log/index.js';
import { compileAccessRules } from './observe/stats/access-rules.js';
import { ProcessGauges } from './observe/stats/gauges.js';
import { createStatsService } from './observe/stats/service.js';
import { createServerAdmin } from './admin/server-admin.js';
import { chooseTransport } from './protocol/transport/index.js';
import { compileConditionLines } from './rules/lines.js';
import { type Engine, ProcessRate } from './session/engine.js';
import { CheckScheduler } from './state/check-scheduler.js';
import { compileBackendCheck } from './state/compile-checks.js';
import { type CompiledProxy, type CompiledRuntime, compileRuntime } from './state/compile.js';
import type { LogFormats } from './state/compile-log.js';
import { Health } from './state/health.js';
import { HealthObserver } from './state/health-observe.js';
import { resolveServers } from './upstream/addresses.js';
import { placementListener } from './upstream/health-listener.js';
import { setUpUpstreams } from './upstream/setup.js';

export type { ConfigSource } from './config/read.js';
export { renderDiagnostic } from './config/diagnostics.js';

export interface AppOptions extends ReadOptions {
  /** Forces a transport; undefined = the best that this Node offers (TSPROXY_TRANSPORT). */
  readonly transport?: 'handle' | 'socket';
  /** State changes of servers, which HAProxy prints on stderr too. */
  readonly console?: (severity: 'alert' | 'warning', message: string) => void;
}

/** A configuration, read and compiled: everything that can be known before a port is opened. */
export interface LoadedConfiguration {
  readonly model: ConfigModel;
  /** Do not start it when there are alerts. */
  readonly diagnostics: Diagnostics;
  readonly runtime: CompiledRuntime;
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
    if (backend !== undefined) backend.checkPlan = compileBackendCheck(backend, scopes, diagnostics, model.global);
  }
  if (!options.offline) for (const { span, message } of lostLogs(model)) diagnostics.warning(span, message);
  return { model, diagnostics, runtime };
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
    const transports = chooseTransport(options.transport);
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
    this.gauges = new ProcessGauges(this.runtime, () => performance.now());
    for (const proxy of this.runtime.proxies) this.addStats(proxy);
    for (const proxy of this.runtime.proxies) this.addChecks(proxy, transports);
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
    for (const server of backend.servers) {
      const { agent, model } = server;
      const environment = { provider, clock: systemClock };
      if (agent === undefined || server.tracked !== undefined) continue;
      this.scheduler.addAgent(server, agent, new Check(agentPlan(model.agentSend ?? ''), environment));
    }
    if (backend.servers.some((server) => server.model.observe !== undefined)) {
      const observer = new HealthObserver(this.health, (server) => this.scheduler.hurry(server));
      backend.onTraffic = (server, ok, layer) => observer.report(server, ok, layer);
    }
  }

  /** `-n` and `-N`: limits of connections from the command line; 0 = as configured. */
  limit(maxconn: number, proxyMaxconn: number): void {
    const { process: facts, frontends } = this.runtime;
    if (maxconn > 0) facts.maxconn = maxconn;
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

  /** SIGHUP: the state of all proxies and servers into the log (management manual 4). */
  dumpState(): void {
    for (const backend of this.runtime.backends) {
      for (const server of backend.servers) {
        const active = server.usable ? 'UP' : 'DOWN';
        const { served, queued, counters } = server;
        backend.logger.event(
          LogLevel.Notice,
          `SIGHUP: Server ${backend.name}/${server.name} is ${active}. Conn: ${served} act, ${queued} pend, ${counters[SV.stot]} tot.`,
        );
      }
    }
    for (const frontend of this.runtime.frontends) {
      const { counters, name } = frontend;
      const text = `SIGHUP: Proxy ${name} has no servers. Conn: act(FE+BE): ${counters[FE.scur]}+0, 0 pend (0 unass), tot(FE+BE): ${counters[FE.stot]}+0.`;
      if (frontend.model.kind === 'frontend') frontend.logger.event(LogLevel.Notice, text);
    }
  }

  /**
   * Opens all ports, then begins to check servers.
   * @throws StartError when one cannot be opened; nothing is left open then
   */
  async start(): Promise<void> {
    setFaultHandler((where, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`[ALERT]    (${process.pid}) : internal error in ${where}: ${text}\n`);
    });
    const problems: string[] = [];
    for (const frontend of this.runtime.frontends) {
      const acceptor = new Acceptor(frontend, this.engine, () => this.connectionEnded());
      this.acceptors.push(acceptor);
      for (const listener of frontend.listeners) {
        try {
          await bindListener(acceptor, listener, this.engine.transports);
        } catch (error) {
          if (!(error instanceof ListenError)) throw error;
          problems.push(bindProblem(listener, error));
        }
      }
    }
    if (problems.length > 0) {
      this.closeListeners();
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

  private connectionEnded(): void {
    const { process: facts } = this.runtime;
    if (facts.maxconn > 0 && facts.connections === facts.maxconn - 1)
      for (const acceptor of this.acceptors) acceptor.makeRoom();
    if (facts.connections === 0 && this.whenIdle !== undefined) this.whenIdle();
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
      this.whenIdle = () => resolve();
      for (const acceptor of this.acceptors) acceptor.retire(this.model.global.closeSpreadTime);
      if (this.runtime.process.connections === 0) resolve();
      if (limit !== undefined) setTimeout(() => this.cut(), limit).unref();
    }).then(() => this.close());
    return this.stopped;
  }

  /** As HAProxy, on stderr and in the log of each proxy. */
  private announceStop(): void {
    for (const { model, frontend, backend } of this.runtime.proxies) {
      const conns = `FE: ${frontend?.counters[FE.connTot] ?? 0}, BE: ${backend?.counters[BE.stot] ?? 0}`;
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
    processRate: new ProcessRate(smallestLimit(maxconnrate, maxsessrate)),
    logUriLength: tune.get('tune.http.logurilen') ?? 1024,
    strictHead: { acceptInvalid: false, maxHeaders, maxHeadSize },
    relaxedHead: { acceptInvalid: true, maxHeaders, maxHeadSize },
  };
}
