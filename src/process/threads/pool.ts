import { MessageChannel, Worker } from 'node:worker_threads';
import { threadOrigin } from '../../base/clock.js';
import { BE, FE, LI } from '../../core/counters.js';
import type { ThreadLinks } from '../../core/threads.js';
import type { SharedSocket } from '../../core/transport.js';
import type { ListeningSocket } from '../../listener/acceptor.js';
import type { Answer, Question } from '../../admin/questions.js';
import type { AdminAction } from '../../observe/stats/admin.js';
import type { CompiledRuntime } from '../../state/compile.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { HealthListener } from '../../state/health.js';
import type { Server } from '../../state/server.js';
import { serveQueues } from '../../upstream/placement.js';
import { applyEdit, currentValues, isHistory } from './edits.js';
import {
  placeOf,
  type Edit,
  type HandedSocket,
  type ServerAddress,
  type ThreadStart,
  type ToMain,
  type ToThread,
} from './messages.js';

/** What the threads start from, besides what the pool knows itself. */
export type ThreadSeed = Pick<ThreadStart, 'sources' | 'env' | 'transport' | 'extent'>;

/** What threads ask of the main one. */
export interface PoolOwner {
  /** The program (dist/main.js), which finds out that it is a thread. */
  readonly entry: string;
  /** All threads listen: the main one need not any more. */
  takenOver(): void;
  /** Lets in who waits for a limit in this thread. */
  makeRoom(): void;
  /** The last connection of the process is gone. */
  idle(): void;
  carryOut(action: AdminAction, server: Server): void;
  traffic(server: Server, ok: boolean, layer: 'layer4' | 'layer7'): void;
  complain(text: string): void;
}

/** A listening socket of all threads. */
interface Shared {
  readonly listener: Listener;
  readonly copy: SharedSocket;
}

/** How long a thread that died is mourned, ms: one that dies at once must not be born a thousand times a second. */
const REBIRTH_DELAY = 500;

/** How long a busy thread has to answer, ms. */
const ANSWER_TIME = 2000;

/** The threads that carry the traffic, seen from the main one: starts them, tells them what changes, replaces the dead. */
export class ThreadPool implements ThreadLinks {
  private readonly threads = new Map<number, Worker>();
  private shared: Shared[] = [];
  private listening = 0;
  /** Servers that came and went, certificates that were replaced: for threads that begin later. */
  private readonly edits: Edit[] = [];
  private questions = 0;
  private readonly asked = new Map<number, (thread: number, answer: Answer | undefined) => void>();
  private closing = false;
  /** Threads that were asked to drain and have not answered. */
  private readonly accepting = new Set<number>();
  private allDrained: () => void = () => undefined;
  /** start() was called. */
  started = false;

  constructor(
    private readonly runtime: CompiledRuntime,
    private readonly seed: ThreadSeed,
    private readonly owner: PoolOwner,
  ) {
    for (const backend of runtime.backends) backend.links = this;
  }

  /** Shares the listening sockets and starts the threads; takenOver() follows when they listen. */
  async start(sockets: readonly ListeningSocket[]): Promise<void> {
    const fresh: Shared[] = [];
    for (const { socket, listener } of sockets) {
      const copy = await socket.share?.();
      if (copy === undefined) throw new Error('this kind of transport cannot share its listening sockets');
      fresh.push({ listener, copy });
    }
    this.shared.push(...fresh);
    if (this.closing) return;
    this.started = true;
    this.listening = 0;
    const { place } = this.runtime.arena;
    for (let thread = 1; thread < place.count; thread++) {
      if (this.threads.has(thread)) await this.handSockets(thread, fresh);
      else this.spawn(thread);
    }
  }

  /** Nobody listens on TCP ports any more, until start() brings others. */
  release(): void {
    this.say({ kind: 'release' });
    const isTcp = ({ listener }: Shared): boolean => listener.bindAddress.kind === 'ip';
    for (const { copy } of this.shared.filter(isTcp)) copy.close();
    this.shared = this.shared.filter((each) => !isTcp(each));
  }

  private spawn(thread: number): void {
    const { runtime, seed } = this;
    const start: ThreadStart = {
      ...seed,
      place: { index: thread, count: runtime.arena.place.count },
      chunks: runtime.arena.chunks,
      origin: threadOrigin(),
      edits: [...this.edits, ...currentValues(runtime)],
      frontends: runtime.frontends.map(({ maxconn, paused }) => ({ maxconn, paused })),
      addresses: runtime.backends.flatMap(({ servers }) => servers.map(addressOf)),
    };
    const worker = new Worker(this.owner.entry, { workerData: start });
    this.threads.set(thread, worker);
    for (const [other, peer] of this.threads) if (other !== thread) introduce(thread, worker, other, peer);
    worker.on('message', (message: ToMain) => {
      void this.receive(thread, message);
    });
    worker.on('error', (error) => this.owner.complain(`thread ${thread} failed: ${error.stack ?? error.message}`));
    worker.on('exit', () => this.died(thread, worker));
  }

  private async receive(thread: number, message: ToMain): Promise<void> {
    switch (message.kind) {
      case 'ready':
        await this.handSockets(thread, this.shared);
        break;
      case 'listening':
        if (++this.listening === this.runtime.arena.place.count - 1) this.owner.takenOver();
        break;
      case 'edit':
        applyEdit(this.runtime, message.edit);
        this.say({ kind: 'edit', edit: message.edit, chunks: [] }, thread);
        break;
      case 'answer':
        this.asked.get(message.number)?.(thread, message.answer);
        break;
      case 'resolve': {
        const { number, section, name, family } = message;
        this.runtime.environment.names.resolver.resolve(section, name, family, (address) =>
          this.tell(thread, { kind: 'resolved', number, address }),
        );
        break;
      }
      case 'failed':
        this.owner.complain(`thread ${thread} does not start: ${message.why}`);
        break;
      case 'room':
        this.owner.makeRoom();
        break;
      case 'slot':
        serveQueues(this.server(message.backend, message.server));
        break;
      case 'idle':
        this.owner.idle();
        break;
      case 'drained':
        this.acceptsNoMore(thread);
        break;
      case 'admin':
        this.owner.carryOut(message.action, this.server(message.backend, message.server));
        break;
      case 'traffic':
        this.owner.traffic(this.server(message.backend, message.server), message.ok, message.layer);
        break;
    }
  }

  private server(backend: number, server: number): Server {
    return this.runtime.backends[backend].servers[server];
  }

  private async handSockets(thread: number, shared: readonly Shared[]): Promise<void> {
    const sockets: HandedSocket[] = [];
    for (const { listener, copy } of shared) {
      const frontend = this.runtime.frontends.indexOf(listener.frontend);
      const index = listener.frontend.listeners.indexOf(listener);
      sockets.push({ frontend, listener: index, fd: await copy.descriptor() });
    }
    if (!this.closing) this.tell(thread, { kind: 'listen', sockets });
  }

  private tell(thread: number, message: ToThread): void {
    this.threads.get(thread)?.postMessage(message);
  }

  /** Tells all threads, but for `except`. */
  private say(message: ToThread, except?: number): void {
    for (const [thread, worker] of this.threads) if (thread !== except) worker.postMessage(message);
  }

  /** Has all threads do what was done here. */
  edited(edit: Edit): void {
    if (isHistory(edit)) this.edits.push(edit);
    this.say({ kind: 'edit', edit, chunks: this.runtime.arena.chunks });
  }

  /** Asks all threads; those that do not answer in time are left out. */
  ask(question: Question): Promise<Answer[]> {
    const waiting = new Set(this.threads.keys());
    const answers: Answer[] = [];
    const number = ++this.questions;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.asked.delete(number);
        resolve(answers);
      };
      const timer = setTimeout(done, ANSWER_TIME);
      this.asked.set(number, (thread, answer) => {
        if (answer !== undefined) answers.push(answer);
        if (waiting.delete(thread) && waiting.size === 0) done();
      });
      if (waiting.size === 0) done();
      this.say({ kind: 'question', number, question });
    });
  }

  // --- what changes ---

  /** Passes on what happens to servers, after `local` has done its part. */
  listener(local: HealthListener): HealthListener {
    return {
      changed: (server, change) => {
        local.changed(server, change);
        this.say({ kind: 'changed', change, ...placeOf(server) });
      },
      redistribute: (server) => {
        const waiting = server.queue.length;
        local.redistribute(server);
        this.say({ kind: 'redistribute', ...placeOf(server) });
        return waiting;
      },
      grab: (server) => {
        const waiting = server.backend.queue.length;
        const limit = server.dynamicMaxconn;
        local.grab(server);
        if (waiting > 0) this.say({ kind: 'grab', ...placeOf(server) });
        return limit === 0 ? waiting : Math.min(waiting, Math.max(0, limit - server.served));
      },
      shutdownSessions: (server, why = 'D') => {
        local.shutdownSessions(server, why);
        this.say({ kind: 'shutdown-sessions', why, ...placeOf(server) });
      },
      shutdownBackupSessions: (backend) => {
        local.shutdownBackupSessions(backend);
        this.say({ kind: 'shutdown-backup-sessions', backend: backend.index });
      },
    };
  }

  /** A server has another address. */
  moved(server: Server): void {
    this.say({ kind: 'address', ...addressOf(server) });
  }

  steer(frontend: Frontend, to: 'pause' | 'resume' | 'stop'): void {
    this.say({ kind: 'frontend', frontend: this.runtime.frontends.indexOf(frontend), to });
  }

  limit(frontend: Frontend): void {
    this.say({ kind: 'maxconn', frontend: this.runtime.frontends.indexOf(frontend), maxconn: frontend.maxconn });
  }

  slotFree(thread: number, backend: number, server: number): void {
    this.tell(thread, { kind: 'slot', backend, server });
  }

  roomMade(): void {
    this.say({ kind: 'room' });
  }

  // --- the end ---

  /** Soft stop. Resolves when no thread accepts any more: only then is the number of connections the last word. */
  drain(spread: number | undefined): Promise<void> {
    this.closing = true;
    const drained = new Promise<void>((resolve) => (this.allDrained = resolve));
    for (const thread of this.threads.keys()) this.accepting.add(thread);
    this.say({ kind: 'drain', spread });
    this.closeSockets();
    this.acceptsNoMore(0);
    return drained;
  }

  private acceptsNoMore(thread: number): void {
    this.accepting.delete(thread);
    if (this.accepting.size === 0) this.allDrained();
  }

  abort(): void {
    this.closing = true;
    this.allDrained();
    this.say({ kind: 'abort' });
    this.closeSockets();
  }

  private closeSockets(): void {
    for (const { copy } of this.shared.splice(0)) copy.close();
  }

  /** Resolves when no thread is left. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.threads.values()].map((worker) => worker.terminate()));
  }

  private died(thread: number, worker: Worker): void {
    if (this.threads.get(thread) !== worker) return;
    this.threads.delete(thread);
    for (const answered of this.asked.values()) answered(thread, undefined);
    this.acceptsNoMore(thread);
    const lost = this.forget(thread);
    if (this.closing) return;
    this.listening--;
    this.owner.complain(`thread ${thread} ended; ${lost} of its connections are lost, another one takes its place`);
    setTimeout(() => {
      if (!this.closing) this.spawn(thread);
    }, REBIRTH_DELAY).unref();
  }

  /** Takes what the thread still had out of all counts. @returns how many connections that were */
  private forget(thread: number): number {
    let lost = 0;
    for (const { figures, places, listeners } of this.runtime.frontends) {
      const row = figures.rows[thread];
      lost += row[FE.scur];
      places.leave(row[FE.scur]);
      row[FE.scur] = 0;
      for (const listener of listeners) {
        const own = listener.figures.rows[thread];
        listener.places.leave(own[LI.scur]);
        own[LI.scur] = 0;
      }
    }
    for (const backend of this.runtime.backends) {
      const row = backend.figures.rows[thread];
      row[BE.scur] = 0;
      row[BE.qcur] = 0;
      backend.queue.forgetThread(thread);
      for (const server of backend.servers) server.forgetThread(thread);
    }
    for (const table of this.runtime.tables.all) table.forgetThread(thread);
    this.runtime.process.forgetThread(thread);
    if (this.runtime.process.disconnect(lost) === 0) this.owner.idle();
    this.owner.makeRoom();
    this.roomMade();
    for (const { servers } of this.runtime.backends)
      for (const server of servers) this.say({ kind: 'grab', ...placeOf(server) });
    return lost;
  }
}

function addressOf(server: Server): ServerAddress {
  const { address, port, portOffset } = server;
  return { ...placeOf(server), address, port, portOffset };
}

/** A line between two threads. */
function introduce(thread: number, worker: Worker, other: number, peer: Worker): void {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ kind: 'peer', thread: other, port: port1 } satisfies ToThread, [port1]);
  peer.postMessage({ kind: 'peer', thread, port: port2 } satisfies ToThread, [port2]);
}
