import { FreqCounter } from '../base/freq-counter.js';
import type { ProxyModel } from '../config/model.js';
import type { CheckPlan } from '../checks/plan.js';
import type { CompiledRule } from '../core/action.js';
import type { Balancer } from '../core/balancer.js';
import { BE } from '../core/counters.js';
import type { ProxyLogger } from '../core/log.js';
import type { HttpService } from '../core/service.js';
import type { BackendInfo } from '../core/stream.js';
import type { Arena } from './arena.js';
import type { UseServer } from './compile-rules.js';
import type { ErrorReplies } from './error-replies.js';
import type { Persistence } from './persistence.js';
import { PendingQueue } from './queue.js';
import type { Server } from './server.js';
import type { Timeouts } from './timeouts.js';

/** A backend (or the backend half of a `listen`) as it runs. Filled by compile.ts; streams only read it. */
export class Backend implements BackendInfo {
  readonly name: string;
  readonly mode: 'http' | 'tcp';
  readonly servers: Server[] = [];
  readonly queue = new PendingQueue();
  /** Sessions per second. */
  readonly sessionRate = new FreqCounter(1000);
  readonly counters: Float64Array;
  /** Set by compile.ts once the servers exist. */
  balancer!: Balancer;
  /** Name of the algorithm in effect. */
  algorithm = 'roundrobin';
  logger!: ProxyLogger;
  timeouts!: Timeouts;
  errorReplies!: ErrorReplies;
  /** Streams using this backend make its minconn servers grow up to maxconn when they are this many. */
  fullconn = 0;
  /** Connection attempts after the first. */
  retries = 3;
  /** As ProxyModel.redispatch. */
  redispatch = 0;
  disabled = false;
  /** Seconds of silence before TCP keep-alive probes (`option srvtcpka`), 0 = none. */
  keepAlive = 0;
  /** Failures after sending that `retry-on` names, as a mask (upstream/retry). */
  retryAfterSend = 0;
  /** Cookies and the rest of what keeps clients on their server; undefined where nothing does. */
  persistence: Persistence | undefined = undefined;
  /** Traffic tells about the servers' health (`observe`); set by compile.ts where a server wants to know. */
  onTraffic: ((server: Server, ok: boolean, layer: 'layer4' | 'layer7') => void) | undefined = undefined;

  httpRequest: CompiledRule[] = [];
  lateRequest: CompiledRule[] = [];
  httpResponse: CompiledRule[] = [];
  lateResponse: CompiledRule[] = [];
  httpAfterResponse: CompiledRule[] = [];
  tcpContent: CompiledRule[] = [];
  tcpResponse: CompiledRule[] = [];
  useServers: UseServer[] = [];
  services: HttpService[] = [];

  /** How its servers are checked; undefined = they are not. */
  checkPlan: CheckPlan | undefined = undefined;

  /** Usable servers, as `act` and `bck` in the statistics; kept by state/health. */
  activeServers = 0;
  backupServers = 0;
  /** Date.now() in seconds of the last change between "some server" and "none". */
  lastChange: number;
  downTime = 0;

  constructor(
    readonly model: ProxyModel,
    readonly id: number,
    arena: Arena,
    nowSeconds: number,
  ) {
    this.name = model.name;
    this.mode = model.mode;
    this.counters = arena.floats(BE.size);
    this.lastChange = nowSeconds;
  }

  get currentConnections(): number {
    return this.counters[BE.scur];
  }

  /** Streams in the backend's own queue (`px->queueslength`); those in the servers' queues not included. */
  get queued(): number {
    return this.queue.length;
  }

  /** False when no server can take traffic: `DOWN` in the statistics. A backend without servers counts as up. */
  get up(): boolean {
    return this.servers.length === 0 || this.activeServers + this.backupServers > 0;
  }
}
