import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import type { Sample } from '../../core/sample.js';
import type { Tracked } from '../../core/stick-table.js';
import type { ConnectionFailure, SessionContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import type { ServerLink } from '../../core/upstream.js';
import type { BodyReader } from '../../protocol/h1/body.js';
import type { ConnectionHeader } from '../../protocol/h1/connection.js';
import type { H1Response } from '../../protocol/h1/head.js';
import type { Carry } from '../../protocol/carry.js';
import { adjustCase } from '../../protocol/h1/header-case.js';
import { canForwardAsIs, responseHeadText } from '../../protocol/h1/writer.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Killer } from '../../upstream/health-listener.js';
import type { Arrival, Ends } from '../arrival.js';
import type { Engine } from '../engine.js';
import type { Heritage } from '../heritage.js';
import { tallyVain } from '../tally.js';
import { ClientState } from './client-state.js';
import { clientEnded, clientGone, clientTimedOut, outlivesClient } from './departure.js';
import { Output } from './output.js';
import { OwnLink } from './own-link.js';
import { logBroken, refuseHalf, refuseSlow } from './refusal.js';
import { RequestReader } from './request-reader.js';
import { releaseStream, takeStream } from './spare-streams.js';
import type { StreamClient } from './stream-client.js';
import type { HttpStream } from './stream.js';

/** How long a finished connection may go on talking before it is cut, in ms, when no timeout says otherwise. */
const LINGER = 1000;

/**
 * A client's HTTP/1 connection: reads requests one after the other, has each served by a stream, writes what comes back.
 *
 *     Idle ─► Head ─► Body ─► Waiting ─► Idle …
 *                                 └─► Tunnel / Lingering ─► Dead
 */
export class H1Client implements TransportOwner, Timed, SessionContext, StreamClient {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  readonly acceptDate: number;
  readonly acceptTick: number;
  handshakeEnd: number;
  failure: ConnectionFailure | undefined = undefined;
  readonly receivedHeader: ReceivedHeader | undefined;
  requestCount = 0;
  silent = false;
  vars: Map<string, Sample> | undefined;
  tracked: Tracked | undefined;
  readonly output = new Output();
  readonly reframes = false;
  /** The server that answered the last request, if its connection could have gone on. */
  lastServer: Server | undefined = undefined;
  /** The client closed its side: no more requests, but it may be waiting for the response. */
  peerEnded = false;

  state = ClientState.Idle;
  /** The last request was complete when the connection began to close: nothing unread is left of it. */
  private endsCleanly = false;
  /** The stream that is at work. */
  current: HttpStream | undefined = undefined;
  private ownLink: OwnLink | undefined = undefined;
  readonly reader: RequestReader;
  private readingPaused = false;
  /** End of the previous request, or the accept: where the next request's timers begin. */
  private idleSince: number;
  ends: Ends | undefined;
  sourceOverride: Endpoint | undefined;
  destinationOverride: Endpoint | undefined;
  /** What rules say of one request alone (`http-request set-src` and its like). */
  requestSource: Endpoint | undefined = undefined;
  requestDestination: Endpoint | undefined = undefined;
  /** What rules on contents have decided for the first request already. */
  heritage: Heritage | undefined = undefined;
  /** `bind … proto h1`, `switch-mode http proto h1`: HTTP/2 is no request here. */
  private staysHttp1: boolean;

  constructor(
    readonly transport: Transport,
    readonly frontend: Frontend,
    readonly listener: Listener,
    readonly engine: Engine,
    private readonly onGone: (client: H1Client) => void,
    private readonly onHttp2: (client: H1Client, buffer: Buffer, start: number, end: number) => void,
    arrival?: Arrival,
  ) {
    this.acceptDate = arrival?.acceptDate ?? clock.date();
    this.acceptTick = arrival?.acceptTick ?? clock.recent();
    this.handshakeEnd = arrival?.handshakeEnd ?? -1;
    this.receivedHeader = arrival?.receivedHeader;
    this.sourceOverride = arrival?.sourceOverride;
    this.destinationOverride = arrival?.destinationOverride;
    this.vars = arrival?.vars;
    this.tracked = arrival?.tracked;
    this.ends = arrival?.ends;
    this.idleSince = this.acceptTick;
    this.staysHttp1 = listener.bind.proto === 'h1';
    this.reader = new RequestReader(this);
    transport.owner = this;
  }

  /** Begins to read. */
  open(): void {
    // The log needs the address, and a connection that is gone cannot be asked any more.
    if (this.frontend.logger.active) this.sourceOverride ??= this.transport.remote;
    this.arm(this.frontend.timeouts.httpRequest);
    this.transport.start();
  }

  /**
   * Goes on with a connection that began as one of TCP.
   * @param read what has been read of it, @param ended and whether that was all
   * @param only no other version of HTTP
   */
  takeOver(heritage: Heritage, read: Carry | undefined, ended: boolean, only: boolean): void {
    this.heritage = heritage;
    this.staysHttp1 ||= only;
    this.arm(this.frontend.timeouts.httpRequest);
    if (read !== undefined) this.reader.receive(read.buffer.subarray(read.start, read.end), read.length);
    if (ended && !this.transport.closed) this.onEnd();
    else if (!this.readingPaused) this.transport.resume();
  }

  /** Soft stop: closes when idle, otherwise after the current exchange. */
  retire(): void {
    if (this.state === ClientState.Idle) {
      // its first request may be on its way: it is answered, as the last one
      if (this.requestCount === 0) return;
      if (this.frontend.model.options['idle-close-on-response'] !== true) this.turnAway();
    } else if (this.current !== undefined) this.current.closeClient = true;
  }

  /**
   * The first bytes are those of an HTTP/2 client who knows what we speak (RFC 9113 section 3.3): another takes over.
   * @returns false when it may not be (manual 4.2 `option disable-h2-upgrade`)
   */
  becomeHttp2(buffer: Buffer, start: number, end: number): boolean {
    if (this.requestCount > 0 || this.staysHttp1 || this.frontend.model.options['disable-h2-upgrade'] === true)
      return false;
    this.dropHeritage();
    this.state = ClientState.Dead;
    timers.disarm(this);
    this.reader.dropHead();
    this.onHttp2(this, buffer, start, end);
    return true;
  }

  /** No request came that would have gone on with it. */
  private dropHeritage(): void {
    if (this.heritage?.backend !== undefined) tallyVain(this.heritage.backend);
    this.heritage = undefined;
  }

  /** Closes without a trace: a rule refused the connection before it said anything, or it was idle. */
  turnAway(): void {
    this.state = ClientState.Dead;
    this.hangUp();
  }

  /** Closes at once, or without the client's knowledge when a rule wants that. */
  private hangUp(): void {
    if (!this.silent || this.frontend.stopping || this.transport.closed) this.transport.destroy();
    else {
      this.engine.silence.hold(this.transport);
      this.onClose('');
    }
  }

  get first(): boolean {
    return this.requestCount === 1;
  }

  get session(): this {
    return this;
  }

  /** The server that is answering now. */
  get currentServer(): Server | undefined {
    return this.current?.server;
  }
  kill(by: Killer): void {
    if (this.current === undefined) this.turnAway();
    else this.current.ending.kill(by);
  }

  recount(): void {
    this.current?.ending.recount();
  }

  get connection(): Ends {
    return this.ends ?? this.transport;
  }
  set connection(ends: Ends) {
    this.ends = ends;
  }
  get tls(): TlsFacts | undefined {
    return this.transport.tls;
  }
  get source(): Endpoint {
    return this.requestSource ?? this.sourceOverride ?? this.transport.remote;
  }
  set source(endpoint: Endpoint) {
    this.sourceOverride = endpoint;
  }
  get destination(): Endpoint {
    return this.requestDestination ?? this.destinationOverride ?? this.transport.local;
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

  takeOwnLink(server: Server, key: string, serverName: string | undefined): ServerLink | undefined {
    const { ownLink } = this;
    if (ownLink?.suits(server, key, serverName) !== true) return undefined;
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
      this.current?.tunnel.clientData(buffer, length);
      return;
    }
    this.reader.receive(buffer, length);
  }

  /** What has arrived was used, or is held back. @param all nothing is left of it */
  consumed(all: boolean): void {
    if (this.state === ClientState.Lingering && all && this.endsCleanly) this.turnAway();
    this.resumeReading();
    this.flush();
  }

  /** What is left of `timeout http-request`, which began with the request (manual 4.2 `option http-buffer-request`). */
  armBuffering(): void {
    const { httpRequest } = this.frontend.timeouts;
    if (httpRequest > 0) this.arm(Math.max(1, httpRequest - (clock.recent() - this.idleSince)));
  }

  takeStream(): HttpStream {
    const stream = takeStream();
    this.current = stream;
    this.requestCount++;
    this.requestSource = undefined;
    this.requestDestination = undefined;
    stream.attach(this, this.idleSince, this.reader.requestStart);
    return stream;
  }

  /** The stream has ended. */
  releaseStream(stream: HttpStream): void {
    this.current = undefined;
    releaseStream(stream);
  }

  /** Bytes of the peer are being run through now. */
  get consuming(): boolean {
    return this.reader.consuming;
  }

  onEnd(): void {
    this.peerEnded = true;
    switch (this.state) {
      case ClientState.Idle:
        if (this.requestCount === 0 && !this.ignoresProbe) refuseHalf(this);
        else this.transport.destroy();
        return;
      case ClientState.Head:
        refuseHalf(this);
        return;
      case ClientState.Body:
      case ClientState.Waiting:
        if (this.current !== undefined) clientEnded(this.current, this.state === ClientState.Waiting);
        return;
      case ClientState.Tunnel:
        this.current?.tunnel.clientEnded();
        return;
      case ClientState.Lingering:
        this.transport.destroy();
        return;
      case ClientState.Dead:
        return;
    }
  }

  onClose(error: string): void {
    const { state } = this;
    this.state = ClientState.Dead;
    timers.disarm(this);
    this.output.discard();
    this.reader.takeCarry();
    if (state === ClientState.Head || (state === ClientState.Idle && this.requestCount === 0 && !this.peerEnded)) {
      if (this.current === undefined && (this.reader.inHead || !this.ignoresProbe)) logBroken(this);
    }
    this.reader.dropHead();
    if (this.heritage !== undefined) this.dropHeritage();
    this.ownLink?.close();
    this.ownLink = undefined;
    const { current: stream } = this;
    if (stream !== undefined && !outlivesClient(stream)) {
      this.current = undefined;
      clientGone(stream, error);
      releaseStream(stream);
    }
    this.onGone(this);
  }

  onTimeout(): void {
    switch (this.state) {
      case ClientState.Idle:
        // A client that never said anything is told; a kept-alive one just leaves (behaviour.md 5).
        if (this.requestCount > 0 || this.ignoresProbe) this.transport.destroy();
        else refuseSlow(this);
        return;
      case ClientState.Head:
        refuseSlow(this);
        return;
      case ClientState.Body:
      case ClientState.Waiting:
        if (this.current !== undefined) clientTimedOut(this.current);
        return;
      case ClientState.Tunnel:
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

  // --- leaving ---

  accepts(): boolean {
    return true;
  }

  sendHead(head: H1Response, connection: ConnectionHeader): void {
    const asItIs = this.frontend.headerCase === undefined && canForwardAsIs(head, connection);
    if (asItIs) this.sendBytes(head.buffer, head.start, head.end);
    else this.sendText(responseHeadText(head, connection));
  }

  sendText(text: string): void {
    const { headerCase } = this.frontend;
    this.output.addText(this.transport, headerCase === undefined ? text : adjustCase(text, headerCase));
  }

  sendBody(body: BodyReader, buffer: Buffer, start: number, end: number): void {
    if (body.clean) this.sendBytes(buffer, start, end);
    else
      for (let i = 0; i < body.forward.count; i++) this.sendBytes(buffer, body.forward.start(i), body.forward.end(i));
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    this.output.addBytes(this.transport, buffer, start, end);
  }

  /** Sends what was gathered. @returns false when the stream should stop producing */
  flush(): boolean {
    if (this.output.empty || this.transport.closed) return true;
    if (this.output.flush(this.transport)) return true;
    // a tunnel has one timeout for everything
    if (this.state !== ClientState.Tunnel) this.arm(this.frontend.timeouts.client);
    return false;
  }

  get gone(): boolean {
    return this.transport.closed;
  }

  get congested(): boolean {
    return this.transport.pendingWrites >= 2;
  }

  onDrain(): void {
    switch (this.state) {
      case ClientState.Lingering:
        return;
      case ClientState.Tunnel:
        this.current?.clientDrained();
        return;
      default:
        if (this.state === ClientState.Waiting || this.state === ClientState.Idle) timers.disarm(this);
        if (this.state === ClientState.Idle) this.arm(this.frontend.timeouts.httpKeepAlive);
        this.current?.clientDrained();
    }
  }

  pauseReading(): void {
    if (this.readingPaused) return;
    this.readingPaused = true;
    this.transport.pause();
  }

  resumeReading(): void {
    if (!this.readingPaused || this.transport.closed) return;
    if (this.reader.full) return;
    if (this.current?.requestHeldBack === true) return;
    this.readingPaused = false;
    this.transport.resume();
  }

  /** From now on the connection is a pipe; bytes that already arrived go first. */
  becomeTunnel(): void {
    this.state = ClientState.Tunnel;
    const carry = this.reader.takeCarry();
    if (carry !== undefined)
      this.current?.tunnel.clientData(carry.buffer.subarray(carry.start, carry.end), carry.length);
  }

  /**
   * The stream is done with its request.
   * @param close no further request is read
   */
  finished(stream: HttpStream, close: boolean): void {
    if (this.current !== stream) return;
    this.releaseStream(stream);
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
    if (!this.consuming && this.reader.holds) {
      this.reader.consumeCarry();
      this.resumeReading();
    }
  }

  /** Closes, but lets the client read what was sent: closing with unread input would reset the connection. */
  private leave(complete: boolean): void {
    if (this.consuming) this.flush();
    if (this.transport.closed) return;
    if (complete && !this.reader.holds && !this.consuming && this.transport.pendingWrites === 0) {
      this.state = ClientState.Dead;
      this.transport.destroy();
      return;
    }
    this.state = ClientState.Lingering;
    this.reader.takeCarry();
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
    if (this.current === stream) this.releaseStream(stream);
    this.flush();
    this.state = ClientState.Dead;
    this.hangUp();
  }
}
