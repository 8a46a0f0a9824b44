import { setTimeout as delay } from 'node:timers/promises';
import { clock } from './base/clock.js';
import { systemClock } from './checks/timing.js';
import { Diagnostics } from './config/diagnostics.js';
import type { ConfigModel } from './config/model.js';
import type { ConfigSource, ReadOptions } from './config/read.js';
import type { ProxyLogger } from './core/log.js';
import { ListenError } from './core/transport.js';
import { bindProblem, listenSpec } from './listener/bind.js';
import { LogReceiver, Logs } from './observe/log/index.js';
import { sendAlerts } from './observe/mail/alerts.js';
import { ProcessGauges } from './observe/stats/gauges.js';
import { adminCommands } from './admin/commands/index.js';
import type { AdminContext } from './admin/context.js';
import { Profile } from './admin/profile.js';
import { answerOf } from './admin/questions.js';
import { carryOutWith, createServerAdmin, type CarryOut } from './admin/server-admin.js';
import { CommandTable, execute } from './admin/socket/interpreter.js';
import type { SessionEnvironment } from './admin/socket/session.js';
import { RuntimeSockets, SocketProblem } from './admin/socket/sockets.js';
import { type LoadedConfiguration, loadConfiguration } from './process/configuration.js';
import { Announcer } from './process/announcements.js';
import { addChecks } from './process/checks.js';
import { DynamicServers } from './process/dynamic-servers.js';
import { createEngine } from './process/engine.js';
import { backlogAccepted, Ports } from './process/ports.js';
import { addStatistics } from './process/statistics.js';
import { ALONE_PLAN, planThreads, type ThreadPlan, whenBusy } from './process/threads/plan.js';
import { reportEdits } from './process/threads/edits.js';
import { ThreadPool } from './process/threads/pool.js';
import { Peers } from './peers/index.js';
import { dumpState } from './observe/state-dump.js';
import type { WantedSocket } from './process/master/assignment.js';
import { OpenListeners } from './protocol/transport/handover.js';
import { inheriting, reusingPorts } from './protocol/transport/held.js';
import { chooseTransport } from './protocol/transport/index.js';
import type { Engine } from './session/engine.js';
import { CheckScheduler } from './state/check-scheduler.js';
import { Arena } from './state/arena.js';
import { neededDescriptors } from './state/capacity.js';
import { type CompiledRuntime, listenerCount } from './state/compile.js';
import { Health } from './state/health.js';
import { HealthAdmin } from './state/health-admin.js';
import { savedOf, ServerRestorer } from './state/restore-servers.js';
import type { Server } from './state/server.js';
import { Keeper } from './state/resolvers/keeper.js';
import { Names } from './state/resolvers/names.js';
import { readStateFiles } from './state/state-files.js';
import { resolveServers } from './upstream/addresses.js';
import { placementListener } from './upstream/health-listener.js';
import { setUpUpstreams } from './upstream/setup.js';

export type { ConfigSource } from './config/read.js';
export type { LoadedConfiguration } from './process/configuration.js';
export { renderDiagnostic } from './config/diagnostics.js';

export interface AppOptions extends ReadOptions {
  /** Forces a transport; undefined = the best that this Node offers (TSPROXY_TRANSPORT). */
  readonly transport?: 'handle' | 'socket';
  /** The program that threads run (dist/main.js); undefined = one thread, whatever `nbthread` says. */
  readonly threadEntry?: string;
  /** False: a TCP port is opened only if nobody else has it (`-dR`). Node.js before 22.12 knows no other way. */
  readonly reusePort?: boolean;
  /** Descriptors of listening sockets that are there already, by socketKey(). */
  readonly inherited?: ReadonlyMap<string, number>;
  /** State changes of servers, which HAProxy prints on stderr too. */
  readonly console?: (severity: 'alert' | 'warning', message: string) => void;
}

/** `tune.bufsize` */
const DEFAULT_BUFFER = 16_384;

const SILENT_LOGGER: ProxyLogger = { active: false, stream() {}, event() {} };

/** Reads and compiles configuration files. All problems are in `diagnostics`; nothing is opened. */
export function load(sources: readonly ConfigSource[], options: AppOptions): LoadedConfiguration {
  return loadConfiguration(sources, options, { createLogger: () => SILENT_LOGGER });
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
  private readonly announcer: Announcer;
  private readonly receivers: readonly LogReceiver[];
  private readonly health: Health;
  private readonly scheduler: CheckScheduler;
  private readonly ports: Ports;
  private readonly engine: Engine;
  private readonly gauges: ProcessGauges;
  private readonly names: Names;
  private readonly sockets: RuntimeSockets;
  private readonly peers: Peers;
  /** Threads that carry traffic beside this one; undefined = there are none. */
  private readonly pool: ThreadPool | undefined;
  private readonly threadPlan: ThreadPlan;
  /** What was said while starting (`show startup-logs`). */
  startupLogs = '';
  private savedServers: ReturnType<typeof readStateFiles> = new Map();
  /** Carries out a line of the runtime API (management manual 9.3) and changes the session as it says. */
  command!: SessionEnvironment['execute'];
  /** TCP ports may be shared with another process of ours. */
  private readonly reusePort: boolean;
  /** The command line set `maxconn`. */
  private limited = false;
  private stopPools: () => void = () => undefined;
  private stopAlerts: () => void = () => undefined;
  private stopWaiting: () => void = () => undefined;
  private stopped: Promise<void> | undefined = undefined;
  private whenIdle: (() => void) | undefined = undefined;

  /** Reads and compiles; look at `diagnostics` before start(). */
  constructor(sources: readonly ConfigSource[], options: AppOptions) {
    let logs: Logs | undefined = undefined;
    const chosen = chooseTransport(options.transport);
    const canShare = options.threadEntry !== undefined && chosen.name === 'handle' && process.platform !== 'win32';
    let plan = ALONE_PLAN;
    const loaded = loadConfiguration(sources, options, {
      createArena(model) {
        if (canShare) plan = planThreads(model);
        return new Arena(plan.place);
      },
      createLogger(model, proxy, formats) {
        logs ??= new Logs(model, process.pid, () => Date.now());
        return logs.createLogger(proxy, formats);
      },
    });
    this.model = loaded.model;
    this.diagnostics = loaded.diagnostics;
    this.runtime = loaded.runtime;
    this.threadPlan = plan;
    this.logs = logs ?? new Logs(loaded.model, process.pid, () => Date.now());
    this.announcer = new Announcer(this.logs, this.runtime, options.console);
    const { logForwards, process: facts } = this.runtime;
    facts.lostLogs = () => this.logs.dropped;
    const lineLimit = this.model.global.tune.get('tune.bufsize') ?? DEFAULT_BUFFER;
    this.receivers = logForwards.map(
      (section) =>
        new LogReceiver(section, this.logs.openForward(section.model), lineLimit, () => facts.countReceivedLog()),
    );
    this.reusePort = options.reusePort !== false && !loaded.model.global.noReusePort;
    const shared = this.reusePort ? reusingPorts(chosen) : chosen;
    const open = new OpenListeners();
    const transports = open.watch(inheriting(shared, options.inherited ?? new Map()));
    this.pool = this.createPool(sources, options);
    this.engine = createEngine(this.runtime, transports);
    this.ports = new Ports(this.runtime, this.engine, open, {
      roomMade: () => this.roomMade(),
      idle: () => this.whenIdle?.(),
      say: (severity, message) => this.health.environment.console(severity, message),
    });
    const local = placementListener(() => this.ports.sessions);
    this.health = new Health({
      clock: systemClock,
      listener: this.pool?.listener(local) ?? local,
      console: (severity, message, logger) => this.announcer.say(severity, message, logger),
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
    const keeper = new Keeper(new HealthAdmin(this.health), (server) => this.pool?.moved(server));
    this.names = new Names(this.model, systemClock, keeper);
    this.runtime.environment.names.resolver = this.names;
    this.gauges = new ProcessGauges(this.runtime, () => clock.now());
    this.peers = new Peers(this.runtime.peers, transports, { ...systemClock, random: Math.random });
    this.sockets = this.createSockets(loaded.env);
    addStatistics(this.runtime, this.gauges, createServerAdmin(this.carryOut()));
    for (const backend of this.runtime.backends) addChecks(backend, this.scheduler, this.health, transports);
  }

  /**
   * What was found in the configuration, for a log of objects.
   * @returns whether the terminal need not show it
   */
  announceDiagnostics(): boolean {
    return this.announcer.diagnostics(this.diagnostics);
  }

  private carryOut(): CarryOut {
    return carryOutWith(this.health, (server) => this.health.environment.listener.shutdownSessions(server, 'K'));
  }

  private createPool(sources: readonly ConfigSource[], options: AppOptions): ThreadPool | undefined {
    const { nbthread = 1 } = this.model.global;
    if (this.threadPlan.place.count === 1) {
      if (nbthread > 1 && options.threadEntry !== undefined) {
        this.diagnostics.warning(
          undefined,
          `nbthread ${nbthread}: one thread is used, since this transport cannot share its sockets`,
        );
      }
      return undefined;
    }
    const seed = { sources, env: { ...options.env }, transport: options.transport, extent: this.runtime.arena.extent };
    return new ThreadPool(this.runtime, seed, {
      entry: options.threadEntry as string,
      takenOver: () => {
        for (const acceptor of this.ports.acceptors) acceptor.handOver();
      },
      makeRoom: () => this.ports.makeRoom(),
      idle: () => this.whenIdle?.(),
      carryOut: (action, server) => this.carryOut()(action, server),
      traffic: (server, ok, layer) => server.backend.onTraffic?.(server, ok, layer),
      complain: (text) => this.announcer.say('alert', text),
      ringLines: ({ ring, lines }) => this.logs.takeLines(ring, lines),
    });
  }

  /** Threads begin at once, or when this one has had too much to do for a while. */
  private startThreads(): void {
    const { pool } = this;
    if (pool === undefined) return;
    if (this.threadPlan.atOnce) this.handToThreads(pool);
    else
      this.stopWaiting = whenBusy(
        () => this.gauges.read().idlePercent,
        () => this.handToThreads(pool),
      );
  }

  private handToThreads(pool: ThreadPool): void {
    pool.start(this.ports.acceptors.flatMap((acceptor) => acceptor.listening)).catch((error: unknown) => {
      this.health.environment.console('alert', `threads cannot be started: ${String(error)}`);
    });
  }

  /** `stats socket` lines (manual 3.1). */
  private createSockets(env: LoadedConfiguration['env']): RuntimeSockets {
    const { global } = this.model;
    const context: AdminContext = {
      runtime: this.runtime,
      health: this.health,
      admin: new HealthAdmin(this.health),
      gauges: this.gauges,
      rings: this.logs.rings,
      frontends: {
        pause: (frontend) => {
          this.ports.of(frontend)?.suspend();
          this.pool?.steer(frontend, 'pause');
        },
        resume: (frontend) => {
          this.ports.of(frontend)?.revive();
          this.pool?.steer(frontend, 'resume');
        },
        stop: (frontend) => {
          this.ports.of(frontend)?.shut();
          this.pool?.steer(frontend, 'stop');
        },
        limited: (frontend) => this.pool?.limit(frontend),
        makeRoom: () => this.roomMade(),
      },
      peers: this.peers.groups,
      moved: (server) => this.pool?.moved(server),
      names: this.names,
      renewed: (edit) => this.pool?.edited(edit),
      cookiesChanged: (edit) => this.pool?.edited(edit),
      servers: new DynamicServers({
        runtime: this.runtime,
        health: this.health,
        scheduler: this.scheduler,
        transports: this.engine.transports,
        changed: (edit) => this.pool?.edited(edit),
        removed: (server) => this.names.forget(server),
      }),
      everywhere: async (question) => [
        answerOf(question, this.runtime, this.ports.sessions, Date.now()),
        ...((await this.pool?.ask(question)) ?? []),
      ],
      profile: new Profile(),
      env,
      startupLogs: () => this.startupLogs,
      date: () => Date.now(),
      now: () => clock.now(),
    };
    if (this.pool !== undefined) reportEdits(this.runtime, (edit) => this.pool?.edited(edit));
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

  /** `-n` and `-N`: limits of connections from the command line; 0 = as configured. */
  limit(maxconn: number, proxyMaxconn: number): void {
    const { process: facts, frontends } = this.runtime;
    if (maxconn > 0) facts.limitConnections(maxconn);
    this.limited ||= maxconn > 0;
    if (proxyMaxconn === 0) return;
    for (const frontend of frontends) if (frontend.model.maxconn === undefined) frontend.maxconn = proxyMaxconn;
  }

  /**
   * Finds the addresses that names stand for; complaints go to `diagnostics`.
   * @param tolerant `-dr`: what does not resolve is in maintenance instead of an alert
   */
  async resolve(tolerant = false): Promise<void> {
    this.savedServers = readStateFiles(this.model, this.runtime.backends, this.diagnostics);
    const last = (server: Server): string | undefined =>
      savedOf(server, this.savedServers.get(server.backend) ?? [])?.address;
    await resolveServers(this.runtime, this.diagnostics, { tolerant, last });
  }

  /** Where to point a browser or a client, one line for each address. */
  addresses(): string[] {
    return this.runtime.frontends.flatMap((frontend) =>
      frontend.listeners.flatMap((listener) => {
        const shown = listener.address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^:::/, '[::1]:');
        if (frontend.mode !== 'http') return [`${frontend.name} listens on ${shown}`];
        const { stats } = frontend.model;
        const origin = `${listener.tls === undefined ? 'http' : 'https'}://${shown}`;
        const page = stats?.enabled === true ? [`${frontend.name} statistics on ${origin}${stats.uri}`] : [];
        return [`${frontend.name} listens on ${origin}/`, ...page];
      }),
    );
  }

  /** SIGHUP: the state of all proxies and servers, printed and into the log (management manual 4). */
  dumpState(): void {
    dumpState(this.runtime.proxies, (text, logger) => this.health.environment.console('warning', text, logger));
  }

  /** All addresses that start() opens, for a master process that opens them instead. */
  wantedSockets(): WantedSocket[] {
    const ports = this.runtime.frontends.flatMap(({ listeners }) =>
      listeners.map((listener) => {
        const spec = listenSpec(listener);
        return { spec, problem: (code: string) => bindProblem(listener, new ListenError(code, spec)) };
      }),
    );
    const forwards = this.receivers.flatMap((receiver) => receiver.wanted());
    return [...ports, ...forwards, ...this.sockets.wanted(), ...this.peers.wanted()].map(({ spec, problem }) => ({
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
  async pause(): Promise<void> {
    if (this.runtime.process.stopping) return;
    this.peers.closePorts();
    await this.ports.pause(() => this.pool?.release());
    for (const receiver of this.receivers) receiver.close();
  }

  /** SIGTTIN: the other process did not take them, so they are opened again. */
  async resume(): Promise<void> {
    if (this.runtime.process.stopping || !(await this.ports.resume())) return;
    for (const problem of await this.peers.open()) this.health.environment.console('alert', problem);
    for (const receiver of this.receivers) {
      for (const problem of await receiver.open(this.engine.transports)) this.announcer.say('alert', problem);
    }
    if (this.pool?.started === true) this.handToThreads(this.pool);
  }

  /**
   * Opens all ports, then begins to check servers.
   * @param again asked when one cannot be opened, with what went wrong: whether to try once more
   * @throws StartError when one cannot be opened; nothing is left open then
   */
  async start(again?: (problems: readonly string[]) => Promise<boolean>): Promise<void> {
    this.stopPools = setUpUpstreams(this.runtime);
    for (const backend of this.runtime.backends) this.health.begin(backend);
    this.restoreServers();
    for (;;) {
      const problems = await this.openAll();
      if (problems.length === 0) break;
      this.ports.forget();
      for (const receiver of this.receivers) receiver.close();
      this.sockets.close();
      if ((await again?.(problems)) === true) continue;
      this.stopPools();
      this.peers.stop();
      throw new StartError(problems);
    }
    this.stopAlerts = sendAlerts(this.runtime.backends, this.model.mailers, (text) =>
      this.health.environment.console('warning', text),
    );
    this.logs.rings.start(this.runtime.rings, this.engine.transports);
    this.announcer.started();
    this.gauges.start();
    this.names.start(this.runtime.backends);
    this.scheduler.start();
    this.startThreads();
    this.ports.offer(this.model.global.statsSockets);
  }

  /** A successor that knows this path may take the ports over, as with `-x`. */
  offerPorts(path: string): void {
    this.ports.offerAt(path);
  }

  /** @returns what went wrong */
  private async openAll(): Promise<string[]> {
    // clients' servers may be known to peers, so these are asked first
    const problems = await this.peers.open();
    problems.push(...(await this.ports.open()));
    for (const receiver of this.receivers) problems.push(...(await receiver.open(this.engine.transports)));
    try {
      await this.sockets.open(this.engine.transports);
    } catch (error) {
      if (!(error instanceof SocketProblem)) throw error;
      problems.push(error.message);
    }
    return problems;
  }

  /** `load-server-state-from-file`. */
  private restoreServers(): void {
    const { health } = this;
    const restorer = new ServerRestorer(health, new HealthAdmin(health), (message) =>
      health.environment.console('warning', message),
    );
    for (const [backend, saved] of this.savedServers) restorer.restore(backend, saved);
  }

  /** Number of addresses that the configuration listens on, runtime sockets included. */
  get listenerCount(): number {
    return listenerCount(this.model, this.runtime.frontends);
  }

  /** In all threads. */
  private roomMade(): void {
    this.ports.makeRoom();
    this.pool?.roomMade();
  }

  /**
   * Soft stop (SIGUSR1): no new connections, the others end by themselves. Resolves when all are gone.
   * @param limit ms after which those left are cut (`hard-stop-after`); undefined = none
   */
  drain(limit: number | undefined = this.model.global.hardStopAfter): Promise<void> {
    let told: Promise<void> | undefined = undefined;
    this.stopped ??= new Promise<void>((resolve) => {
      this.runtime.process.stopping = true;
      this.ports.close();
      told = this.peers.handOver();
      for (const receiver of this.receivers) receiver.close();
      this.announcer.stopping();
      let accepting = this.pool !== undefined;
      const whenIdle = (): void => {
        // one that waited may have taken the last one's place
        if (!accepting && this.runtime.process.connections === 0) resolve();
      };
      this.whenIdle = whenIdle;
      for (const acceptor of this.ports.acceptors) acceptor.retire(this.model.global.closeSpreadTime);
      void this.pool?.drain(this.model.global.closeSpreadTime).then(() => {
        accepting = false;
        whenIdle();
      });
      whenIdle();
      if (limit !== undefined) setTimeout(() => this.stopHard(), limit).unref();
    })
      .then(() => told)
      .then(() => this.close());
    return this.stopped;
  }

  /** SIGUSR1: soft stop after `grace`. Meanwhile the `stopping` fetch says so, for those who watch. */
  async stopSoftly(): Promise<void> {
    this.runtime.process.stopping = true;
    const { grace } = this.model.global;
    if (grace !== undefined && grace > 0) await delay(grace);
    await backlogAccepted();
    await this.drain();
  }

  /** `hard-stop-after` is over. */
  private stopHard(): void {
    this.announcer.stoppingHard();
    this.cut();
  }

  /** Hard stop: everything ends now. */
  stop(): void {
    this.runtime.process.stopping = true;
    this.ports.close();
    this.cut();
    void this.close();
  }

  private cut(): void {
    for (const receiver of this.receivers) receiver.abort();
    for (const acceptor of this.ports.acceptors) acceptor.abort();
    this.pool?.abort();
  }

  private async close(): Promise<void> {
    this.stopWaiting();
    this.peers.stop();
    this.sockets.abort();
    this.names.close();
    this.scheduler.stop();
    this.health.stop();
    this.gauges.stop();
    this.stopAlerts();
    this.stopPools();
    for (const receiver of this.receivers) receiver.abort();
    this.announcer.stopped();
    this.logs.close();
    await this.pool?.close();
  }
}
