import type { MessagePort } from 'node:worker_threads';
import { adminCommands } from '../../admin/commands/index.js';
import type { AdminContext } from '../../admin/context.js';
import { createServerAdmin } from '../../admin/server-admin.js';
import { CommandTable, execute, newSession } from '../../admin/socket/interpreter.js';
import { alignTime, clock } from '../../base/clock.js';
import { setFaultHandler } from '../../base/fault.js';
import { systemClock } from '../../checks/timing.js';
import { CliLevel } from '../../core/cli.js';
import type { TransportProvider } from '../../core/transport.js';
import { Acceptor } from '../../listener/acceptor.js';
import type { Session } from '../../listener/session.js';
import { listenSpec } from '../../listener/bind.js';
import { Logs } from '../../observe/log/index.js';
import { ProcessGauges } from '../../observe/stats/gauges.js';
import { chooseTransport } from '../../protocol/transport/index.js';
import { onBadMessage } from '../../state/bad-message.js';
import { CheckScheduler } from '../../state/check-scheduler.js';
import { Health } from '../../state/health.js';
import { HealthAdmin } from '../../state/health-admin.js';
import { Arena } from '../../state/arena.js';
import type { CompiledRuntime } from '../../state/compile.js';
import type { HealthListener } from '../../state/health.js';
import type { Server } from '../../state/server.js';
import { placementListener } from '../../upstream/health-listener.js';
import { setUpUpstreams } from '../../upstream/setup.js';
import { loadConfiguration } from '../configuration.js';
import { DynamicServers } from '../dynamic-servers.js';
import { createEngine } from '../engine.js';
import { addStatistics } from '../statistics.js';
import { isFailure, textOf } from './commands.js';
import { PeerLinks } from './links.js';
import {
  placeOf,
  type HandedSocket,
  type ServerAddress,
  type ServerPlace,
  type ThreadAnswer,
  type ThreadCommand,
  type ThreadStart,
  type ToMain,
  type ToThread,
} from './messages.js';

const COMMANDS = new CommandTable(adminCommands);

/**
 * A thread's own proxy: its connections, its compiled copy of the configuration, over counters and states that all
 * threads share. Checks, the runtime API and signals are the main thread's business; it tells what changes.
 */
export class ThreadApp {
  private readonly runtime: CompiledRuntime;
  private readonly acceptors: Acceptor[];
  private readonly transports: TransportProvider;
  private readonly links: PeerLinks;
  private readonly traffic: HealthListener;
  private readonly logs: Logs;
  private readonly context: AdminContext;

  constructor(
    start: ThreadStart,
    private readonly main: MessagePort,
  ) {
    alignTime(start.origin);
    setFaultHandler((where, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`[ALERT]    (${process.pid}) : internal error in ${where}: ${text}\n`);
    });
    const arena = new Arena(start.place, start.chunks);
    let logs: Logs | undefined = undefined;
    const loaded = loadConfiguration(
      start.sources,
      { env: start.env, offline: false },
      {
        createArena: () => arena,
        createLogger(model, proxy, formats) {
          logs ??= new Logs(model.global, process.pid, () => Date.now());
          return logs.createLogger(proxy, formats);
        },
      },
    );
    if (loaded.diagnostics.alerts > 0) throw new Error('what the configuration names has changed since the start');
    if (arena.extent !== start.extent) throw new Error("its configuration has another layout than the main thread's");
    const { runtime } = loaded;
    this.runtime = runtime;
    this.logs = logs ?? new Logs(loaded.model.global, process.pid, () => Date.now());
    this.takeOver(start);
    this.transports = chooseTransport(start.transport);
    const engine = createEngine(runtime, this.transports);
    this.acceptors = runtime.frontends.map(
      (frontend) =>
        new Acceptor(
          frontend,
          engine,
          () => this.roomMade(),
          () => this.tellIdle(),
        ),
    );
    this.links = new PeerLinks(runtime, main, () => this.makeRoom());
    this.traffic = placementListener(() => this.sessions());
    const gauges = new ProcessGauges(runtime, () => clock.now());
    addStatistics(
      runtime,
      gauges,
      createServerAdmin((action, server) => this.tell({ kind: 'admin', action, ...placeOf(server) })),
    );
    gauges.start();
    this.tellChanges();
    setUpUpstreams(runtime);
    this.context = this.adminContext(gauges, loaded.env);
    for (const line of start.commands)
      void this.carryOut({ line, payload: undefined, expert: true, experimental: true });
    for (const address of start.addresses) this.move(address);
  }

  /** What was changed at run time before this thread began. */
  private takeOver({ frontends, patterns, variables }: ThreadStart): void {
    const { runtime } = this;
    for (const [index, { maxconn, paused }] of frontends.entries()) {
      runtime.frontends[index].maxconn = maxconn;
      runtime.frontends[index].paused = paused;
    }
    const references = runtime.environment.patterns.all();
    for (const { id, state } of patterns) references.find((each) => each.id === id)?.reference.restore(state);
    for (const [name, value] of variables) runtime.environment.variables.apply(name, value);
  }

  /** Answers to what the main thread says. */
  open(): void {
    this.main.on('message', (message: ToThread) => {
      void this.receive(message);
    });
    this.tell({ kind: 'ready' });
  }

  private tell(message: ToMain): void {
    this.main.postMessage(message);
  }

  private async receive(message: ToThread): Promise<void> {
    switch (message.kind) {
      case 'peer':
        this.links.connect(message.thread, message.port);
        break;
      case 'listen':
        await this.listen(message.sockets);
        break;
      case 'changed': {
        const server = this.server(message);
        server.backend.balancer.update(server, message.change);
        break;
      }
      case 'redistribute':
        this.traffic.redistribute(this.server(message));
        break;
      case 'grab':
        this.traffic.grab(this.server(message));
        break;
      case 'shutdown-sessions':
        this.traffic.shutdownSessions(this.server(message), message.why);
        break;
      case 'shutdown-backup-sessions':
        this.traffic.shutdownBackupSessions(this.runtime.backends[message.backend]);
        break;
      case 'address':
        this.move(message);
        break;
      case 'certificate':
        this.runtime.certificates.replace(message.path, message.text);
        break;
      case 'frontend':
        this.steer(this.acceptors[message.frontend], message.to);
        break;
      case 'maxconn':
        this.runtime.frontends[message.frontend].maxconn = message.maxconn;
        this.makeRoom();
        break;
      case 'command':
        this.runtime.arena.adopt(message.chunks);
        this.tell({ kind: 'answer', id: message.id, ...(await this.carryOut(message)) });
        break;
      case 'pattern':
        this.runtime.environment.patterns.apply(message.edit);
        break;
      case 'variable':
        this.runtime.environment.variables.apply(message.name, message.value);
        break;
      case 'room':
      case 'slot':
        this.links.receive(message);
        break;
      case 'release':
        for (const acceptor of this.acceptors) acceptor.release();
        break;
      case 'drain':
        for (const acceptor of this.acceptors) {
          acceptor.close();
          acceptor.retire(message.spread);
        }
        break;
      case 'abort':
        for (const acceptor of this.acceptors) acceptor.abort();
        this.logs.close();
        break;
    }
  }

  private server({ backend, server }: ServerPlace): Server {
    return this.runtime.backends[backend].servers[server];
  }

  private async listen(sockets: readonly HandedSocket[]): Promise<void> {
    for (const { frontend, listener: index, fd } of sockets) {
      const acceptor = this.acceptors[frontend];
      const listener = acceptor.frontend.listeners[index];
      const spec = { ...listenSpec(listener), address: '', port: 0, path: '', fd };
      const socket = await this.transports.listen(spec, (transport) => acceptor.accept(transport, listener));
      acceptor.add(socket, listener);
    }
    this.tell({ kind: 'listening' });
  }

  private move({ backend, server: index, address, port, portOffset }: ServerAddress): void {
    const server = this.runtime.backends[backend].servers[index];
    server.address = address;
    server.port = port;
    server.portOffset = portOffset;
    // while the thread is being set up there is no pool yet
    (server.pool as Server['pool'] | undefined)?.clear();
  }

  private steer(acceptor: Acceptor, to: 'pause' | 'resume' | 'stop'): void {
    if (to === 'pause') acceptor.suspend();
    else if (to === 'resume') acceptor.revive();
    else acceptor.shut();
  }

  private sessions(): Session[] {
    return this.acceptors.flatMap(({ sessions }) => [...sessions]);
  }

  private makeRoom(): void {
    for (const acceptor of this.acceptors) acceptor.makeRoom();
  }

  private roomMade(): void {
    this.makeRoom();
    this.links.roomMade();
  }

  private tellIdle(): void {
    if (this.runtime.process.stopping) this.tell({ kind: 'idle' });
  }

  /** A command of the runtime API, as far as it concerns what this thread has of its own. */
  private async carryOut({ line, payload, expert, experimental }: ThreadCommand): Promise<ThreadAnswer> {
    const session = { ...newSession(CliLevel.Admin, 'none', 0), expert, experimental };
    const output = execute(COMMANDS, this.context, session, line, payload);
    return { text: await textOf(output, 'none'), failed: isFailure(output) };
  }

  private adminContext(gauges: ProcessGauges, env: AdminContext['env']): AdminContext {
    const { runtime, transports } = this;
    const nothing = (): undefined => undefined;
    // servers' states are the main thread's business: nothing that is carried out here changes them
    const health = new Health({ clock: systemClock, listener: this.traffic, console: nothing });
    const scheduler = new CheckScheduler({
      clock: systemClock,
      health,
      random: Math.random,
      spreadChecks: 0,
      maxSpreadChecks: undefined,
      node: runtime.process.node,
    });
    return {
      runtime,
      health,
      admin: new HealthAdmin(health),
      gauges,
      frontends: { pause: nothing, resume: nothing, stop: nothing, limited: nothing, makeRoom: nothing },
      moved: nothing,
      renewed: nothing,
      servers: new DynamicServers({ runtime, health, scheduler, transports }),
      sessions: () => this.sessions(),
      env,
      startupLogs: () => '',
      date: () => Date.now(),
      now: () => clock.now(),
    };
  }

  /** What happens here and concerns the others. */
  private tellChanges(): void {
    const { patterns, variables } = this.runtime.environment;
    patterns.onEdit = (edit) => this.tell({ kind: 'pattern', edit });
    variables.onChange = (name, value) => this.tell({ kind: 'variable', name, value });
    onBadMessage((message) => this.tell({ kind: 'bad-message', message }));
    for (const backend of this.runtime.backends) {
      if (!backend.servers.some(({ model }) => model.observe !== undefined)) continue;
      backend.onTraffic = (server, ok, layer) => {
        if (server.model.observe !== undefined) this.tell({ kind: 'traffic', ok, layer, ...placeOf(server) });
      };
    }
  }
}
