import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import { Outcome, type Reply, type StreamControl } from '../../core/action.js';
import { FE } from '../../core/counters.js';
import type { Sample } from '../../core/sample.js';
import type { Tracked } from '../../core/stick-table.js';
import type { SessionContext, StreamContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint } from '../../core/transport.js';
import { BodyReader } from '../../protocol/h1/body.js';
import { dropHopFields } from '../../protocol/h1/connection.js';
import type { H1Request, H1Response } from '../../protocol/h1/head.js';
import { HeadFlag, Method } from '../../protocol/h1/head.js';
import type { Backend } from '../../state/backend.js';
import type { Frontend } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Remembered } from '../../upstream/sticking.js';
import { RETRY_TIMEOUT } from '../../upstream/retry.js';
import { countRequest } from '../../rules/tracking.js';
import { Facts } from '../facts.js';
import type { Heritage } from '../heritage.js';
import { afterTurnAround } from '../retrying.js';
import { tallyRequest } from '../tally.js';
import { Timers } from '../timers.js';
import { analyseRequest, otherBackend, type RequestStep } from './analysis.js';
import { Answer } from './answer.js';
import { Attempts } from './attempts.js';
import { clientGone } from './departure.js';
import { Ending } from './ending.js';
import type { Feed } from './feed.js';
import { HeldBody, sendBody } from './held-body.js';
import { connectionMode } from './mode.js';
import type { CookieTrack } from './persistence/track.js';
import { Phase } from './phase.js';
import { requestText } from './request-head.js';
import type { ResponseStep } from './response-analysis.js';
import { editFits, tallyFailedEdit } from './rewriting.js';
import { requestHeadSize } from './sizes.js';
import type { StreamClient } from './stream-client.js';
import { leaveTarpit } from './tarpit.js';
import { Tunnel } from './tunnel.js';
import { H1Upstream } from './upstream.js';

/**
 * One request and its response: runs the rules, finds a server, moves bytes both ways, and leaves a log line.
 * Reused with its parts: nothing here is allocated per request on the common path.
 *
 *     StreamClient ─► HttpStream ─► Attempts ─► H1Upstream ─► Answer ─► StreamClient
 *     (request)       (rules)       (server)    (response)     │  └─► Tunnel
 *                                                              └─► Ending (also of every failure on the way)
 */
export class HttpStream implements StreamControl, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  client!: StreamClient;
  frontend!: Frontend;
  backend: Backend | undefined = undefined;
  server: Server | undefined = undefined;
  serverTls: TlsFacts | undefined = undefined;
  request: H1Request | undefined = undefined;
  response: H1Response | undefined = undefined;
  readonly requestBody = new BodyReader();
  readonly held = new HeldBody();
  readonly upstream = new H1Upstream(this);
  readonly attempts = new Attempts(this);
  readonly answer = new Answer(this);
  readonly tunnel = new Tunnel(this);
  readonly ending = new Ending(this);
  /** Of an answer that goes on. */
  feed: Feed | undefined = undefined;
  readonly timers = new Timers();
  readonly log = new Facts();
  txnVars: Map<string, Sample> | undefined = undefined;
  reqVars: Map<string, Sample> | undefined = undefined;
  resVars: Map<string, Sample> | undefined = undefined;
  tracked: Tracked | undefined = undefined;
  lastRule: { readonly file: string; readonly line: number } | undefined = undefined;

  reply: Reply | undefined = undefined;
  denyStatus = 0;
  tarpit = 0;
  l7RetryDisabled = false;
  readonly http = true;
  /** The rules on contents of its frontend have been run, before it was known to be HTTP. */
  inspected = false;
  /** `http-after-response` rules have failed: they see nothing more of this exchange. */
  afterFailed = false;
  /** The persistence cookie; undefined where the backend has none. */
  cookies: CookieTrack | undefined = undefined;

  /** Keys that get the server of this stream (`stick store-request`); undefined = none. */
  sticky: Remembered[] | undefined = undefined;

  phase = Phase.Done;
  /** The client's, which decides what it gets of a response; a rule may have another one sent to the server. */
  method = Method.Other;
  /** Rules waited for the body: the time of the request includes it. */
  bodyAwaited = false;
  /** `option http-buffer-request`: the body is part of what `timeout http-request` waits for. */
  buffering = false;
  /** The client closed while rules waited for its body: they see what there is, then the request ends. */
  bodyCut = false;
  /** Where the analysis goes on after a wait, and the rule it stands at. */
  step: RequestStep | ResponseStep = 0;
  readonly rule = { next: 0 };
  /** Rules are waiting for something. */
  waiting = false;
  /** The client's connection ends with this exchange. */
  closeClient = false;
  /** So does the server's. */
  closeServer = false;
  /** `http-request set-timeout server`, ms; -1 = not set. */
  serverTimeout = 0;
  /** Number of attach() calls: a continuation of an earlier use does nothing. */
  private use = 0;

  get stream(): StreamContext {
    return this;
  }
  get session(): SessionContext {
    return this.client.session;
  }
  /** While the rules see the head for the first time: the read buffer, when some of the body came with the head. */
  arriving: Buffer | undefined = undefined;
  /** How many of its bytes are the body's. */
  arrivingBytes = 0;
  /** The proxy answers itself, and that is counted. */
  private intercepted = false;
  /** `strict-mode off`: edits of the request, and of the response, may fail. */
  private softRequest = false;
  private softResponse = false;
  get requestBuffer(): string {
    const held = this.held.text();
    return this.arriving === undefined ? held : held + this.requestBody.data.text(this.arriving);
  }
  get responseBuffer(): string {
    return this.upstream.held.payload();
  }
  get responseComplete(): boolean {
    return this.upstream.held.complete;
  }
  get requestComplete(): boolean {
    return this.requestBody.done || this.bodyCut;
  }
  /** The method that the server knows, which decides how long its response is. */
  get sentMethod(): Method {
    return this.request?.kind ?? this.method;
  }
  /** The client should wait before it sends more of its body. */
  get requestHeldBack(): boolean {
    return (this.phase < Phase.Headers && this.held.bytes >= this.client.engine.bufferSize) || this.upstream.congested;
  }

  attach(client: StreamClient, accept: number, requestStart: number): void {
    this.use++;
    this.client = client;
    this.frontend = client.frontend;
    this.timers.reset(accept, requestStart);
    this.log.reset();
    this.lastRule = undefined;
    this.log.requestNumber = client.engine.process.nextStream();
    this.phase = Phase.Request;
    this.step = 0;
    this.inspected = false;
    this.afterFailed = false;
    this.rule.next = 0;
    this.waiting = false;
    this.intercepted = false;
    this.softRequest = false;
    this.softResponse = false;
    this.closeClient = false;
    this.closeServer = false;
    this.backend = undefined;
    this.server = undefined;
    this.serverTls = undefined;
    this.reply = undefined;
    this.feed = undefined;
    this.denyStatus = 0;
    this.tarpit = 0;
    this.l7RetryDisabled = false;
    this.cookies = undefined;
    this.sticky = undefined;
    this.serverTimeout = -1;
    this.txnVars = undefined;
    this.reqVars = undefined;
    this.resVars = undefined;
    this.bodyAwaited = false;
    this.buffering = false;
    this.bodyCut = false;
    this.requestBody.done = true;
    this.attempts.reset();
    this.answer.reset();
    this.tunnel.reset();
    this.ending.reset();
  }

  /** Goes on with what began as a TCP session. */
  inherit(from: Heritage): void {
    this.inspected = true;
    this.backend = from.backend;
    this.txnVars = from.txnVars;
    this.reqVars = from.reqVars;
    this.lastRule = from.lastRule;
    this.tunnel.timeout = from.tunnelTimeout;
    this.log.inherit(from.log);
    this.attempts.inherit(from.attempts);
  }

  // --- the request's head ---

  /** A complete head: its bytes are in the read buffer until this event is over. */
  begin(head: H1Request): void {
    this.request = head;
    this.timers.requestEnd = clock.recent();
    const { line } = head;
    const { logUriLength } = this.client.engine;
    this.log.requestLine = line.length < logUriLength ? line : line.slice(0, logUriLength - 1);
    if (head.has(HeadFlag.Connection)) dropHopFields(head);
    this.log.bytesIn = requestHeadSize(head);
    this.method = head.kind;
    this.answer.to(head);
    this.closeClient =
      head.has(HeadFlag.Close) || head.has(HeadFlag.MustClose) || (head.minor === 0 && !head.has(HeadFlag.KeepAlive));
    tallyRequest(this);
    if (this.client.session.tracked !== undefined) countRequest(this.client.session);
    if (!this.inspected) this.ending.logStart();
    this.analyse();
  }

  private analyse(): void {
    this.waiting = false;
    if (analyseRequest(this)) {
      if (this.bodyCut) clientGone(this, '');
      else this.dispatch();
    } else if (this.phase !== Phase.Done) this.keepHead();
  }

  /** The request head is needed after this event: copied out of the read buffer. */
  keepHead(): void {
    this.request?.detach();
  }

  /** A rule waits for something that is not traffic. */
  suspend(): () => void {
    this.waiting = true;
    const { use } = this;
    return () => {
      if (this.use === use && this.waiting) this.resume();
    };
  }

  resume(): void {
    if (this.response === undefined) this.analyse();
    else {
      this.answer.analyse();
      if (!this.waiting) this.upstream.resume();
    }
    if (this.phase !== Phase.Done) this.flushBoth();
  }

  private flushBoth(): void {
    this.client.flush();
    this.upstream.flush();
  }

  /** All request rules have passed: the request is ready to be sent. */
  private dispatch(): void {
    const backend = this.backend as Backend;
    const head = this.request as H1Request;
    const mode = connectionMode(this.frontend, backend);
    // a backend's `httpclose` is about its servers: the client's connection is the frontend's
    if (this.frontend.model.httpConnection === 'close') this.closeClient = true;
    // HTTP/1.0 knows no chunks: nobody can tell where such a request ends for the server
    const doubtful = head.minor === 0 && head.has(HeadFlag.MustClose);
    this.closeServer = mode !== 'keep-alive' || doubtful;
    const tellClose = doubtful || (this.closeServer && backend.model.options['http-pretend-keepalive'] !== true);
    const text = requestText(this, head, backend, tellClose);
    this.held.begin(backend.retryAfterSend !== 0);
    // another attempt chooses a server again, from the request
    if (backend.retryAfterSend !== 0) this.keepHead();
    this.attempts.begin(text);
  }

  // --- the request's body ---

  /** Body bytes buffer[start..end) arrived; which of them count is in `requestBody`. */
  requestData(buffer: Buffer, start: number, end: number): void {
    if (this.phase < Phase.Headers) {
      this.held.add(this.requestBody, buffer, start, end);
      if (this.requestHeldBack) this.client.pauseReading();
      if (this.waiting && this.phase === Phase.Request) this.analyseBody();
      return;
    }
    if (this.held.retry && !this.answer.started) {
      this.held.add(this.requestBody, buffer, start, end);
      this.held.giveUpAbove(this.client.engine.bufferSize);
    }
    sendBody(this.upstream, this.requestBody, buffer, start, end);
    if (!this.answer.complete) this.armServer();
  }

  requestEnd(): void {
    if (this.answer.complete) {
      this.upstream.flush();
      this.ending.finish();
    } else if (this.waiting && this.phase === Phase.Request) this.analyseBody();
    else if (this.phase === Phase.Headers) this.armServer();
  }

  /** More of a body that rules wait for. */
  analyseBody(): void {
    if (this.bodyAwaited) this.timers.requestEnd = clock.recent();
    this.analyse();
  }

  /** Rules need the body: a client that waits for a word before it sends it gets one (RFC 9110 section 10.1.1). */
  awaitBody(): void {
    this.waiting = true;
    if (this.bodyAwaited) return;
    this.bodyAwaited = true;
    const { request } = this;
    if (request === undefined || request.minor === 0 || !request.has(HeadFlag.Expect100)) return;
    request.headers.delete('expect');
    this.answer.sendInformational(100, []);
  }

  /** The client's event is over: what it produced leaves now. */
  flushRequest(): void {
    if (!this.upstream.established) return;
    if (!this.upstream.flush() && this.upstream.congested) this.client.pauseReading();
  }

  // --- room to write again ---

  serverDrained(): void {
    if (this.phase === Phase.Tunnel) this.tunnel.touch();
    else if (!this.answer.complete) this.armServer();
    this.client.resumeReading();
  }

  clientDrained(): void {
    if (this.phase === Phase.Done) return;
    if (this.phase === Phase.Tunnel) this.tunnel.touch();
    else if (this.phase === Phase.Data && !this.answer.complete) this.armServer();
    this.upstream.resumeReading();
  }

  // --- time ---

  /** @param timeout ms, 0 = none */
  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  /** How long the server may be silent, ms. */
  get serverLimit(): number {
    return this.serverTimeout >= 0 ? this.serverTimeout : (this.backend as Backend).timeouts.server;
  }

  armServer(): void {
    this.arm(this.serverLimit);
  }

  onTimeout(): void {
    switch (this.phase) {
      case Phase.Tarpit:
        leaveTarpit(this);
        break;
      case Phase.Queue:
        this.timers.queueEnd = clock.recent();
        this.ending.fail('queue-timeout');
        break;
      case Phase.TurnAround:
        afterTurnAround(this.attempts);
        break;
      case Phase.Connect:
        this.attempts.failed('connect-timeout');
        break;
      case Phase.Headers:
        if (!this.attempts.repeat(RETRY_TIMEOUT)) this.ending.fail('server-timeout');
        break;
      case Phase.Data:
        this.ending.fail('server-timeout');
        break;
      case Phase.Feed:
        this.feed?.tick();
        break;
      case Phase.Tunnel:
        this.tunnel.timedOut();
        break;
      case Phase.Request:
      case Phase.Done:
        break;
    }
  }

  // --- what rules may do ---

  errorReply(status: number): Reply {
    return (this.backend ?? this.frontend).errorReplies.get(status, this);
  }

  sendInformational(status: number, headers: readonly (readonly [string, string])[]): void {
    this.answer.sendInformational(status, headers);
  }

  setSource(endpoint: Endpoint): void {
    this.client.requestSource = endpoint;
  }

  setDestination(endpoint: Endpoint): void {
    this.client.requestDestination = endpoint;
  }

  setTimeout(which: 'server' | 'tunnel' | 'client', ms: number): void {
    if (which === 'server') this.serverTimeout = ms;
    else if (which === 'tunnel') this.tunnel.timeout = ms;
  }

  editFits(response: boolean, bytes: number): boolean {
    return editFits(this, response, bytes);
  }

  editFailed(response: boolean): Outcome {
    tallyFailedEdit(this);
    return (response ? this.softResponse : this.softRequest) ? Outcome.Continue : Outcome.Invalid;
  }

  /** Only what a frontend answers counts, as in HAProxy. */
  intercept(): void {
    if (this.intercepted) return;
    this.intercepted = true;
    if (otherBackend(this) === undefined) this.frontend.counters[FE.intercepted]++;
  }

  setStrict(response: boolean, strict: boolean): void {
    if (response) this.softResponse = !strict;
    else this.softRequest = !strict;
  }

  /** `set-timeout tunnel` and `set-priority-class`, for fetches. */
  get tunnelTimeout(): number {
    return this.tunnel.timeout;
  }

  get priorityClass(): number {
    return this.attempts.priorityClass;
  }

  get priorityOffset(): number {
    return this.attempts.priorityOffset;
  }

  setPriority(which: 'class' | 'offset', value: number): void {
    if (which === 'class') this.attempts.priorityClass = value;
    else this.attempts.priorityOffset = value;
  }
}
