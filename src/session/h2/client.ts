import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import type { Sample } from '../../core/sample.js';
import type { Tracked } from '../../core/stick-table.js';
import type { ConnectionFailure, SessionContext } from '../../core/stream.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint, Transport } from '../../core/transport.js';
import type { H1Request } from '../../protocol/h1/head.js';
import { parseRequest, ParseResult } from '../../protocol/h1/parser.js';
import { Allowance } from '../../protocol/h2/allowance.js';
import { ErrorCode, LARGEST_WINDOW, Setting } from '../../protocol/h2/codes.js';
import { fields, H2Connection } from '../../protocol/h2/connection.js';
import { requestText, type RequestText, trailerText } from '../../protocol/h2/request-fields.js';
import { webSocketKey } from '../../protocol/h2/websocket.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Killer } from '../../upstream/health-listener.js';
import type { Arrival, Ends } from '../arrival.js';
import type { Engine } from '../engine.js';
import { releaseHead, takeHead } from '../http/spare-heads.js';
import { OwnLinks } from './own-links.js';
import { logMalformed, refuse } from './refusal.js';
import { H2Stream } from './stream.js';

/** How long a connection that was told to go may go on talking, in ms, when no timeout says otherwise. */
const LINGER = 1000;
/** Streams given up by their client before they were answered (CVE-2023-44487): at once, and a second. */
const RESETS = [1000, 100] as const;

/** Request heads are put together here. */
let headBytes = Buffer.allocUnsafeSlow(32 * 1024);

/**
 * A client's HTTP/2 connection: its field blocks become requests, each served as one of HTTP/1 is.
 *
 *     FrameReader ─► H2Client ─► H2Stream ─► HttpStream
 *                                H2Stream ◄─ … ─► Output (flow control, frames)
 */
export class H2Client extends H2Connection<H2Stream> implements Timed, SessionContext {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  readonly acceptDate: number;
  readonly acceptTick: number;
  handshakeEnd: number;
  failure: ConnectionFailure | undefined = undefined;
  requestCount = 0;
  silent = false;
  vars: Map<string, Sample> | undefined;
  tracked: Tracked | undefined;
  readonly receivedHeader: ReceivedHeader | undefined;
  lastServer: Server | undefined = undefined;
  readonly ownLinks: OwnLinks;

  /** The last stream that the client began. */
  protected lastPeerStream = 0;
  private readonly resets = new Allowance(...RESETS);
  private ends: Ends | undefined;
  private sourceOverride: Endpoint | undefined;
  private destinationOverride: Endpoint | undefined;

  /** @param before of the connection that turned out to be one of HTTP/2 */
  constructor(
    transport: Transport,
    readonly frontend: Frontend,
    readonly listener: Listener,
    readonly engine: Engine,
    private readonly onGone: (client: H2Client) => void,
    before?: Arrival,
  ) {
    super(transport, engine.h2Front, true, engine.strictHead);
    this.acceptDate = before?.acceptDate ?? clock.date();
    this.acceptTick = before?.acceptTick ?? clock.recent();
    this.handshakeEnd = before?.handshakeEnd ?? -1;
    this.vars = before?.vars;
    this.tracked = before?.tracked;
    this.receivedHeader = before?.receivedHeader;
    this.sourceOverride = before?.sourceOverride;
    this.destinationOverride = before?.destinationOverride;
    this.ends = before?.ends;
    this.ownLinks = new OwnLinks(this.limits.maxStreams);
    transport.owner = this;
  }

  /** Says hello and begins to read. */
  open(): void {
    if (this.frontend.logger.active) this.sourceOverride ??= this.transport.remote;
    this.begin();
    this.transport.start();
  }

  /** Goes on with a connection of which buffer[start..end) was read already. */
  takeOver(buffer: Buffer, start: number, end: number): void {
    this.begin();
    this.onData(buffer.subarray(start, end), end - start);
  }

  private begin(): void {
    this.greet([
      [Setting.MaxConcurrentStreams, this.limits.maxStreams],
      [Setting.MaxHeaderListSize, this.engine.strictHead.maxHeadSize],
      [Setting.EnableConnectProtocol, 1],
    ]);
    this.arm(this.frontend.timeouts.httpRequest);
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

  // --- who may end it ---

  get currentServer(): Server | undefined {
    for (const { currentServer } of this.streams.values()) if (currentServer !== undefined) return currentServer;
    return undefined;
  }

  /** What may be ended apart from the rest. */
  get parts(): readonly H2Stream[] {
    return [...this.streams.values()];
  }

  kill(by: Killer): void {
    for (const stream of this.parts) stream.kill(by);
    this.fail(ErrorCode.NoError);
  }

  turnAway(): void {
    if (this.silent && !this.frontend.stopping && !this.transport.closed) {
      this.engine.silence.hold(this.transport);
      this.onClose('');
    } else this.transport.destroy();
  }

  recount(): void {
    for (const { http } of this.streams.values()) http?.ending.recount();
  }

  /** Soft stop: the client is asked to make no further streams here; the connection closes with the last one. */
  retire(): void {
    if (this.goingAway) return;
    this.goingAway = true;
    // the client may have begun some that we do not know of yet (RFC 9113 section 6.8)
    this.output.writer.goAway(LARGEST_WINDOW, ErrorCode.NoError);
    this.output.flush();
    if (this.streams.size === 0 && this.requestCount > 0) this.leave();
  }

  /** A rule rejects the connection because of what this stream asks. */
  reject(stream: H2Stream): void {
    if (this.silent) {
      this.turnAway();
      return;
    }
    stream.reset(ErrorCode.EnhanceYourCalm);
    this.fail(ErrorCode.EnhanceYourCalm);
  }

  override onClose(error: string): void {
    super.onClose(error);
    this.ownLinks.close();
    this.onGone(this);
  }

  protected emptied(): void {
    if (this.goingAway) this.leave();
    else if (this.frontend.stopping) this.retire();
    else this.arm(this.frontend.timeouts.httpKeepAlive);
  }

  protected broken(): void {
    logMalformed(this, clock.recent());
  }

  // --- time ---

  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  onTimeout(): void {
    if (this.leaving) this.transport.destroy();
    else if (this.streams.size === 0) this.fail(ErrorCode.NoError);
  }

  protected get linger(): number {
    const { clientFin, client } = this.frontend.timeouts;
    return Math.min(clientFin || client || LINGER, LINGER);
  }

  // --- requests ---

  onConnect(): void {}

  protected isIdle(id: number): boolean {
    return id > this.lastPeerStream || id % 2 === 0;
  }

  protected mayReset(): boolean {
    return this.tolerates(this.resets);
  }

  protected block(id: number, endStream: boolean): void {
    const stream = this.streams.get(id);
    if (stream !== undefined) this.trailers(stream, endStream);
    else if (id % 2 === 0) this.fail(ErrorCode.ProtocolError);
    else if (id <= this.lastPeerStream) this.headersAfterEnd(id);
    else if (!this.goingAway || this.frontend.stopping) this.request(id, endStream);
  }

  private trailers(stream: H2Stream, endStream: boolean): void {
    this.touch(stream);
    const text = this.decoder.overflowed ? undefined : trailerText(fields);
    if (stream.peerEnded) stream.reset(ErrorCode.StreamClosed);
    else if (!endStream) this.fail(ErrorCode.ProtocolError);
    else if (text === undefined) stream.reset(ErrorCode.ProtocolError);
    else stream.body.end(text);
  }

  private request(id: number, endStream: boolean): void {
    this.lastPeerStream = id;
    if (this.streams.size >= this.limits.maxStreams) {
      if (this.tolerates()) this.resetUnknown(id, ErrorCode.RefusedStream);
      return;
    }
    const request = this.decoder.overflowed ? undefined : requestText(fields, endStream, webSocketKey);
    if (request === 'bad') {
      this.requestCount++;
      refuse(this, this.enter(id), endStream);
      return;
    }
    const head = request === undefined ? undefined : parsed(request, this);
    if (request === undefined || head === undefined || (endStream && head.contentLength > 0)) {
      if (head !== undefined) releaseHead(head);
      logMalformed(this, clock.recent());
      if (this.tolerates()) this.resetUnknown(id, ErrorCode.ProtocolError);
      return;
    }
    this.requestCount++;
    this.enter(id).begin(head, endStream, request.tunnel, clock.recent());
    if (this.requestCount >= this.limits.maxTotalStreams) this.retire();
  }

  private enter(id: number): H2Stream {
    timers.disarm(this);
    const stream = new H2Stream(this, id);
    this.streams.set(id, stream);
    this.touch(stream);
    return stream;
  }
}

/** The request through the HTTP/1 parser, which has the last word on what a request is; characters were checked before. */
function parsed({ text, chunked }: RequestText, { engine }: H2Client): H1Request | undefined {
  if (text.length > headBytes.length) headBytes = Buffer.allocUnsafeSlow(text.length * 2);
  headBytes.latin1Write(text, 0, text.length);
  const head = takeHead();
  if (parseRequest(head, headBytes, 0, text.length, engine.relaxedHead) === ParseResult.Complete)
    return head.fromHttp2(chunked);
  releaseHead(head);
  return undefined;
}
