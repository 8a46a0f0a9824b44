import { isIP } from 'node:net';
import type { BalancedServer } from '../core/balancer.js';
import { ServerChange } from '../core/balancer.js';
import type { CheckResult } from '../core/check.js';
import { SV, SV_MAXIMA, SV_MEANS } from '../core/counters.js';
import type { ServerInfo, StreamContext } from '../core/stream.js';
import type { TlsConnector } from '../core/tls.js';
import type { ConnectSpec } from '../core/transport.js';
import type { LinkPool } from '../core/upstream.js';
import type { ServerModel } from '../config/model.js';
import { Agent } from './agent.js';
import type { Arena } from './arena.js';
import type { Backend } from './backend.js';
import { dynamicCookie } from './dynamic-cookie.js';
import { Figures, ThreadedRate } from './figures.js';
import type { Greeter } from './greeter.js';
import { HealthRecord } from './health-record.js';
import { PendingQueue, queueWords } from './queue.js';
import { socketPath } from './socket-path.js';
import { timeHistograms, type TimeHistograms } from './time-histograms.js';

/** HAProxy's operational states (`srv_op_state` in `show servers state`). */
export const enum ServerState {
  Stopped = 0,
  /** Up, its weight still rising (slowstart). */
  Starting = 1,
  Running = 2,
  /** Up, but it asked for no new sessions (check answered 404 with disable-on-404, or drain). */
  Stopping = 3,
}

/** Administrative flags (`srv_admin_state`). */
export const enum Admin {
  ForcedMaint = 0x01,
  InheritedMaint = 0x02,
  /** `disabled` in the configuration: remembered only, ForcedMaint comes with it. */
  ConfigMaint = 0x04,
  ForcedDrain = 0x08,
  InheritedDrain = 0x10,
  /** Its name does not resolve. */
  ResolveMaint = 0x20,
  /** Its name was set at run time: remembered only. */
  HostnameSet = 0x40,
  AnyMaint = 0x01 | 0x02 | 0x20,
  AnyDrain = 0x08 | 0x10,
}

/** HAProxy's BE_WEIGHT_SCALE: a weight of 1 is 16 inside, so that slowstart has steps. */
export const WEIGHT_SCALE = 16;

/** Words of server state that all threads see, in the arena. */
const enum Word {
  State,
  Admin,
  UserWeight,
  EffectiveWeight,
  Served,
  Maxconn,
  size,
}

const MERGING = { size: SV.size, maxima: SV_MAXIMA, means: SV_MEANS, count: SV.stot };

/** A server of a backend as it runs: identity, state, load and counters. */
export class Server implements BalancedServer, ServerInfo {
  readonly name: string;
  readonly backup: boolean;
  /** Resolved IP address, '' until resolved. May change at run time. */
  address: string;
  port: number;
  /** The name that stands in place of an address, '' = none. May change at run time. */
  hostname: string;
  /** The name of a service (`_http._tcp.example.net`) whose SRV records give it name, port and weight; '' = none. */
  readonly service: string;
  /** `port` is added to the one that the client connected to. May change at run time. */
  portOffset: boolean;
  /** Where checks connect to instead (`addr`, `port`), undefined = the server's own. May change at run time. */
  checkAddress: string | undefined;
  checkPort: number | undefined;
  /** The SOCKS4 proxy on the way to it; undefined = there is none. */
  readonly via: { readonly address: string; readonly port: number } | undefined;
  /** UNIX socket path, '' for IP servers. */
  readonly path: string;
  readonly maxqueue: number;
  readonly slowstart: number;
  readonly queue: PendingQueue;
  /** Sessions per second. */
  readonly sessionRate: ThreadedRate;
  /** Idle connections, set by upstream/pool when the server is made ready. */
  pool!: LinkPool;
  readonly figures: Figures;
  /** This thread's figures. */
  readonly counters: Float64Array;
  /** How its times are spread (`time-histograms server`); undefined = not counted. */
  readonly times: TimeHistograms | undefined;

  readonly rise: number;
  readonly fall: number;
  /** It was added at run time. */
  dynamic = false;
  /** Consecutive errors seen in traffic (`observe`). */
  consecutiveErrors = 0;
  /** The server whose state this one follows (`track`). */
  tracked: Server | undefined;
  readonly trackers: Server[] = [];
  /** Where to connect to while the address stays the same; kept by upstream/target. */
  fixedSpec: ConnectSpec | undefined = undefined;
  /** Writes the PROXY header that its connections begin with; undefined = there is none. */
  greeter: Greeter | undefined = undefined;
  /** What its agent says of it; undefined = it has none. */
  readonly agent: Agent | undefined;
  /** The `cookie` parameter, and what `dynamic-cookie-key` makes of the address it was made for. */
  readonly #ownCookie: string | undefined;
  #madeCookie: string | undefined = undefined;
  #madeFor = '';
  /** TLS on its connections, and on those of its checks; undefined = none. */
  tls: TlsConnector | undefined = undefined;
  checkTls: TlsConnector | undefined = undefined;
  /** When it goes: the files of its TLS are in use no longer. */
  releaseTls: (() => void) | undefined = undefined;
  /** `sni`, where the name is another for each stream. */
  tlsName: ((stream: StreamContext) => string | undefined) | undefined = undefined;
  /** What `set server … ssl on` puts in force; undefined = the configuration knows of no TLS to it. */
  readyTls: Pick<Server, 'tls' | 'tlsName'> | undefined = undefined;
  /** `set server … ssl` has been used: what the line said is history. */
  tlsSwitched = false;

  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #record: HealthRecord;

  constructor(
    readonly model: ServerModel,
    readonly backend: Backend,
    public index: number,
    arena: Arena,
    nowSeconds: number,
    readonly id: number = model.id ?? index + 1,
  ) {
    this.name = model.name;
    this.backup = model.backup;
    this.address = model.address.kind === 'ip' ? model.address.host || '0.0.0.0' : '';
    this.port = model.address.port;
    const named = isIP(this.address) === 0 ? this.address : '';
    this.service = named.startsWith('_') ? named : '';
    this.hostname = this.service === '' ? named : '';
    if (this.service !== '') this.address = '';
    this.portOffset = model.address.portOffset;
    this.checkAddress = model.checkAddress?.host;
    this.checkPort = model.checkPort ?? ((model.checkAddress?.port ?? 0) > 0 ? model.checkAddress?.port : undefined);
    this.path = socketPath(model.address);
    this.via = model.socks4 && { address: model.socks4.host, port: model.socks4.port };
    this.maxqueue = model.maxqueue;
    this.slowstart = model.slowstart;
    this.rise = model.rise;
    this.fall = model.fall;
    this.#ownCookie = model.cookie;
    this.figures = new Figures(arena, MERGING);
    this.counters = this.figures.own;
    this.times = timeHistograms(arena, backend.model.timeHistograms, 'server');
    this.sessionRate = new ThreadedRate(arena);
    this.queue = new PendingQueue(arena.words(queueWords(arena.place.count)), backend.arrivals, arena.place.index);
    this.#words = arena.words(Word.size);
    // the main thread's word: what has changed since must not be undone by a thread that comes later
    this.#record = new HealthRecord(arena);
    this.agent = model.agentCheck ? new Agent(model, arena) : undefined;
    if (arena.place.index !== 0) return;
    this.health = model.disabled ? 0 : model.rise;
    this.lastChange = nowSeconds;
    this.#words[Word.Maxconn] = model.maxconn;
    this.#words[Word.State] = model.disabled ? ServerState.Stopped : ServerState.Running;
    this.#words[Word.Admin] = model.disabled ? Admin.ForcedMaint | Admin.ConfigMaint : 0;
    this.#words[Word.UserWeight] = model.weight;
    this.#words[Word.EffectiveWeight] = model.weight * WEIGHT_SCALE;
  }

  /** The `cookie` value that names this server: its own, or one that follows its address (`dynamic-cookie-key`). */
  get cookie(): string | undefined {
    const { dynamicCookieKey, dynamicCookies } = this.backend;
    if (this.#ownCookie !== undefined || dynamicCookieKey === undefined || !dynamicCookies) return this.#ownCookie;
    const source = `${this.address} ${this.port} ${dynamicCookieKey}`;
    if (this.#madeFor !== source) {
      this.#madeFor = source;
      this.#madeCookie = dynamicCookie(dynamicCookieKey, this.address, this.port);
    }
    return this.#madeCookie;
  }

  get stopgap(): boolean {
    return this.backend.dispatch === this;
  }

  get state(): ServerState {
    return this.#words[Word.State];
  }
  /** Changes the operational state only; telling the balancer and the log is state/health's business. */
  set state(value: ServerState) {
    this.#words[Word.State] = value;
  }
  get admin(): number {
    return this.#words[Word.Admin];
  }
  set admin(flags: number) {
    this.#words[Word.Admin] = flags;
  }
  /** 0 … rise+fall-1; down below `rise`. */
  get health(): number {
    return this.#record.health;
  }
  set health(value: number) {
    this.#record.health = value;
  }
  /** True when it is checked; set by the check scheduler. */
  get checked(): boolean {
    return this.#record.checked;
  }
  set checked(yes: boolean) {
    this.#record.checked = yes;
  }
  /** It has checks of its own, switched on or off. */
  get checkable(): boolean {
    return this.#record.checkable;
  }
  set checkable(yes: boolean) {
    this.#record.checkable = yes;
  }
  get checkInProgress(): boolean {
    return this.#record.inProgress;
  }
  set checkInProgress(yes: boolean) {
    this.#record.inProgress = yes;
  }
  get checkResult(): CheckResult {
    return this.#record.result;
  }
  set checkResult(result: CheckResult) {
    this.#record.result = result;
  }
  /** Date.now() in seconds when it last went up or down. */
  get lastChange(): number {
    return this.#record.lastChange;
  }
  set lastChange(seconds: number) {
    this.#record.lastChange = seconds;
  }
  /** Seconds spent down, not counting the current outage. */
  get downTime(): number {
    return this.#record.downTime;
  }
  set downTime(seconds: number) {
    this.#record.downTime = seconds;
  }
  /** `weight` of the configuration. */
  get initialWeight(): number {
    return this.model.weight;
  }
  get userWeight(): number {
    return this.#words[Word.UserWeight];
  }
  set userWeight(weight: number) {
    this.#words[Word.UserWeight] = weight;
  }
  get effectiveWeight(): number {
    const drains = (this.admin & Admin.AnyDrain) !== 0 || this.#words[Word.State] === ServerState.Stopping;
    return drains ? 0 : this.#words[Word.EffectiveWeight];
  }
  /** Set by slowstart and weight changes. */
  set effectiveWeight(weight: number) {
    this.#words[Word.EffectiveWeight] = weight;
  }

  get inMaintenance(): boolean {
    return (this.admin & Admin.AnyMaint) !== 0;
  }
  get usable(): boolean {
    return this.#words[Word.State] !== ServerState.Stopped && (this.#words[Word.Admin] & Admin.AnyMaint) === 0;
  }

  /** Streams being served, in all threads. */
  get served(): number {
    return Atomics.load(this.#words, Word.Served);
  }
  get currentConnections(): number {
    return Atomics.load(this.#words, Word.Served);
  }
  get maxconn(): number {
    return this.#words[Word.Maxconn];
  }
  /** `set maxconn server`: 0 = none. */
  set maxconn(limit: number) {
    this.#words[Word.Maxconn] = limit;
  }
  /** Means something below `maxconn` only. */
  get minconn(): number {
    const { maxconn, model } = this;
    return model.minconn > 0 && model.minconn < maxconn ? model.minconn : maxconn;
  }
  get queued(): number {
    return this.queue.length;
  }

  /** Manual 5.2 `minconn`: the limit follows the backend's load between minconn and maxconn, and slowstart. 0 = none. */
  get dynamicMaxconn(): number {
    if (this.maxconn === 0) return 0;
    let limit = this.maxconn;
    if (this.minconn < this.maxconn && this.backend.currentConnections < this.backend.fullconn) {
      limit = Math.max(
        this.minconn,
        Math.floor((this.backend.currentConnections * this.maxconn) / this.backend.fullconn),
      );
    }
    if (this.state === ServerState.Starting && this.slowstart > 0) {
      limit = Math.max(1, Math.floor((limit * this.effectiveWeight) / Math.max(1, this.userWeight * WEIGHT_SCALE)));
    }
    return limit;
  }

  /** No room for one more stream now. */
  get full(): boolean {
    const limit = this.dynamicMaxconn;
    return limit > 0 && (this.queue.length > 0 || this.served >= limit);
  }

  /** A stream takes one of the server's slots. @returns false when another thread took the last one just now */
  take(): boolean {
    const served = Atomics.add(this.#words, Word.Served, 1) + 1;
    const limit = this.dynamicMaxconn;
    if (limit > 0 && served > limit) {
      Atomics.sub(this.#words, Word.Served, 1);
      return false;
    }
    this.counters[SV.scur]++;
    if (served > this.counters[SV.smax]) this.counters[SV.smax] = served;
    this.backend.balancer.update(this, ServerChange.Take);
    return true;
  }

  /** The stream left. The caller then looks at the queues. */
  release(): void {
    Atomics.sub(this.#words, Word.Served, 1);
    this.counters[SV.scur]--;
    this.backend.balancer.update(this, ServerChange.Release);
  }

  /** A thread is gone with all the streams it had here. */
  forgetThread(thread: number): void {
    const row = this.figures.rows[thread];
    Atomics.sub(this.#words, Word.Served, row[SV.scur]);
    row[SV.scur] = 0;
    row[SV.qcur] = 0;
    row[SV.idleConn] = 0;
    row[SV.usedConn] = 0;
    row[SV.safeConn] = 0;
    this.queue.forgetThread(thread);
  }
}
