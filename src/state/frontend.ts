import { FreqCounter } from '../base/freq-counter.js';
import type { AddressModel, BindModel, ProxyModel } from '../config/model.js';
import type { CompiledRule } from '../core/action.js';
import { FE, LI } from '../core/counters.js';
import type { ProxyLogger } from '../core/log.js';
import type { HttpService } from '../core/service.js';
import type { FrontendInfo, ListenerInfo, StreamContext } from '../core/stream.js';
import type { Arena } from './arena.js';
import type { Backend } from './backend.js';
import type { ErrorReplies } from './error-replies.js';
import type { Timeouts } from './timeouts.js';

/** One compiled `use_backend` line. */
export interface UseBackend {
  readonly condition: ((stream: StreamContext) => boolean) | undefined;
  /** undefined = the (dynamic) name matched no backend: the next line is tried. */
  choose(stream: StreamContext): Backend | undefined;
}

/** A frontend (or the frontend half of a `listen`) as it runs. Filled by compile.ts; sessions only read it. */
export class Frontend implements FrontendInfo {
  readonly name: string;
  readonly mode: 'http' | 'tcp';
  readonly counters: Float64Array;
  readonly listeners: Listener[] = [];
  /** Per second: connections accepted, sessions (past `tcp-request connection`), HTTP requests. */
  readonly connectionRate = new FreqCounter(1000);
  readonly sessionRate = new FreqCounter(1000);
  readonly requestRate = new FreqCounter(1000);
  logger!: ProxyLogger;
  timeouts!: Timeouts;
  errorReplies!: ErrorReplies;
  /** 0 = unlimited. */
  maxconn = 0;
  /** `rate-limit sessions`, 0 = none. */
  rateLimit = 0;
  /** `disabled`, or stopped at run time. */
  disabled = false;
  /** Seconds of silence before TCP keep-alive probes (`option clitcpka`), 0 = none. */
  keepAlive = 0;
  /** `disable frontend`: bound, but not accepting for now. */
  paused = false;

  /** No new connections; kept-alive ones close after their current request. */
  stopping = false;
  /** `option logasap`: the line is written when the response begins. */
  logAsap = false;
  /** A log line shows our address towards the server (%bi, %bp): looking it up costs a system call. */
  logsBackendSource = false;

  tcpConnection: CompiledRule[] = [];
  tcpSession: CompiledRule[] = [];
  tcpContent: CompiledRule[] = [];
  tcpInspectDelay = 0;
  httpRequest: CompiledRule[] = [];
  httpResponse: CompiledRule[] = [];
  httpAfterResponse: CompiledRule[] = [];
  useBackends: UseBackend[] = [];
  defaultBackend: Backend | undefined;
  services: HttpService[] = [];
  monitorUri: string | undefined;
  monitorFail: ((stream: StreamContext) => boolean)[] = [];
  uniqueId: ((stream: StreamContext) => string) | undefined;
  uniqueIdHeader: string | undefined;

  constructor(
    readonly model: ProxyModel,
    readonly id: number,
    arena: Arena,
  ) {
    this.name = model.name;
    this.mode = model.mode;
    this.counters = arena.floats(FE.size);
  }

  get currentConnections(): number {
    return this.counters[FE.scur];
  }
}

/** One address and port of a `bind` line. */
export class Listener implements ListenerInfo {
  readonly counters: Float64Array;
  readonly name: string;

  constructor(
    readonly bind: BindModel,
    readonly bindAddress: AddressModel,
    readonly frontend: Frontend,
    readonly id: number,
    readonly port: number,
    arena: Arena,
  ) {
    this.name = bind.name ?? `sock-${id}`;
    this.counters = arena.floats(LI.size);
  }

  /** As HAProxy prints it: `127.0.0.1:80`, `0.0.0.0:80` for `*`, or a path. */
  get address(): string {
    const { kind, host, family } = this.bindAddress;
    if (kind !== 'ip') return host;
    return `${host === '' ? (family === 6 ? '::' : '0.0.0.0') : host}:${this.port}`;
  }

  get givenName(): string | undefined {
    return this.bind.name;
  }

  get maxconn(): number {
    return this.bind.maxconn ?? 0;
  }
}
