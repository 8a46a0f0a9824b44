import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import { FE, LI } from '../../core/counters.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import type { Sample } from '../../core/sample.js';
import type { SessionContext } from '../../core/stream.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import type { ServerLink } from '../../core/upstream.js';
import type { H1Request } from '../../protocol/h1/head.js';
import type { ParseOptions } from '../../protocol/h1/parser.js';
import { parseRequest, ParseResult } from '../../protocol/h1/parser.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import { Carry } from '../carry.js';
import type { Arrival, Ends } from '../arrival.js';
import type { Engine } from '../engine.js';
import { Output } from './output.js';
import { OwnLink } from './own-link.js';
import { releaseHead, takeHead } from './spare-heads.js';
import { HttpStream } from './stream.js';

const enum ClientState {
  /** Between requests: nothing of the next one has arrived. */
  Idle,
  Head,
  Body,
  /** The request is complete, its response is not. */
  Waiting,
  /** Bytes both ways (101, CONNECT). */
  Tunnel,
  /** Everything was sent; what still arrives is thrown away until the peer closes. */
  Lingering,
  Dead,
}

/** How long a finished connection may go on talking before it is cut, in ms, when no timeout says otherwise. */
const LINGER = 1000;

const spareStreams: HttpStream[] = [];

/**
 * A client's HTTP/1 connection: parses requests one after the other, hands each to a stream, writes what comes back.
 *
 *     Idle ─► Head ─► Body ─► Waiting ─► Idle …
 *                                 └─► Tunnel / Lingering ─► Dead
 */
export class H1Client implements TransportOwner, Timed, SessionContext {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  readonly acceptDate: number;
  readonly acceptTick: number;
  readonly handshake: number | undefined;
  readonly receivedHeader: ReceivedHeader | undefined;
  requestCount = 0;
  vars: Map<string, Sample> | undefined;
  readonly output = new Output();
  /** The server that answered the last request, if its connection could have gone on. */
  lastServer: Server | undefined = undefined;
  /** The client closed its side: no more requests, but it may be waiting for the response. */
  peerEnded = false;

  private state = ClientState.Idle;
  /** The last request was complete when the connection began to close: nothing unread is left of it. */
  private endsCleanly = false;
  private stream: HttpStream | undefined = undefined;
  private ownLink: OwnLink | undefined = undefined;
  private head: H1Request | undefined = undefined;
  private carry: Carry | undefined = undefined;
  /** consume() is on the stack: what finishes meanwhile is picked up by its loop. */
  consuming = false;
  private readingPaused = false;
  private requestStart = 0;
  /** End of the previous request, or the accept: where the next request's timers begin. */
  private idleSince: number;
  private ends: Ends | undefined;
  private sourceOverride: Endpoint | undefined;
  private destinationOverride: Endpoint | undefined;
  private readonly options: ParseOptions;

  constructor(
    readonly transport: Transport,
    readonly frontend: Frontend,
    readonly listener: Listener,
    readonly engine: Engine,
    private readonly onGone: (client: H1Client) => void,
    arrival?: Arrival,
  ) {
    this.acceptDate = arrival?.acceptDate ?? clock.date();
    this.acceptTick = arrival?.acceptTick ?? clock.recent();
    this.handshake = arrival?.handshake;
    this.receivedHeader = arrival?.receivedHeader;
    this.sourceOverride = arrival?.sourceOverride;
    this.destinationOverride = arrival?.destinationOverride;
    this.vars = arrival?.vars;
    this.ends = arrival?.ends;
    this.idleSince = this.acceptTick;
    const relaxed = frontend.model.options['accept-invalid-http-request'] === true;
    this.options = relaxed ? engine.relaxedHead : engine.strictHead;
    transport.owner = this;
  }

  /** Begins to read. */
  open(): void {
    // The log needs the address, and a connection that is gone cannot be asked any more.
    if (this.frontend.logger.active) this.sourceOverride ??= this.transport.remote;
    this.arm(this.frontend.timeouts.httpRequest);
    this.transport.start();
  }

  /** Soft stop: closes when idle, otherwise after the current exchange. */
  retire(): void {
    if (this.state === ClientState.Idle) {
      if (this.frontend.model.options['idle-close-on-response'] !== true) this.turnAway();
    } else if (this.stream !== undefined) this.stream.closeClient = true;
  }

  /** Closes without a trace: a rule refused the connection before it said anything, or it was idle. */
  turnAway(): void {
    this.state = ClientState.Dead;
    this.transport.destroy();
  }

  /** The server that is answering now. */
  get currentServer(): Server | undefined {
    return this.stream?.server;
  }
  get connection(): Ends {
    return this.ends ?? this.transport;
  }
  set connection(ends: Ends) {
    this.ends = ends;
  }
  get source(): Endpoint {
    return this.sourceOverride ?? this.transport.remote;
  }
  set source(endpoint: Endpoint) {
    this.sourceOverride = endpoint;
  }
  get destination(): Endpoint {
    return this.destinationOverride ?? this.transport.local;
  }
  set destination(endpoint: Endpoint) {
    this.destinationOverride = endpoint;
  }

  /** The request being answered has arrived completely. */
  get requestComplete(): boolean {
    return this.state !== ClientState.Body;
  }

  /** With `http-reuse never` a connection to a server belongs to one client: keeps it for its next request. */
  keepOwnLink(server: Server, link: ServerLink): void {
    this.ownLink?.close();
    this.ownLink = new OwnLink(server, link);
  }

  /** @param greeting the PROXY header that the connection must have begun with, '' = none */
  takeOwnLink(server: Server, greeting: string): ServerLink | undefined {
    const { ownLink } = this;
    if (ownLink === undefined || ownLink.server !== server || ownLink.greeting !== greeting) return undefined;
    this.ownLink = undefined;
    return ownLink.take();
  }

  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  // --- arriving ---

  onConnect(): void {}

  onData(buffer: Buffer, length: number): void {
    if (this.state === ClientState.Lingering || this.state === ClientState.Dead) return;
    if (this.state === ClientState.Tunnel) {
      this.stream?.tunnelData(buffer, length);
      return;
    }
    const { carry } = this;
    if (carry === undefined) {
      this.consume(buffer, 0, length);
      return;
    }
    carry.append(buffer, length);
    if (this.state === ClientState.Waiting) this.holdBack(carry);
    else this.consumeCarry();
  }

  private consumeCarry(): void {
    const { carry } = this;
    if (carry === undefined) return;
    this.carry = undefined;
    this.consume(carry.buffer, carry.start, carry.end, carry);
  }

  /** Runs through buffer[start..end); keeps what cannot be used now. */
  private consume(buffer: Buffer, start: number, end: number, carry?: Carry): void {
    this.consuming = true;
    let at = start;
    while (at < end) {
      const stop = this.consumeSome(buffer, at, end);
      if (stop < 0) break;
      at = stop;
    }
    this.consuming = false;
    this.stream?.flushRequest();
    if (at < end && this.wantsRest()) this.keep(buffer, at, end, carry);
    else if (carry !== undefined) this.carry = undefined;
    if (this.state === ClientState.Lingering && at >= end && this.endsCleanly) this.turnAway();
    this.resumeReading();
    this.flush();
  }

  private wantsRest(): boolean {
    return this.state !== ClientState.Lingering && this.state !== ClientState.Dead;
  }

  private keep(buffer: Buffer, start: number, end: number, carry: Carry | undefined): void {
    if (carry === undefined) this.carry = new Carry(buffer, start, end);
    else {
      carry.start = start;
      this.carry = carry;
    }
    if (this.state === ClientState.Waiting) this.holdBack(this.carry);
  }

  /** Pipelined requests wait in one buffer; a second one's worth stays in the kernel. */
  private holdBack(carry: Carry): void {
    if (carry.length >= this.engine.bufferSize) this.pauseReading();
  }

  /** @returns where it stopped, -1 = no progress is possible now */
  private consumeSome(buffer: Buffer, at: number, end: number): number {
    switch (this.state) {
      case ClientState.Idle:
        this.beginHead();
        return this.consumeHead(buffer, at, end);
      case ClientState.Head:
        return this.consumeHead(buffer, at, end);
      case ClientState.Body:
        return this.consumeBody(buffer, at, end);
      case ClientState.Tunnel:
        this.stream?.tunnelData(at === 0 && end === buffer.length ? buffer : buffer.subarray(at, end), end - at);
        return end;
      case ClientState.Waiting:
      case ClientState.Lingering:
      case ClientState.Dead:
        return -1;
    }
  }

  private beginHead(): void {
    this.state = ClientState.Head;
    this.requestStart = clock.recent();
    this.head = takeHead();
    // For the first request it runs since the connection was accepted: dripping bytes buys no time.
    if (this.requestCount > 0) this.arm(this.frontend.timeouts.httpRequest);
  }

  private consumeHead(buffer: Buffer, at: number, end: number): number {
    const head = this.head as H1Request;
    switch (parseRequest(head, buffer, at, end, this.options)) {
      case ParseResult.Incomplete:
        return -1;
      case ParseResult.Invalid:
        this.refuse(head);
        return -1;
      case ParseResult.Complete:
        return this.beginStream(head, buffer, end);
    }
  }

  private beginStream(head: H1Request, buffer: Buffer, end: number): number {
    this.head = undefined;
    const stream = this.takeStream();
    const { requestBody } = stream;
    const bodyStart = head.end;
    let stop = bodyStart;
    requestBody.start(head.framing, head.contentLength, this.options.maxHeaders, this.options.maxHeadSize);
    if (!requestBody.done) stop = requestBody.feed(buffer, bodyStart, end);
    if (requestBody.error !== '') {
      this.refuseBody(stream, head);
      return -1;
    }
    this.state = requestBody.done ? ClientState.Waiting : ClientState.Body;
    if (this.state === ClientState.Body) this.arm(this.frontend.timeouts.client);
    else timers.disarm(this);
    stream.arriving = stop > bodyStart ? buffer : undefined;
    stream.begin(head);
    stream.arriving = undefined;
    if (this.stream !== stream) return stop;
    if (stream.buffering) this.armBuffering();
    if (stop > bodyStart) stream.requestData(buffer, bodyStart, stop);
    if (requestBody.done && this.stream === stream) stream.requestEnd();
    return stop;
  }

  /** What is left of `timeout http-request`, which began with the request (manual 4.2 `option http-buffer-request`). */
  private armBuffering(): void {
    const { httpRequest } = this.frontend.timeouts;
    if (httpRequest > 0) this.arm(Math.max(1, httpRequest - (clock.recent() - this.idleSince)));
  }

  private consumeBody(buffer: Buffer, at: number, end: number): number {
    const stream = this.stream as HttpStream;
    const { requestBody } = stream;
    const stop = requestBody.feed(buffer, at, end);
    if (requestBody.error !== '') {
      stream.fail('body-malformed');
      return -1;
    }
    if (requestBody.done) {
      this.state = ClientState.Waiting;
      timers.disarm(this);
    } else if (!stream.buffering) this.arm(this.frontend.timeouts.client);
    if (stop > at) stream.requestData(buffer, at, stop);
    if (requestBody.done && this.stream === stream) stream.requestEnd();
    return stop;
  }

  private takeStream(): HttpStream {
    const stream = spareStreams.pop() ?? new HttpStream();
    this.stream = stream;
    this.requestCount++;
    stream.attach(this, this.idleSince, this.requestStart);
    return stream;
  }

  /** A head that is no HTTP: 400 (or what http-edge says), logged as <BADREQ>. */
  private refuse(head: H1Request): void {
    this.countBadRequest();
    const status = head.errorStatus;
    this.endHead();
    const stream = this.takeStream();
    this.state = ClientState.Body;
    stream.refuse(status, 'PR');
  }

  /** A body that is wrong from its first bytes: no rule sees the request. */
  private refuseBody(stream: HttpStream, head: H1Request): void {
    releaseHead(head);
    this.countBadRequest();
    this.state = ClientState.Body;
    stream.refuse(400, 'PR');
  }

  private countBadRequest(): void {
    this.frontend.counters[FE.ereq]++;
    this.listener.counters[LI.ereq]++;
  }

  private endHead(): void {
    if (this.head !== undefined) releaseHead(this.head);
    this.head = undefined;
  }

  onEnd(): void {
    this.peerEnded = true;
    switch (this.state) {
      case ClientState.Idle:
        if (this.requestCount === 0 && !this.ignoresProbe) this.hungUp();
        else this.transport.destroy();
        return;
      case ClientState.Head:
        this.hungUp();
        return;
      case ClientState.Body:
      case ClientState.Waiting:
        this.stream?.clientEnded(this.state === ClientState.Waiting);
        return;
      case ClientState.Tunnel:
        this.stream?.tunnelEnded();
        return;
      case ClientState.Lingering:
        this.transport.destroy();
        return;
      case ClientState.Dead:
        return;
    }
  }

  /** The client closed its side before its request was complete; it may still read why nothing came of it. */
  private hungUp(): void {
    this.endHead();
    this.countBadRequest();
    const stream = this.takeStream();
    this.state = ClientState.Body;
    stream.refuse(400, 'CR');
    this.flush();
  }

  onClose(error: string): void {
    const { state } = this;
    this.state = ClientState.Dead;
    timers.disarm(this);
    this.output.discard();
    this.carry = undefined;
    if (state === ClientState.Head || (state === ClientState.Idle && this.requestCount === 0 && !this.peerEnded)) {
      this.logGone();
    }
    this.endHead();
    this.ownLink?.close();
    this.ownLink = undefined;
    const { stream } = this;
    if (stream !== undefined && !stream.outlivesClient) {
      this.stream = undefined;
      stream.clientGone(error);
      spareStreams.push(stream);
    }
    this.onGone(this);
  }

  /** The connection broke (RST) during the first head. */
  private logGone(): void {
    if (this.stream !== undefined || (this.head === undefined && this.ignoresProbe)) return;
    this.countBadRequest();
    const stream = this.takeStream();
    stream.logOnly(400, 'CR');
    this.stream = undefined;
    spareStreams.push(stream);
  }

  onTimeout(): void {
    switch (this.state) {
      case ClientState.Idle:
        // A client that never said anything is told; a kept-alive one just leaves (behaviour.md 5).
        if (this.requestCount > 0 || this.ignoresProbe) this.transport.destroy();
        else this.tooSlow();
        return;
      case ClientState.Head:
        this.tooSlow();
        return;
      case ClientState.Body:
      case ClientState.Waiting:
        this.stream?.clientTimedOut();
        return;
      case ClientState.Tunnel:
        // it is the stream's time that runs then
        return;
      case ClientState.Lingering:
      case ClientState.Dead:
        this.transport.destroy();
        return;
    }
  }

  /** `option http-ignore-probes`: a connection on which nothing was said never happened (manual 4.2). */
  private get ignoresProbe(): boolean {
    return this.frontend.model.options['http-ignore-probes'] === true;
  }

  private tooSlow(): void {
    this.endHead();
    this.countBadRequest();
    const stream = this.takeStream();
    this.state = ClientState.Body;
    stream.refuse(408, 'cR');
    this.flush();
  }

  // --- leaving ---

  sendText(text: string): void {
    this.output.addText(this.transport, text);
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    this.output.addBytes(this.transport, buffer, start, end);
  }

  /** Sends what was gathered. @returns false when the stream should stop producing */
  flush(): boolean {
    if (this.output.empty || this.transport.closed) return true;
    if (this.output.flush(this.transport)) return true;
    this.arm(this.frontend.timeouts.client);
    return false;
  }

  get congested(): boolean {
    return this.transport.pendingWrites >= 2;
  }

  onDrain(): void {
    switch (this.state) {
      case ClientState.Lingering:
        return;
      case ClientState.Tunnel:
        this.stream?.clientDrained();
        return;
      default:
        if (this.state === ClientState.Waiting || this.state === ClientState.Idle) timers.disarm(this);
        if (this.state === ClientState.Idle) this.arm(this.frontend.timeouts.httpKeepAlive);
        this.stream?.clientDrained();
    }
  }

  pauseReading(): void {
    if (this.readingPaused) return;
    this.readingPaused = true;
    this.transport.pause();
  }

  resumeReading(): void {
    if (!this.readingPaused || this.transport.closed) return;
    if (this.carry !== undefined && this.carry.length >= this.engine.bufferSize) return;
    if (this.stream?.requestHeldBack === true) return;
    this.readingPaused = false;
    this.transport.resume();
  }

  /** From now on the connection is a pipe; bytes that already arrived go first. */
  becomeTunnel(): void {
    this.state = ClientState.Tunnel;
    const { carry } = this;
    this.carry = undefined;
    if (carry !== undefined) this.stream?.tunnelData(carry.buffer.subarray(carry.start, carry.end), carry.length);
  }

  /**
   * The stream is done with its request.
   * @param close no further request is read
   */
  finished(stream: HttpStream, close: boolean): void {
    if (this.stream !== stream) return;
    this.stream = undefined;
    spareStreams.push(stream);
    if (this.state === ClientState.Dead) return;
    const complete = this.state === ClientState.Waiting;
    if (!this.consuming) this.flush();
    if (close || this.peerEnded || !complete || this.frontend.stopping) {
      this.leave(complete);
      return;
    }
    this.state = ClientState.Idle;
    this.idleSince = clock.recent();
    if (this.transport.pendingWrites === 0) this.arm(this.frontend.timeouts.httpKeepAlive);
    if (!this.consuming && this.carry !== undefined) {
      this.consumeCarry();
      this.resumeReading();
    }
  }

  /** Closes, but lets the client read what was sent: closing with unread input would reset the connection. */
  private leave(complete: boolean): void {
    if (this.consuming) this.flush();
    if (this.transport.closed) return;
    if (complete && this.carry === undefined && !this.consuming && this.transport.pendingWrites === 0) {
      this.state = ClientState.Dead;
      this.transport.destroy();
      return;
    }
    this.state = ClientState.Lingering;
    this.carry = undefined;
    this.endsCleanly = complete && this.transport.pendingWrites === 0;
    this.transport.end();
    if (this.peerEnded && this.transport.pendingWrites === 0) {
      this.transport.destroy();
      return;
    }
    if (this.readingPaused) {
      this.readingPaused = false;
      this.transport.resume();
    }
    const { clientFin, client } = this.frontend.timeouts;
    this.arm(clientFin || client || LINGER);
  }

  /** Cuts the connection at once: the response cannot be completed. */
  abort(stream: HttpStream): void {
    if (this.stream === stream) {
      this.stream = undefined;
      spareStreams.push(stream);
    }
    this.flush();
    this.state = ClientState.Dead;
    this.transport.destroy();
  }
}
