import type { ProxyModel } from '../config/model.js';
import type { CheckPlan } from '../checks/plan.js';
import type { CompiledRule } from '../core/action.js';
import type { Balancer } from '../core/balancer.js';
import { BE, BE_MAXIMA, BE_MEANS } from '../core/counters.js';
import type { LogLevel, ProxyLogger } from '../core/log.js';
import type { HttpService } from '../core/service.js';
import type { BackendInfo } from '../core/stream.js';
import { ALONE, type ThreadLinks } from '../core/threads.js';
import type { Arena } from './arena.js';
import type { BadMessage } from './bad-message.js';
import type { UseServer } from './compile-rules.js';
import type { ErrorReplies } from './error-replies.js';
import { Figures, ThreadedRate } from './figures.js';
import type { Persistence } from './persistence.js';
import type { Sticking } from './sticking.js';
import { PendingQueue, queueWords } from './queue.js';
import type { Server } from './server.js';
import { timeHistograms, type TimeHistograms } from './time-histograms.js';
import type { Timeouts } from './timeouts.js';

/** What all threads see of a backend. */
const enum Word {
  Active,
  Backup,
  LastChange,
  DownTime,
  size,
}

const MERGING = { size: BE.size, maxima: BE_MAXIMA, means: BE_MEANS, count: BE.stot };

/** A backend (or the backend half of a `listen`) as it runs. Filled by compile.ts; streams only read it. */
export class Backend implements BackendInfo {
  readonly name: string;
  readonly mode: 'http' | 'tcp';
  readonly servers: Server[] = [];
  /** Where streams go that no server was chosen for (`dispatch`); not one of `servers`. */
  dispatch: Server | undefined = undefined;
  readonly queue: PendingQueue;
  /** The order of arrival in its queues and those of its servers, shared by all threads. */
  readonly arrivals: Int32Array;
  /** Sessions per second. */
  readonly sessionRate: ThreadedRate;
  readonly figures: Figures;
  /** This thread's figures. */
  readonly counters: Float64Array;
  /** How its times are spread (`time-histograms`); undefined = not counted. */
  readonly times: TimeHistograms | undefined;
  /** Threads whose streams may wait in the same queues. */
  links: ThreadLinks = ALONE;
  /** This thread. */
  readonly thread: number;
  /** Its place among all backends; set by compile.ts. */
  index = 0;
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
  /** How servers of HTTP/1 are sent names of fields (`option h1-case-adjust-bogus-server`). */
  headerCase: ReadonlyMap<string, string> | undefined = undefined;
  /** Seconds of silence before TCP keep-alive probes (`option srvtcpka`), 0 = none. */
  keepAlive = 0;
  /** Failed connections are tried again: unless `retry-on` names only other failures. */
  retriesConnect = true;
  /** Failures after sending that `retry-on` names, as a mask (upstream/retry). */
  retryAfterSend = 0;
  /** Cookies and the rest of what keeps clients on their server; undefined where nothing does. */
  sticking: Sticking | undefined = undefined;
  persistence: Persistence | undefined = undefined;
  /** Told what happens to servers (`email-alert`); undefined = nobody wants to know. */
  alert: ((level: LogLevel, message: string) => void) | undefined = undefined;
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

  /** Makes the balancer anew when servers came or went. */
  remakeBalancer: () => void = () => undefined;
  /** `cookie … dynamic` and `dynamic-cookie-key`, which change at run time. */
  dynamicCookies: boolean;
  dynamicCookieKey: string | undefined;
  /** The last response that was none. */
  badResponse: BadMessage | undefined = undefined;

  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(
    readonly model: ProxyModel,
    readonly id: number,
    arena: Arena,
    nowSeconds: number,
  ) {
    this.name = model.name;
    this.mode = model.mode;
    this.dynamicCookies = model.cookie?.dynamic === true;
    this.dynamicCookieKey = model.dynamicCookieKey;
    this.figures = new Figures(arena, MERGING);
    this.counters = this.figures.own;
    this.times = timeHistograms(arena, model.timeHistograms, 'proxy');
    this.sessionRate = new ThreadedRate(arena);
    this.thread = arena.place.index;
    this.arrivals = arena.words(1);
    this.queue = new PendingQueue(arena.words(queueWords(arena.place.count)), this.arrivals, arena.place.index);
    this.#words = arena.words(Word.size);
    if (arena.place.index === 0) this.lastChange = nowSeconds;
  }

  /** Usable servers, as `act` and `bck` in the statistics; kept by state/health. */
  get activeServers(): number {
    return this.#words[Word.Active];
  }
  set activeServers(count: number) {
    this.#words[Word.Active] = count;
  }
  get backupServers(): number {
    return this.#words[Word.Backup];
  }
  set backupServers(count: number) {
    this.#words[Word.Backup] = count;
  }
  /** Date.now() in seconds of the last change between "some server" and "none". */
  get lastChange(): number {
    return this.#words[Word.LastChange];
  }
  set lastChange(seconds: number) {
    this.#words[Word.LastChange] = seconds;
  }
  get downTime(): number {
    return this.#words[Word.DownTime];
  }
  set downTime(seconds: number) {
    this.#words[Word.DownTime] = seconds;
  }

  get currentConnections(): number {
    return this.figures.sum(BE.scur);
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
