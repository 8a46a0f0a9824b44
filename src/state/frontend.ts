import type { AddressModel, BindModel, ProxyModel } from '../config/model.js';
import type { CompiledRule } from '../core/action.js';
import { FE, FE_MAXIMA, LI, LI_MAXIMA } from '../core/counters.js';
import type { ProxyLogger } from '../core/log.js';
import type { HttpService } from '../core/service.js';
import type { FrontendInfo, ListenerInfo, StreamContext } from '../core/stream.js';
import type { TlsAcceptor } from '../core/tls.js';
import type { Arena } from './arena.js';
import type { BadMessage } from './bad-message.js';
import type { Backend } from './backend.js';
import type { ErrorReplies } from './error-replies.js';
import { Figures, ThreadedRate } from './figures.js';
import { TimeHistogram } from './time-histograms.js';
import type { Timeouts } from './timeouts.js';

/** One compiled `use_backend` line. */
export interface UseBackend {
  readonly condition: ((stream: StreamContext) => boolean) | undefined;
  /** undefined = the (dynamic) name matched no backend: the next line is tried. */
  choose(stream: StreamContext): Backend | undefined;
}

const FE_MERGING = { size: FE.size, maxima: FE_MAXIMA, means: [], count: 0 };
const LI_MERGING = { size: LI.size, maxima: LI_MAXIMA, means: [], count: 0 };

/** Connections counted against a limit by all threads together. */
class Places {
  constructor(private readonly word: Int32Array<SharedArrayBuffer>) {}

  get taken(): number {
    return Atomics.load(this.word, 0);
  }

  /** @param limit 0 = none. @returns false, and none is taken, when all are */
  take(limit: number): boolean {
    if (Atomics.add(this.word, 0, 1) < limit || limit === 0) return true;
    Atomics.sub(this.word, 0, 1);
    return false;
  }

  leave(count = 1): void {
    Atomics.sub(this.word, 0, count);
  }
}

/** A frontend (or the frontend half of a `listen`) as it runs. Filled by compile.ts; sessions only read it. */
export class Frontend implements FrontendInfo {
  readonly name: string;
  readonly mode: 'http' | 'tcp';
  readonly figures: Figures;
  /** This thread's figures. */
  readonly counters: Float64Array;
  /** How long its requests take, or sessions in TCP mode (`time-histograms`); undefined = not counted. */
  readonly totalTime: TimeHistogram | undefined;
  readonly places: Places;
  readonly listeners: Listener[] = [];
  /** Per second: connections accepted, sessions (past `tcp-request connection`), HTTP requests. */
  readonly connectionRate: ThreadedRate;
  readonly sessionRate: ThreadedRate;
  readonly requestRate: ThreadedRate;
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

  /** The last request that was none. */
  badRequest: BadMessage | undefined = undefined;
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
  /** What follows the statistics page: rules of the past, `redirect` lines. */
  lateRequest: CompiledRule[] = [];
  httpResponse: CompiledRule[] = [];
  lateResponse: CompiledRule[] = [];
  httpAfterResponse: CompiledRule[] = [];
  useBackends: UseBackend[] = [];
  defaultBackend: Backend | undefined;
  services: HttpService[] = [];
  /** The backend half of the same `listen`, where it keeps clients on servers: its log lines show that from the start. */
  persistent: Backend | undefined = undefined;
  /** How clients of HTTP/1 are sent names of fields (`option h1-case-adjust-bogus-client`). */
  headerCase: ReadonlyMap<string, string> | undefined;
  monitorUri: string | undefined;
  monitorFail: ((stream: StreamContext) => boolean)[] = [];
  uniqueId: ((stream: StreamContext) => string) | undefined;
  uniqueIdHeader: string | undefined;

  readonly captureSlots: { readonly request: readonly number[]; readonly response: readonly number[] };

  constructor(
    readonly model: ProxyModel,
    readonly id: number,
    arena: Arena,
  ) {
    this.name = model.name;
    const lengths = (wanted: 'request' | 'response'): number[] =>
      model.captureSlots.filter(({ direction }) => direction === wanted).map(({ length }) => length);
    this.captureSlots = { request: lengths('request'), response: lengths('response') };
    this.mode = model.mode;
    this.figures = new Figures(arena, FE_MERGING);
    this.counters = this.figures.own;
    const { of, bounds } = model.timeHistograms;
    this.totalTime = of === 'off' ? undefined : new TimeHistogram(arena, bounds);
    this.places = new Places(arena.words(1));
    this.connectionRate = new ThreadedRate(arena);
    this.sessionRate = new ThreadedRate(arena);
    this.requestRate = new ThreadedRate(arena);
  }

  /** Connections open now, in all threads. */
  get currentConnections(): number {
    return this.places.taken;
  }
}

/** One address and port of a `bind` line. */
export class Listener implements ListenerInfo {
  readonly figures: Figures;
  /** This thread's figures. */
  readonly counters: Float64Array;
  readonly places: Places;
  readonly name: string;
  /** TLS on its connections; undefined = none. */
  tls: TlsAcceptor | undefined = undefined;

  constructor(
    readonly bind: BindModel,
    readonly bindAddress: AddressModel,
    readonly frontend: Frontend,
    readonly id: number,
    readonly port: number,
    arena: Arena,
  ) {
    this.name = bind.name ?? `sock-${id}`;
    this.figures = new Figures(arena, LI_MERGING);
    this.counters = this.figures.own;
    this.places = new Places(arena.words(1));
  }

  /** As HAProxy prints it: `127.0.0.1:80`, `0.0.0.0:80` for `*`, or a path. */
  get address(): string {
    const { kind, host, family } = this.bindAddress;
    if (kind !== 'ip') return host;
    return `${host === '' ? (family === 6 ? '::' : '0.0.0.0') : host}:${this.port}`;
  }

  get secure(): boolean {
    return this.tls !== undefined;
  }

  get currentConnections(): number {
    return this.places.taken;
  }

  get givenName(): string | undefined {
    return this.bind.name;
  }

  get maxconn(): number {
    return this.bind.maxconn ?? 0;
  }
}
