import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import type { Reply, StreamControl } from '../../core/action.js';
import { BE, FE, SV } from '../../core/counters.js';
import { BodyFraming } from '../../core/message.js';
import type { Sample } from '../../core/sample.js';
import type { StreamContext } from '../../core/stream.js';
import type { ConnectSpec, Endpoint } from '../../core/transport.js';
import type { ServerLink } from '../../core/upstream.js';
import { BodyReader } from '../../protocol/h1/body.js';
import type { H1Request, H1Response } from '../../protocol/h1/head.js';
import { HeadFlag, Method } from '../../protocol/h1/head.js';
import { dropHopFields, responseConnection } from '../../protocol/h1/connection.js';
import { canForwardAsIs, responseHeadText } from '../../protocol/h1/writer.js';
import type { Backend } from '../../state/backend.js';
import { pageForBadBytes } from '../../state/error-replies.js';
import type { Frontend } from '../../state/frontend.js';
import type { Pending, PendingQueue } from '../../state/queue.js';
import type { Server } from '../../state/server.js';
import { leave, place, placeOn, type Placeable, preferredServer, quitQueue } from '../../upstream/placement.js';
import { nextAttempt, RETRY_EMPTY, RETRY_JUNK, RETRY_TIMEOUT, retryBitOf } from '../../upstream/retry.js';
import { dial, greetingFor } from '../../upstream/dial.js';
import { connectSpec } from '../../upstream/target.js';
import { Facts } from '../facts.js';
import { type Failure, RESCUE } from '../rescue.js';
import {
  tallyAbort,
  tallyConnect,
  tallyConnected,
  tallyEnd,
  tallyFailure,
  tallyRequest,
  tallyResponse,
  tallyReuse,
} from '../tally.js';
import { Timers } from '../timers.js';
import { analyseRequest, type RequestStep } from './analysis.js';
import type { H1Client } from './client.js';
import { HeldBody, sendBody } from './held-body.js';
import { analyseResponse, type ResponseStep } from './response-analysis.js';
import { sendReply } from './reply.js';
import { connectionMode } from './mode.js';
import { requestText, withServerName } from './request-head.js';
import { releaseHead } from './spare-heads.js';
import { replySize, requestHeadSize, responseHeadSize } from './sizes.js';
import { H1Upstream } from './upstream.js';

/** Where a stream is; gives the second termination character (manual 8.5). */
export const enum Phase {
  Request,
  Tarpit,
  Queue,
  /** Waiting a moment before another attempt on the same server. */
  TurnAround,
  Connect,
  Headers,
  Data,
  Tunnel,
  Done,
}
const PHASE_LETTER = ['R', 'T', 'Q', 'C', 'C', 'H', 'D', 'D', '-'];
/** `set-log-level silent` (LogFacts.level). */
const SILENT = 8;

/**
 * One request and its response: runs the rules, finds a server, moves bytes both ways, and leaves a log line.
 * Reused: nothing here is allocated per request on the common path.
 */
export class HttpStream implements StreamControl, Placeable, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  queuePrevious: Pending | undefined = undefined;
  queueNext: Pending | undefined = undefined;
  queue: PendingQueue | undefined = undefined;
  queueOrder = 0;
  queueServed = 0;
  priorityClass = 0;
  avoid: Server | undefined = undefined;

  client!: H1Client;
  frontend!: Frontend;
  backend: Backend | undefined = undefined;
  server: Server | undefined = undefined;
  request: H1Request | undefined = undefined;
  response: H1Response | undefined = undefined;
  readonly requestBody = new BodyReader();
  readonly upstream = new H1Upstream(this);
  readonly timers = new Timers();
  readonly log = new Facts();
  txnVars: Map<string, Sample> | undefined = undefined;
  reqVars: Map<string, Sample> | undefined = undefined;
  resVars: Map<string, Sample> | undefined = undefined;

  reply: Reply | undefined = undefined;
  denyStatus = 0;
  tarpit = 0;

  phase = Phase.Done;
  /** Rules waited for the body: the time of the request includes it. */
  bodyAwaited = false;
  /** `option http-buffer-request`: the body is part of what `timeout http-request` waits for. */
  buffering = false;
  /** Bytes of interim responses, as the log counts them. */
  interimBytes = 0;
  /** Where the analysis goes on after a wait, and the rule it stands at. */
  step: RequestStep | ResponseStep = 0;
  readonly rule = { next: 0 };
  /** Rules are waiting for something. */
  waiting = false;
  /** The response head (or a reply) is on its way: an error can no longer be told politely. */
  responseStarted = false;
  /** The answer goes to nobody. */
  private clientLost = false;
  /** The response is complete, the request is not. */
  private responseDone = false;
  /** The client's connection ends with this exchange. */
  closeClient = false;
  private closeServer = false;
  /** The log line is written (`option logasap`, `Connect from`). */
  private logged = false;
  private requestText = '';
  private held = new HeldBody();
  private requestMinor = 1;
  private upgradeAsked = false;
  private method = Method.Other;
  private previousServer: Server | undefined = undefined;
  private serverTimeout = 0;
  private tunnelTimeout = 0;
  /** Number of attach() calls: a continuation of an earlier use does nothing. */
  private use = 0;

  get stream(): StreamContext {
    return this;
  }
  get session(): H1Client {
    return this.client;
  }
  /** While the rules see the head for the first time: the read buffer, when some of the body came with the head. */
  arriving: Buffer | undefined = undefined;
  get requestBuffer(): string {
    const held = this.held.text();
    return this.arriving === undefined ? held : held + this.requestBody.data.text(this.arriving);
  }
  readonly responseBuffer = '';
  get requestComplete(): boolean {
    return this.requestBody.done;
  }
  /** The client should wait before it sends more of its body. */
  get requestHeldBack(): boolean {
    return (this.phase < Phase.Headers && this.held.bytes >= this.client.engine.bufferSize) || this.upstream.congested;
  }

  attach(client: H1Client, accept: number, requestStart: number): void {
    this.use++;
    this.client = client;
    this.frontend = client.frontend;
    this.timers.reset(accept, requestStart);
    this.log.reset();
    this.log.requestNumber = client.engine.process.streams++;
    this.phase = Phase.Request;
    this.step = 0;
    this.rule.next = 0;
    this.waiting = false;
    this.responseStarted = false;
    this.responseDone = false;
    this.closeClient = false;
    this.closeServer = false;
    this.logged = this.frontend.logger.atStart === true;
    this.backend = undefined;
    this.server = undefined;
    this.previousServer = undefined;
    this.avoid = undefined;
    this.reply = undefined;
    this.denyStatus = 0;
    this.tarpit = 0;
    this.priorityClass = 0;
    this.serverTimeout = -1;
    this.tunnelTimeout = -1;
    this.txnVars = undefined;
    this.reqVars = undefined;
    this.resVars = undefined;
    this.clientLost = false;
    this.bodyAwaited = false;
    this.buffering = false;
    this.interimBytes = 0;
    this.requestBody.done = true;
  }

  // --- the request ---

  /** A complete head: its bytes are in the read buffer until this event is over. */
  begin(head: H1Request): void {
    this.request = head;
    this.timers.requestEnd = clock.recent();
    const { line } = head;
    const { logUriLength } = this.client.engine;
    this.log.requestLine = line.length < logUriLength ? line : line.slice(0, logUriLength - 1);
    if (head.has(HeadFlag.Connection)) dropHopFields(head);
    this.log.bytesIn = requestHeadSize(head);
    this.requestMinor = head.minor;
    this.upgradeAsked = head.has(HeadFlag.ConnectionUpgrade) && head.has(HeadFlag.Upgrade);
    this.method = head.kind;
    this.closeClient =
      head.has(HeadFlag.Close) || head.has(HeadFlag.MustClose) || (head.minor === 0 && !head.has(HeadFlag.KeepAlive));
    tallyRequest(this);
    this.logged = this.frontend.logger.atStart === true;
    if (this.logged) this.frontend.logger.stream(this);
    this.analyse();
  }

  private analyse(): void {
    this.waiting = false;
    if (analyseRequest(this)) this.dispatch();
    else if (this.phase !== Phase.Done) this.keepHead();
  }

  /** The request head is needed after this event: copied out of the read buffer. */
  private keepHead(): void {
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
      this.analyseResponse();
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
    this.requestText = requestText(this, head, backend, tellClose);
    this.held.begin(backend.retryAfterSend !== 0);
    // another attempt chooses a server again, from the request
    if (backend.retryAfterSend !== 0) this.keepHead();
    this.findServer();
  }

  private findServer(): void {
    this.phase = Phase.Queue;
    const backend = this.backend as Backend;
    const last = this.log.retries === 0 ? preferredServer(this.client.lastServer, backend) : undefined;
    const placement = last === undefined ? place(this, backend) : placeOn(this, last);
    if (placement === 'queued') {
      this.arm(backend.timeouts.queue);
      this.keepHead();
    } else if (placement === 'no-server') {
      this.phase = Phase.Connect;
      this.fail('no-server');
    } else if (placement === 'queue-full') this.fail('queue-full');
  }

  placed(server: Server): void {
    this.server = server;
    this.log.serverName = server.name;
    this.timers.queueEnd = clock.recent();
    this.attempt(server);
  }

  unplaced(): void {
    this.findServer();
  }

  /** Connects to a server whose slot is ours. */
  private attempt(server: Server): void {
    timers.disarm(this);
    tallyConnect(this, server, this.previousServer);
    this.previousServer = server;
    this.connect(server);
  }

  private connect(server: Server): void {
    this.phase = Phase.Connect;
    const greeting = greetingFor(server, this);
    const link = this.log.retries === 0 ? this.idleLink(server, greeting) : undefined;
    if (link !== undefined) {
      tallyReuse(server);
      this.connected(link);
      return;
    }
    const spec: ConnectSpec = connectSpec(server, this);
    this.log.serverEndpoint = { address: spec.address, port: spec.port, family: spec.address.includes(':') ? 6 : 4 };
    tallyConnected(server);
    this.upstream.connecting(dial(this.client.engine.transports, spec, this.upstream, greeting), greeting);
    this.arm((this.backend as Backend).timeouts.connect);
    this.keepHead();
  }

  /** A connection that spoke for one client in its PROXY header serves nobody else. */
  private idleLink(server: Server, greeting: string): ServerLink | undefined {
    const own = this.client.takeOwnLink(server, greeting);
    return own ?? (greeting === '' ? server.pool.take(this.client.requestCount === 1) : undefined);
  }

  newConnection(link: ServerLink): void {
    const { keepAlive } = this.backend as Backend;
    if (keepAlive > 0) link.transport.setKeepAlive(true, keepAlive);
    if (this.frontend.logsBackendSource) this.log.backendSource = link.transport.local;
    this.connected(link);
  }

  private connected(link: ServerLink): void {
    const { engine } = this.client;
    const relaxed = (this.backend as Backend).model.options['accept-invalid-http-response'] === true;
    this.upstream.use(link, this.method, relaxed ? engine.relaxedHead : engine.strictHead);
    this.timers.connectEnd = clock.recent();
    this.phase = Phase.Headers;
    const { sendName } = (this.backend as Backend).model;
    const text = this.requestText;
    this.upstream.sendText(sendName === undefined ? text : withServerName(text, sendName, this.server as Server));
    this.held.sendTo(this.upstream);
    this.armServer();
    if (!this.client.consuming) {
      this.upstream.flush();
      this.client.resumeReading();
    }
  }

  /** Body bytes buffer[start..end) arrived; which of them count is in `requestBody`. */
  requestData(buffer: Buffer, start: number, end: number): void {
    if (this.phase < Phase.Headers) {
      this.held.add(this.requestBody, buffer, start, end);
      if (this.requestHeldBack) this.client.pauseReading();
      if (this.waiting && this.phase === Phase.Request) this.analyseBody();
      return;
    }
    if (this.held.retry && !this.responseStarted) {
      this.held.add(this.requestBody, buffer, start, end);
      this.held.giveUpAbove(this.client.engine.bufferSize);
    }
    sendBody(this.upstream, this.requestBody, buffer, start, end);
    if (!this.responseDone) this.armServer();
  }

  requestEnd(): void {
    if (this.responseDone) {
      this.upstream.flush();
      this.finish();
    } else if (this.waiting && this.phase === Phase.Request) this.analyseBody();
    else if (this.phase === Phase.Headers) this.armServer();
  }

  /** More of a body that rules wait for. */
  private analyseBody(): void {
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
    this.sendInformational(100, []);
  }

  /** The client's event is over: what it produced leaves now. */
  flushRequest(): void {
    if (!this.upstream.established) return;
    if (!this.upstream.flush() && this.upstream.congested) this.client.pauseReading();
  }

  serverDrained(): void {
    if (this.phase === Phase.Tunnel) this.armTunnel();
    else if (!this.responseDone) this.armServer();
    this.client.resumeReading();
  }

  // --- failures on the way to the server ---

  connectFailed(error: string): void {
    this.attemptFailed(error === 'ETIMEDOUT' ? 'connect-timeout' : 'connect-refused');
  }

  private attemptFailed(failure: Failure): void {
    timers.disarm(this);
    const backend = this.backend as Backend;
    const server = this.server as Server;
    this.upstream.release(false);
    backend.onTraffic?.(server, false, 'layer4');
    const next = nextAttempt(backend, server, this.log.retries);
    if (next === 'give-up') {
      this.fail(failure);
      return;
    }
    this.log.retries++;
    if (next === 'redispatch') {
      this.avoid = server;
      this.dropServer();
      if (failure === 'connect-refused' && backend.balancer.deterministic) this.turnAround(backend);
      else this.findServer();
    } else if (failure === 'connect-refused') this.turnAround(backend);
    else this.attempt(server);
  }

  /** Trying at once what just failed would only fail again: HAProxy waits a second, or the connect timeout. */
  private turnAround(backend: Backend): void {
    this.phase = Phase.TurnAround;
    this.arm(Math.min(1000, backend.timeouts.connect || 1000));
  }

  private dropServer(): void {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) leave(server);
  }

  /** Sends the whole request again after an answer that `retry-on` names. @returns false when it cannot */
  private retryRequest(cause: number): boolean {
    const backend = this.backend as Backend;
    if ((backend.retryAfterSend & cause) === 0 || this.responseStarted || this.log.retries >= backend.retries)
      return false;
    if (this.held.overflowed || !this.requestBody.done) return false;
    const server = this.server as Server;
    this.upstream.release(false);
    this.forgetResponse();
    this.log.retries++;
    this.log.status = -1;
    if (backend.redispatch !== 0) {
      this.avoid = server;
      this.dropServer();
      this.findServer();
    } else this.attempt(server);
    return true;
  }

  // --- the response ---

  informational(head: H1Response): void {
    this.interimBytes += responseHeadSize(head);
    tallyResponse(this, head.status);
    const connection = responseConnection(1, 1, false);
    this.client.sendText(
      canForwardAsIs(head, connection)
        ? head.buffer.latin1Slice(head.start, head.end)
        : responseHeadText(head, connection),
    );
    this.client.flush();
    this.armServer();
  }

  /** 101 without having been asked: the server and the client would not speak the same protocol. */
  get mayUpgrade(): boolean {
    return this.upgradeAsked;
  }

  /** A head that is not passed on still counts, as HAProxy counts it. */
  refusedHead(head: H1Response): void {
    this.interimBytes += responseHeadSize(head);
    tallyResponse(this, head.status);
    this.fail('bad-response');
  }

  /** @param arrived the whole response is already there */
  responseHead(head: H1Response, arrived: boolean): void {
    const backend = this.backend as Backend;
    if (backend.retryAfterSend !== 0 && this.retryRequest(retryBitOf(head.status))) return;
    this.timers.responseHead = clock.recent();
    this.response = head;
    this.phase = Phase.Data;
    this.log.status = head.status;
    if (head.has(HeadFlag.Connection)) dropHopFields(head);
    this.log.bytesOut = this.interimBytes + responseHeadSize(head);
    backend.onTraffic?.(
      this.server as Server,
      head.status < 500 || head.status === 501 || head.status === 505,
      'layer7',
    );
    if (!arrived) this.upstream.bulk(true);
    this.analyseResponse();
  }

  private analyseResponse(): void {
    this.waiting = false;
    if (analyseResponse(this)) this.forwardHead();
    else if (this.waiting) this.response?.detach();
  }

  private forwardHead(): void {
    const head = this.response as H1Response;
    const { framing } = head;
    if (framing === BodyFraming.UntilClose || this.frontend.stopping) this.closeClient = true;
    if (head.has(HeadFlag.MustClose)) this.closeServer = true;
    const tunnel = framing === BodyFraming.Tunnel;
    const connection = responseConnection(head.minor, this.requestMinor, this.closeClient && !tunnel);
    this.responseStarted = true;
    tallyResponse(this, head.status);
    if (canForwardAsIs(head, connection)) this.client.sendBytes(head.buffer, head.start, head.end);
    else this.client.sendText(responseHeadText(head, connection));
    if (head.has(HeadFlag.Close) || (head.minor === 0 && !head.has(HeadFlag.KeepAlive))) this.closeServer = true;
    this.response = undefined;
    this.held.clear();
    if (this.client.transport.closed) this.answerNobody();
    else if (tunnel) this.openTunnel();
  }

  /** The client left while the server was at work: what came with the head still counts, more is not read. */
  private answerNobody(): void {
    this.log.termination = 'CD';
    this.closeClient = true;
    this.clientLost = true;
    tallyAbort(this, 'client');
    if (this.upstream.body.framing === BodyFraming.Tunnel) this.finish();
  }

  private logEarly(): void {
    this.timers.end = clock.recent();
    this.logged = true;
    this.frontend.logger.stream(this);
  }

  responseData(buffer: Buffer, start: number, end: number): void {
    const { body } = this.upstream;
    this.countOut(body, end - start);
    if (body.clean) this.client.sendBytes(buffer, start, end);
    else
      for (let i = 0; i < body.forward.count; i++)
        this.client.sendBytes(buffer, body.forward.start(i), body.forward.end(i));
  }

  private countOut(body: BodyReader, raw: number): void {
    if (body.framing !== BodyFraming.Chunked) this.log.bytesOut += raw;
    else for (let i = 0; i < body.data.count; i++) this.log.bytesOut += body.data.end(i) - body.data.start(i);
  }

  /** All that has arrived is passed on, more is to come. */
  responsePause(): void {
    if (this.clientLost) {
      this.finish();
      return;
    }
    if (this.frontend.logAsap && !this.logged) this.logEarly();
    this.upstream.bulk(true);
    this.armServer();
    if (!this.client.flush() && this.client.congested) {
      timers.disarm(this);
      this.upstream.pauseReading();
    }
  }

  clientDrained(): void {
    if (this.phase === Phase.Done) return;
    if (this.phase === Phase.Tunnel) this.armTunnel();
    else if (this.phase === Phase.Data && !this.responseDone) this.armServer();
    this.upstream.resumeReading();
  }

  responseEnd(): void {
    if (this.upstream.body.framing === BodyFraming.Chunked) this.log.bytesOut += this.upstream.body.trailerBytes + 1;
    if (this.requestBody.done) this.finish();
    else this.awaitRequestEnd();
  }

  /** The server answered before it had the whole request: the rest still goes to it, as long as it listens. */
  private awaitRequestEnd(): void {
    this.responseDone = true;
    timers.disarm(this);
    this.client.flush();
  }

  /** The server closed where it should not have. */
  serverClosed(error = ''): void {
    if (this.responseDone) {
      this.finish();
      return;
    }
    if (this.phase === Phase.Headers) {
      if (this.retryRequest(RETRY_EMPTY)) return;
      if (this.client.requestCount > 1) {
        this.leaveSilently();
        return;
      }
      (this.backend as Backend).onTraffic?.(this.server as Server, false, 'layer7');
      // 2.6 counts a reset in the place of a response twice; sums that are compared with its own must agree
      if (error !== '') tallyFailure(this, RESCUE['server-reset']);
    }
    this.fail(error === '' ? 'server-closed' : 'server-reset');
  }

  /** What the server sent is no response. */
  serverNonsense(): void {
    if (this.phase === Phase.Headers && this.retryRequest(RETRY_JUNK)) return;
    this.fail('bad-response');
  }

  /**
   * A kept-alive request met a server that had just closed: the client knows to try again when its connection closes
   * without an answer (RFC 9112 section 9.3.1), and that is better than an error page.
   */
  private leaveSilently(): void {
    this.log.level = SILENT;
    this.closeClient = true;
    this.finish();
  }

  // --- tunnels ---

  private openTunnel(): void {
    if (this.frontend.logAsap && !this.logged) this.logEarly();
    this.phase = Phase.Tunnel;
    this.closeClient = true;
    this.closeServer = true;
    timers.disarm(this.client);
    this.client.flush();
    this.client.becomeTunnel();
    this.upstream.flush();
    if (this.client.peerEnded) this.tunnelEnded();
    this.armTunnel();
  }

  tunnelData(buffer: Buffer, length: number): void {
    this.log.bytesIn += length;
    this.upstream.sendBytes(buffer, 0, length);
    this.armTunnel();
    if (!this.upstream.flush() && this.upstream.congested) this.client.pauseReading();
  }

  serverTunnelData(buffer: Buffer, start: number, end: number): void {
    this.log.bytesOut += end - start;
    this.client.sendBytes(buffer, start, end);
    this.armTunnel();
    if (!this.client.flush() && this.client.congested) this.upstream.pauseReading();
  }

  tunnelEnded(): void {
    this.upstream.end();
  }

  serverTunnelEnded(): void {
    this.client.transport.end();
    if (this.client.peerEnded) this.finish();
  }

  serverTunnelClosed(): void {
    this.finish();
  }

  /** Both directions count as activity of both sides, so the shorter of the two timeouts is the one that strikes. */
  private tunnelTimedOut(): void {
    const { client } = this.frontend.timeouts;
    const server = this.tunnelServerLimit;
    const byClient = this.tunnelLimit > 0 || server === 0 || (client > 0 && client <= server);
    this.log.termination = byClient ? 'cD' : 'sD';
    this.finish();
  }

  /** `timeout tunnel`, which replaces those of both sides; 0 = none (manual 4.2). */
  private get tunnelLimit(): number {
    return this.tunnelTimeout >= 0 ? this.tunnelTimeout : (this.backend as Backend).timeouts.tunnel;
  }

  private get tunnelServerLimit(): number {
    return this.serverTimeout >= 0 ? this.serverTimeout : (this.backend as Backend).timeouts.server;
  }

  private armTunnel(): void {
    const { client } = this.frontend.timeouts;
    const server = this.tunnelServerLimit;
    const shorter = client === 0 || server === 0 ? client + server : Math.min(client, server);
    this.arm(this.tunnelLimit || shorter);
  }

  // --- time ---

  private arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  private armServer(): void {
    const backend = this.backend as Backend;
    this.arm(this.serverTimeout >= 0 ? this.serverTimeout : backend.timeouts.server);
  }

  onTimeout(): void {
    switch (this.phase) {
      case Phase.Tarpit:
        this.tarpitOver();
        break;
      case Phase.Queue:
        this.timers.queueEnd = clock.recent();
        this.fail('queue-timeout');
        break;
      case Phase.TurnAround:
        if (this.server === undefined) this.findServer();
        else if (this.server.usable) this.attempt(this.server);
        else {
          this.avoid = this.server;
          this.dropServer();
          this.findServer();
        }
        break;
      case Phase.Connect:
        this.attemptFailed('connect-timeout');
        break;
      case Phase.Headers:
        if (!this.retryRequest(RETRY_TIMEOUT)) this.fail('server-timeout');
        break;
      case Phase.Data:
        this.fail('server-timeout');
        break;
      case Phase.Tunnel:
        this.tunnelTimedOut();
        break;
      case Phase.Request:
      case Phase.Done:
        break;
    }
  }

  /** A tarpitted client is answered only later. As with HAProxy at once where there is no timeout, not never. */
  enterTarpit(): void {
    this.phase = Phase.Tarpit;
    const { tarpit } = (this.backend ?? this.frontend).timeouts;
    if (tarpit === 0) {
      this.tarpitOver();
      return;
    }
    this.keepHead();
    this.arm(tarpit);
  }

  /** The log shows the whole time as Tw, and -1 as TR; HAProxy subtracts that, hence the 1. */
  private tarpitOver(): void {
    this.timers.requestEnd = -1;
    this.timers.queueEnd = clock.recent() + 1;
    sendReply(this, this.reply ?? this.errorReply(this.denyStatus || 500), 'PT');
  }

  // --- the client leaves ---

  /** FIN from the client. @param complete its request had arrived completely: it may still wait for the answer */
  clientEnded(complete: boolean): void {
    if (this.responseDone) {
      this.log.termination = 'CD';
      this.finish();
      return;
    }
    if (complete && (this.phase >= Phase.Data || !this.abortOnClose)) return;
    this.closeClient = true;
    if (this.phase === Phase.Tarpit) this.tarpitOver();
    else if (this.phase === Phase.Queue || (!complete && !this.responseStarted && this.phase > Phase.Tarpit))
      this.clientGone('');
    else this.fail('client-abort');
  }

  private get abortOnClose(): boolean {
    // the frontend's connection must report the close too: `option abortonclose` in a backend alone changes nothing
    const { frontend, backend } = this;
    return frontend.model.options.abortonclose === true && (backend ?? frontend).model.options.abortonclose === true;
  }

  /**
   * Without `option abortonclose` a complete request is served whatever its client does: the server may be at work on
   * it already, and is not disturbed (manual 4.2).
   */
  get outlivesClient(): boolean {
    const waits = this.phase >= Phase.Tarpit && this.phase <= Phase.Headers;
    return waits && this.requestBody.done && !this.abortOnClose;
  }

  /** The client's connection is gone; nothing can be sent any more. */
  clientGone(error: string): void {
    switch (this.phase) {
      case Phase.Done:
        return;
      case Phase.Tunnel:
        if (error !== '') {
          this.log.termination = 'CD';
          tallyAbort(this, 'client');
        }
        this.finish();
        return;
      case Phase.Tarpit:
        this.tarpitOver();
        return;
      case Phase.Queue:
        this.timers.queueEnd = clock.recent();
        break;
      default:
    }
    this.log.termination = 'C' + (this.phase === Phase.Headers ? 'D' : PHASE_LETTER[this.phase]);
    this.closeClient = true;
    tallyAbort(this, 'client');
    this.finish();
  }

  clientTimedOut(): void {
    if (this.buffering && this.phase === Phase.Request) {
      this.timers.requestEnd = -1;
      this.fail('request-timeout');
      return;
    }
    if (this.responseStarted) {
      this.log.termination = 'cD';
      this.closeClient = true;
      this.abort();
    } else this.fail('client-timeout');
  }

  // --- the end ---

  /** Something went wrong: the one place where failures become answers. */
  fail(failure: Failure): void {
    if (this.phase === Phase.Done) return;
    const rescue = RESCUE[failure];
    this.log.termination = rescue.cause + PHASE_LETTER[this.phase];
    tallyFailure(this, rescue);
    if (this.responseStarted) {
      if (rescue.cause === 'S' || rescue.cause === 's') tallyAbort(this, 'server');
      this.abort();
    } else sendReply(this, this.errorReply(rescue.status), this.log.termination);
  }

  errorReply(status: number): Reply {
    return (this.backend ?? this.frontend).errorReplies.get(status, this);
  }

  /** A request that never became one: 400 or 408 (HAProxy logs 0 bytes for these), then the connection closes. */
  refuse(status: number, termination: string): void {
    this.closeClient = true;
    this.log.termination = termination;
    this.log.status = status;
    this.client.sendText(pageForBadBytes(this.frontend.errorReplies, status));
    this.finish();
  }

  /** Nothing is sent, but it happened. */
  logOnly(status: number, termination: string): void {
    this.phase = Phase.Done;
    this.log.status = status;
    this.log.termination = termination;
    this.timers.end = clock.recent();
    tallyEnd(this, true);
    if (!this.logged) this.frontend.logger.stream(this);
  }

  /** The connection to the server and the place in a queue are given up; the slot is kept to the end, for the counters. */
  dropUpstream(): void {
    timers.disarm(this);
    this.upstream.release(false);
    if (this.queue !== undefined && this.backend !== undefined) quitQueue(this, this.backend);
  }

  /** `http-response deny`: 502 in the response's place (manual 4.2). */
  denyResponse(): void {
    const backend = this.backend as Backend;
    backend.counters[BE.dresp]++;
    this.frontend.counters[FE.dresp]++;
    if (this.server !== undefined) this.server.counters[SV.dresp]++;
    sendReply(this, this.reply ?? this.errorReply(this.denyStatus || 502), 'PH');
  }

  /** A rule answers in the place of the server's response, which is thrown away. */
  replaceResponse(): void {
    sendReply(this, this.reply ?? this.errorReply(200), 'LH');
  }

  /** Closes the client's connection without an answer. */
  cut(): void {
    this.abort();
  }

  /** Ends the exchange and cuts the client's connection: its response cannot be completed. */
  private abort(): void {
    this.end();
    this.client.abort(this);
  }

  /** The exchange is over; the client's connection goes on when it can. */
  finish(): void {
    if (this.phase === Phase.Done) return;
    if (!this.client.consuming) this.client.flush();
    this.end();
    this.client.finished(this, this.closeClient);
  }

  private end(): void {
    if (this.phase === Phase.Done) return;
    const keep = !this.closeServer && this.requestBody.done;
    this.phase = Phase.Done;
    this.waiting = false;
    timers.disarm(this);
    this.timers.end = clock.recent();
    const { server } = this;
    this.client.lastServer = keep ? server : undefined;
    const link = this.upstream.release(keep);
    if (link !== undefined && server !== undefined) this.giveBack(link, server);
    if (this.queue !== undefined && this.backend !== undefined) quitQueue(this, this.backend);
    this.countIn();
    tallyEnd(this, true);
    if (!this.logged) this.frontend.logger.stream(this);
    this.forget();
    this.server = undefined;
    if (server !== undefined) leave(server);
  }

  private giveBack(link: ServerLink, server: Server): void {
    if (server.pool.shared && link.greeting === undefined) server.pool.put(link);
    else if (this.closeClient || this.client.transport.closed) link.transport.reset();
    else this.client.keepOwnLink(server, link);
  }

  private countIn(): void {
    this.log.bytesIn += this.requestBody.received;
  }

  private forget(): void {
    if (this.request !== undefined) releaseHead(this.request);
    this.request = undefined;
    this.forgetResponse();
    this.requestText = '';
    this.held.clear();
  }

  private forgetResponse(): void {
    this.response = undefined;
  }

  // --- StreamControl ---

  sendInformational(status: number, headers: readonly (readonly [string, string])[]): void {
    let text = `HTTP/1.1 ${status} ${status === 103 ? 'Early Hints' : 'Continue'}\r\n`;
    for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
    text += '\r\n';
    this.interimBytes += replySize(text);
    this.client.sendText(text);
    if (!this.client.consuming) this.client.flush();
  }

  setSource(endpoint: Endpoint): void {
    this.client.source = endpoint;
  }

  setDestination(endpoint: Endpoint): void {
    this.client.destination = endpoint;
  }

  setTimeout(which: 'server' | 'tunnel' | 'client', ms: number): void {
    if (which === 'server') this.serverTimeout = ms;
    else if (which === 'tunnel') this.tunnelTimeout = ms;
  }

  setPriority(which: 'class' | 'offset', value: number): void {
    if (which === 'class') this.priorityClass = value;
  }
}
