import type { ProxyModel } from '../config/model.js';
import type { CompiledRule } from '../core/action.js';
import type { Balancer } from '../core/balancer.js';
import { BE } from '../core/counters.js';
import type { ProxyLogger } from '../core/log.js';
import type { HttpService } from '../core/service.js';
import type { BackendInfo } from '../core/stream.js';
import type { Arena } from './arena.js';
import type { ErrorReplies } from './error-replies.js';
import { PendingQueue } from './queue.js';
import type { Server } from './server.js';
import type { Timeouts } from './timeouts.js';

/** A backend (or the backend half of a `listen`) as it runs. Filled by compile.ts; streams only read it. */
export class Backend implements BackendInfo {
  readonly name: string;
  readonly mode: 'http' | 'tcp';
  readonly servers: Server[] = [];
  readonly queue = new PendingQueue();
  readonly counters: Float64Array;
  /** Set by compile.ts once the servers exist. */
  balancer!: Balancer;
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

  httpRequest: CompiledRule[] = [];
  httpResponse: CompiledRule[] = [];
  httpAfterResponse: CompiledRule[] = [];
  tcpContent: CompiledRule[] = [];
  tcpResponse: CompiledRule[] = [];
  services: HttpService[] = [];

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
