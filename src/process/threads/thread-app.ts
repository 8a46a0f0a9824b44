import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { answerOf } from '../../admin/questions.js';
import { createServerAdmin } from '../../admin/server-admin.js';
import { alignTime, clock } from '../../base/clock.js';
import type { TransportProvider } from '../../core/transport.js';
import { Acceptor } from '../../listener/acceptor.js';
import type { Session } from '../../listener/session.js';
import { listenSpec } from '../../listener/bind.js';
import { Logs } from '../../observe/log/index.js';
import { ProcessGauges } from '../../observe/stats/gauges.js';
import { chooseTransport } from '../../protocol/transport/index.js';
import { Arena } from '../../state/arena.js';
import type { CompiledRuntime } from '../../state/compile.js';
import type { HealthListener } from '../../state/health.js';
import type { Server } from '../../state/server.js';
import { placementListener } from '../../upstream/health-listener.js';
import { setUpUpstreams } from '../../upstream/setup.js';
import { loadConfiguration } from '../configuration.js';
import { createEngine } from '../engine.js';
import { addStatistics } from '../statistics.js';
import { applyEdit, reportEdits } from './edits.js';
import { PeerLinks } from './links.js';
import { RemoteNames } from './names.js';
import {
  placeOf,
  type HandedSocket,
  type ServerAddress,
  type ServerPlace,
  type ThreadStart,
  type ToMain,
  type ToThread,
} from './messages.js';

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
  private readonly names = new RemoteNames((message) => this.tell(message));

  constructor(
    start: ThreadStart,
    private readonly main: MessagePort,
  ) {
    alignTime(start.origin);
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
    runtime.environment.names.resolver = this.names;
    this.logs = logs ?? new Logs(loaded.model.global, process.pid, () => Date.now());
    for (const [index, { maxconn, paused }] of start.frontends.entries()) {
      runtime.frontends[index].maxconn = maxconn;
      runtime.frontends[index].paused = paused;
    }
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
    this.observeTraffic();
    setUpUpstreams(runtime);
    for (const edit of start.edits) applyEdit(runtime, edit);
    for (const address of start.addresses) this.move(address);
    reportEdits(runtime, (edit) => this.tell({ kind: 'edit', edit }));
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
      case 'edit':
        this.runtime.arena.extend(message.chunks);
        applyEdit(this.runtime, message.edit);
        break;
      case 'question': {
        const answer = answerOf(message.question, this.runtime, this.sessions(), Date.now());
        this.tell({ kind: 'answer', number: message.number, answer });
        break;
      }
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
      case 'resolved':
        this.names.answered(message.number, message.address);
        break;
      case 'frontend':
        this.steer(this.acceptors[message.frontend], message.to);
        break;
      case 'maxconn':
        this.runtime.frontends[message.frontend].maxconn = message.maxconn;
        this.makeRoom();
        break;
      case 'room':
      case 'slot':
        this.links.receive(message);
        break;
      case 'release':
        for (const acceptor of this.acceptors) acceptor.release();
        break;
      case 'drain':
        // what waits in the queue of a socket that closes would be reset
        await nextTurn();
        await nextTurn();
        for (const acceptor of this.acceptors) {
          acceptor.close();
          acceptor.retire(message.spread);
        }
        this.tell({ kind: 'drained' });
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

  private observeTraffic(): void {
    for (const backend of this.runtime.backends) {
      if (!backend.servers.some(({ model }) => model.observe !== undefined)) continue;
      backend.onTraffic = (server, ok, layer) => {
        if (server.model.observe !== undefined) this.tell({ kind: 'traffic', ok, layer, ...placeOf(server) });
      };
    }
  }
}
