import type { Arena } from './arena.js';
import { Figures, ThreadedRate } from './figures.js';

const enum Word {
  Connections,
  Waiting,
  Streams,
  Stopping,
  Maxconn,
  HardMaxconn,
  ConnectionRate,
  SessionRate,
  TlsRate,
  CompressionRate,
  size,
}

const enum Total {
  Connections,
  Requests,
  LostLogs,
  ReceivedLogs,
  TlsConnections,
  size,
}

/** What is known of the process before it runs. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly version: string;
  readonly node: string;
  readonly description: string;
  /** Date.now() in ms at start. */
  readonly startDate: number;
  /** `maxconn` of the process; 0 = unlimited. */
  readonly maxconn: number;
  /** `maxconnrate`, `maxsessrate`: per second, 0 = none. */
  readonly connectionRate: number;
  readonly sessionRate: number;
  readonly nbthread: number;
}

/** Limits per second of the whole process that may change at run time (management manual 9.3 `set rate-limit`). */
const RATES = {
  connections: Word.ConnectionRate,
  sessions: Word.SessionRate,
  'ssl-sessions': Word.TlsRate,
  /** Bytes that may be compressed. */
  'http-compression': Word.CompressionRate,
};
export type RateName = keyof typeof RATES;

/** Facts and gauges of the whole process, all its threads included, for limits, statistics and logs. */
export class ProcessState {
  readonly pid: number;
  readonly version: string;
  readonly node: string;
  readonly description: string;
  readonly startDate: number;
  readonly nbthread: number;
  /** TLS connections of clients, and those of them that took a private key, per second. */
  readonly tlsRate: ThreadedRate;
  readonly tlsKeyRate: ThreadedRate;
  private readonly words: Int32Array<SharedArrayBuffer>;
  private readonly totals: Figures;
  /** For each thread 1 while it waits for a limit; the sum is in Word.Waiting. */
  private readonly waiting: Int32Array<SharedArrayBuffer>;
  private readonly thread: number;

  constructor(arena: Arena, identity: ProcessIdentity) {
    this.pid = identity.pid;
    this.version = identity.version;
    this.node = identity.node;
    this.description = identity.description;
    this.startDate = identity.startDate;
    this.nbthread = identity.nbthread;
    this.words = arena.words(Word.size);
    this.waiting = arena.words(arena.place.count);
    this.thread = arena.place.index;
    this.totals = new Figures(arena, { size: Total.size, maxima: [], means: [], count: 0 });
    this.tlsRate = new ThreadedRate(arena);
    this.tlsKeyRate = new ThreadedRate(arena);
    if (arena.place.index !== 0) return;
    this.limitConnections(identity.maxconn);
    this.words[Word.ConnectionRate] = identity.connectionRate;
    this.words[Word.SessionRate] = identity.sessionRate;
  }

  /** Current connections of all frontends (`actconn`). */
  get connections(): number {
    return Atomics.load(this.words, Word.Connections);
  }
  /** Connections and requests since the start. */
  get totalConnections(): number {
    return this.totals.sum(Total.Connections);
  }
  /** Connections since the start, of each thread that carries traffic; what the main one took at first is not among them. */
  get connectionsByThread(): number[] {
    const all = this.totals.rows.map((row) => row[Total.Connections]);
    return all.length > 1 ? all.slice(1) : all;
  }
  get totalRequests(): number {
    return this.totals.sum(Total.Requests);
  }
  /** Log lines that this thread lost so far, for publishLostLogs(). */
  lostLogs: () => number = () => 0;
  /** Shows the other threads what this one lost; now and then. */
  publishLostLogs(): void {
    this.totals.own[Total.LostLogs] = this.lostLogs();
  }
  /** Log lines lost in all threads; those of others as they were up to a second ago. */
  get droppedLogs(): number {
    this.publishLostLogs();
    return this.totals.sum(Total.LostLogs);
  }
  /** Log lines received (`log-forward`). */
  get receivedLogs(): number {
    return this.totals.sum(Total.ReceivedLogs);
  }
  countReceivedLog(): void {
    this.totals.own[Total.ReceivedLogs]++;
  }
  /** TLS connections of clients since the start. */
  get totalTls(): number {
    return this.totals.sum(Total.TlsConnections);
  }
  get maxconn(): number {
    return this.words[Word.Maxconn];
  }
  set maxconn(limit: number) {
    this.words[Word.Maxconn] = limit;
  }
  /** The most that `maxconn` can be set to at run time. */
  get hardMaxconn(): number {
    return this.words[Word.HardMaxconn];
  }
  /** Sets `maxconn` and its own limit, before the first connection. */
  limitConnections(limit: number): void {
    this.words[Word.Maxconn] = limit;
    this.words[Word.HardMaxconn] = limit;
  }

  /** Per second, 0 = none. */
  rateLimit(name: RateName): number {
    return this.words[RATES[name]];
  }
  setRateLimit(name: RateName, limit: number): void {
    this.words[RATES[name]] = limit;
  }
  /** New connections per second: each is a session here, so the smaller limit counts. 0 = none */
  get connectionRateLimit(): number {
    const connections = this.words[Word.ConnectionRate];
    const sessions = this.words[Word.SessionRate];
    return connections === 0 || sessions === 0 ? Math.max(connections, sessions) : Math.min(connections, sessions);
  }

  get stopping(): boolean {
    return this.words[Word.Stopping] !== 0;
  }
  set stopping(yes: boolean) {
    this.words[Word.Stopping] = Number(yes);
  }

  /** A connection wants in. @returns false, and nothing is counted, when `maxconn` is reached */
  connect(): boolean {
    const before = Atomics.add(this.words, Word.Connections, 1);
    if (this.maxconn > 0 && before >= this.maxconn) {
      Atomics.sub(this.words, Word.Connections, 1);
      return false;
    }
    this.countConnection();
    return true;
  }

  /** One that no limit counts: a session of the runtime API. */
  countConnection(): void {
    this.totals.own[Total.Connections]++;
  }

  /**
   * Some connections of this thread wait for a limit, or none does any more. Whoever says so has to look at the limit once
   * more afterwards: it may have been left just before.
   */
  wait(change: 1 | -1): void {
    Atomics.add(this.waiting, this.thread, change);
    Atomics.add(this.words, Word.Waiting, change);
  }

  /** Somebody waits for a limit. */
  get awaited(): boolean {
    return Atomics.load(this.words, Word.Waiting) > 0;
  }

  /** A thread is gone. */
  forgetThread(thread: number): void {
    Atomics.sub(this.words, Word.Waiting, Atomics.exchange(this.waiting, thread, 0));
  }

  /** @param count more than one when a thread died with its connections. @returns how many are left */
  disconnect(count = 1): number {
    return Atomics.sub(this.words, Word.Connections, count) - count;
  }

  /** @param now clock.now() */
  countTls(now: number): void {
    this.totals.own[Total.TlsConnections]++;
    this.tlsRate.add(1, now);
  }

  countRequest(): void {
    this.totals.own[Total.Requests]++;
  }

  /** Numbers streams from 0, requests that never became valid included (`%rt`). */
  nextStream(): number {
    return Atomics.add(this.words, Word.Streams, 1) >>> 0;
  }
}
