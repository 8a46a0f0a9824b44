import { FreqCounter } from '../base/freq-counter.js';
import type { BalancedServer } from '../core/balancer.js';
import { ServerChange } from '../core/balancer.js';
import type { CheckResult } from '../core/check.js';
import { SV } from '../core/counters.js';
import type { ServerInfo } from '../core/stream.js';
import type { ConnectSpec } from '../core/transport.js';
import type { LinkPool } from '../core/upstream.js';
import type { ServerModel } from '../config/model.js';
import { Agent } from './agent.js';
import type { Arena } from './arena.js';
import type { Backend } from './backend.js';
import type { Greeter } from './greeter.js';
import { PendingQueue } from './queue.js';
import { socketPath } from './socket-path.js';

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
  /** `disabled` in the configuration. */
  ConfigMaint = 0x04,
  ForcedDrain = 0x08,
  InheritedDrain = 0x10,
  /** Its name does not resolve. */
  ResolveMaint = 0x20,
  HostnameMaint = 0x40,
  AnyMaint = 0x01 | 0x02 | 0x04 | 0x20 | 0x40,
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
  size,
}

/** A server of a backend as it runs: identity, state, load and counters. */
export class Server implements BalancedServer, ServerInfo {
  readonly name: string;
  readonly id: number;
  readonly backup: boolean;
  /** Resolved IP address, '' until resolved. May change at run time. */
  address: string;
  port: number;
  /** UNIX socket path, '' for IP servers. */
  readonly path: string;
  maxconn: number;
  minconn: number;
  readonly maxqueue: number;
  readonly slowstart: number;
  readonly queue = new PendingQueue();
  /** Sessions per second. */
  readonly sessionRate = new FreqCounter(1000);
  /** Idle connections, set by upstream/pool when the server is made ready. */
  pool!: LinkPool;
  readonly counters: Float64Array;

  /** 0 … rise+fall-1; down below `rise`. */
  health: number;
  readonly rise: number;
  readonly fall: number;
  /** True when it is checked; set by the check scheduler. */
  checked = false;
  checkInProgress = false;
  checkResult: CheckResult = { status: 'INI', code: 0, info: '', durationMs: 0 };
  /** Date.now() in seconds when it last went up or down. */
  lastChange: number;
  /** Seconds spent down, not counting the current outage. */
  downTime = 0;
  /** Consecutive errors seen in traffic (`observe`). */
  consecutiveErrors = 0;
  /** The server whose state this one follows (`track`). */
  tracked: Server | undefined;
  readonly trackers: Server[] = [];
  /** Where to connect to while the address stays the same; kept by upstream/target. */
  fixedSpec: ConnectSpec | undefined = undefined;
  /** Writes the PROXY header that its connections begin with; undefined = there is none. */
  greeter: Greeter | undefined = undefined;
  /** Addresses of the names that checks and the agent are sent to. */
  readonly resolved = new Map<string, string>();
  /** What its agent says of it; undefined = it has none. */
  readonly agent: Agent | undefined;
  /** The `cookie` value that names this server. */
  cookie: string | undefined;

  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(
    readonly model: ServerModel,
    readonly backend: Backend,
    readonly index: number,
    arena: Arena,
    nowSeconds: number,
  ) {
    this.name = model.name;
    this.id = model.id ?? index + 1;
    this.backup = model.backup;
    this.address = model.address.kind === 'ip' ? model.address.host : '';
    this.port = model.address.port;
    this.path = socketPath(model.address);
    this.maxconn = model.maxconn;
    this.minconn = model.minconn > 0 && model.minconn < model.maxconn ? model.minconn : model.maxconn;
    this.maxqueue = model.maxqueue;
    this.slowstart = model.slowstart;
    this.rise = model.rise;
    this.fall = model.fall;
    this.health = model.rise;
    this.cookie = model.cookie;
    this.lastChange = nowSeconds;
    this.agent = model.agentCheck ? new Agent() : undefined;
    this.counters = arena.floats(SV.size);
    this.#words = arena.words(Word.size);
    this.#words[Word.State] = model.disabled ? ServerState.Stopped : ServerState.Running;
    this.#words[Word.Admin] = model.disabled ? Admin.ConfigMaint : 0;
    this.#words[Word.UserWeight] = model.weight;
    this.#words[Word.EffectiveWeight] = model.weight * WEIGHT_SCALE;
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

  get served(): number {
    return this.#words[Word.Served];
  }
  get currentConnections(): number {
    return this.#words[Word.Served];
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

  /** A new `maxconn`; 0 = unlimited. A `minconn` of its own stays below it. */
  limit(maxconn: number): void {
    if (this.minconn === this.maxconn || this.minconn > maxconn) this.minconn = maxconn;
    this.maxconn = maxconn;
  }

  /** A stream was given to this server. */
  take(): void {
    this.#words[Word.Served]++;
    const cur = ++this.counters[SV.scur];
    if (cur > this.counters[SV.smax]) this.counters[SV.smax] = cur;
    this.backend.balancer.update(this, ServerChange.Take);
  }

  /** The stream left. The caller then looks at the queues. */
  release(): void {
    this.#words[Word.Served]--;
    this.counters[SV.scur]--;
    this.backend.balancer.update(this, ServerChange.Release);
  }
}
