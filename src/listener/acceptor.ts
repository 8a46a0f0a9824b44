import { clock } from '../base/clock.js';
import { reportFault } from '../base/fault.js';
import type { Transport, TransportListener } from '../core/transport.js';
import type { Engine } from '../session/engine.js';
import { releaseTracked } from '../rules/tracking.js';
import { Admission } from './admission.js';
import { HealthAnswer } from './health-answer.js';
import type { Session } from './session.js';
import { tallyAccept, tallyDisconnect } from '../session/tally.js';
import type { Frontend, Listener } from '../state/frontend.js';

/** An open port. */
export interface ListeningSocket {
  readonly socket: TransportListener;
  readonly listener: Listener;
}

/** How often `option contstats` counts, ms. */
const RECOUNT = 5000;

interface Held {
  readonly transport: Transport;
  readonly listener: Listener;
}

/**
 * Turns accepted connections into sessions, within the limits: the frontend's and the process's `maxconn`, the bind
 * line's, and `rate-limit sessions`. What is over a limit waits in the kernel's backlog, as with HAProxy.
 */
export class Acceptor {
  readonly sessions = new Set<Session>();
  private readonly sockets: ListeningSocket[] = [];
  /** Accepted, but without a place: nothing of them is read. */
  private readonly held: Held[] = [];
  private pausedForRoom = false;
  private handingOver = false;
  private rateTimer: NodeJS.Timeout | undefined = undefined;
  private readonly admission: Admission;

  constructor(
    readonly frontend: Frontend,
    readonly engine: Engine,
    /** A connection ended that filled a limit: others may be waiting for its place. */
    private readonly onRoom: () => void,
    /** The last connection of the process ended. */
    private readonly onLast: () => void,
  ) {
    this.admission = new Admission(frontend, engine, this.sessions, (session) => this.gone(session));
    if (frontend.model.options.contstats === true) setInterval(() => this.recount(), RECOUNT).unref();
  }

  /** What it accepts from. */
  get listening(): readonly ListeningSocket[] {
    return this.sockets;
  }

  add(socket: TransportListener, listener: Listener): void {
    this.sockets.push({ socket, listener });
  }

  /** Gives the TCP ports back, for another process to take (SIGTTOU). Sessions, and UNIX sockets, go on. */
  release(): void {
    const kept = this.sockets.filter(({ socket }) => socket.local.family === 0);
    for (const { socket } of this.sockets) {
      if (socket.local.family === 0) continue;
      if (!this.frontend.paused) socket.resume();
      socket.close();
    }
    this.sockets.splice(0, this.sockets.length, ...kept);
  }

  /** A connection arrived on `listener`. */
  accept(transport: Transport, listener: Listener): void {
    const { frontend, engine } = this;
    if (frontend.model.health) {
      void new HealthAnswer(transport, frontend.model.check.type === 'http');
      return;
    }
    if (!this.takePlaces(listener)) {
      // another thread took the last one
      this.held.push({ transport, listener });
      this.waitForRoom();
      return;
    }
    if (frontend.keepAlive > 0) transport.setKeepAlive(true, frontend.keepAlive);
    tallyAccept(frontend, listener);
    try {
      this.admission.admit(transport, listener);
    } catch (error) {
      reportFault(`accept on ${frontend.name}`, error);
      transport.destroy();
    }
    engine.processRate.add(clock.recent());
    if (this.full()) this.waitForRoom();
    else if (frontend.rateLimit > 0 || engine.processRate.limit > 0) this.limitRate();
  }

  /** A place under each limit that counts connections, all of them or none. */
  private takePlaces(listener: Listener): boolean {
    const { frontend, engine } = this;
    if (!listener.places.take(listener.maxconn)) return false;
    if (frontend.places.take(frontend.maxconn)) {
      if (engine.process.connect()) return true;
      frontend.places.leave();
    }
    listener.places.leave();
    return false;
  }

  private full(): boolean {
    const { frontend, engine } = this;
    const { process } = engine;
    if (frontend.maxconn > 0 && frontend.places.taken >= frontend.maxconn) return true;
    if (process.maxconn > 0 && process.connections >= process.maxconn) return true;
    return frontend.listeners.some(({ maxconn, places }) => maxconn > 0 && places.taken >= maxconn);
  }

  private pause(): void {
    if (this.pausedForRoom) return;
    this.markPaused(true);
    for (const { socket } of this.sockets) socket.pause();
  }

  private markPaused(paused: boolean): void {
    if (this.pausedForRoom === paused) return;
    this.pausedForRoom = paused;
    this.engine.process.wait(paused ? 1 : -1);
  }

  private waitForRoom(): void {
    this.pause();
    // whoever left before it was known that somebody waits has told nobody
    this.makeRoom();
  }

  /** `disable frontend`: connections wait in the backlog, those that are there go on. */
  suspend(): void {
    this.frontend.paused = true;
    for (const { socket } of this.sockets) socket.pause();
  }

  /** `enable frontend`. */
  revive(): void {
    this.frontend.paused = false;
    this.markPaused(true);
    this.makeRoom();
  }

  /** `shutdown frontend`: the ports are given back for good, sessions go on. */
  shut(): void {
    this.close();
    this.frontend.disabled = true;
    this.frontend.stopping = true;
  }

  /** There may be room again. */
  makeRoom(): void {
    if (!this.pausedForRoom || this.full() || this.frontend.paused || this.rateTimer !== undefined) return;
    this.markPaused(false);
    for (let left = this.held.length; left > 0 && this.mayAccept; left--) {
      const { transport, listener } = this.held.shift() as Held;
      this.accept(transport, listener);
    }
    if (!this.mayAccept) return;
    for (const { socket } of this.sockets) socket.resume();
    if (this.handingOver) this.handOver();
  }

  /** Other threads accept from the same sockets: no new connections here, as soon as those are in that wait already. */
  handOver(): void {
    this.handingOver = true;
    if (!this.mayAccept) return;
    for (const { socket } of this.sockets.splice(0)) socket.close();
  }

  private get mayAccept(): boolean {
    return !this.pausedForRoom;
  }

  /** `rate-limit sessions`, `maxconnrate`, `maxsessrate`: when the second is used up, the rest waits for the next one. */
  private limitRate(): void {
    const limit = this.reachedRate(clock.now());
    if (limit === 0 || this.rateTimer !== undefined) return;
    this.pause();
    this.rateTimer = setTimeout(
      () => {
        this.rateTimer = undefined;
        this.makeRoom();
      },
      Math.max(1, Math.ceil(1000 / limit)),
    );
    this.rateTimer.unref();
  }

  /** The limit that is used up for this second, 0 = none: the frontend's, or the process's. */
  private reachedRate(now: number): number {
    const { rateLimit, sessionRate } = this.frontend;
    if (rateLimit > 0 && sessionRate.read(now) >= rateLimit) return rateLimit;
    const { processRate } = this.engine;
    return processRate.reached(now) ? processRate.limit : 0;
  }

  private recount(): void {
    for (const session of this.sessions) session.recount();
  }

  private gone(session: Session): void {
    if (!this.sessions.delete(session)) return;
    const listener = session.listener as Listener;
    if (session.tracked !== undefined) releaseTracked(session);
    tallyDisconnect(this.frontend, listener);
    listener.places.leave();
    this.frontend.places.leave();
    const left = this.engine.process.disconnect();
    if (this.engine.process.awaited) this.onRoom();
    if (left === 0) this.onLast();
  }

  /** Stops listening; sessions go on, and so do those who wait for a place: nobody else can serve them. */
  close(): void {
    clearTimeout(this.rateTimer);
    this.rateTimer = undefined;
    for (const { socket } of this.sockets) {
      if (!this.frontend.paused) socket.resume();
      socket.close();
    }
    this.sockets.length = 0;
  }

  /**
   * Soft stop: idle connections close, busy ones after their current exchange.
   * @param spread `close-spread-time`, ms: connections are told at random moments within it; Infinity = never
   */
  retire(spread = 0): void {
    this.frontend.stopping = true;
    this.engine.silence.end();
    for (const session of this.sessions) {
      if (spread === 0) session.retire();
      else if (spread !== Infinity) setTimeout(() => session.retire(), Math.random() * spread).unref();
    }
  }

  /** Hard stop. */
  abort(): void {
    for (const { transport } of this.held.splice(0)) transport.destroy();
    this.engine.silence.end();
    for (const session of this.sessions) session.transport.destroy();
  }
}
