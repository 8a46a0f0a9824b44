import { randomBytes } from 'node:crypto';
import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import type { Sample } from '../../core/sample.js';
import type { ConnectionFailure, SessionContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { parseRequest, ParseResult } from '../../protocol/h1/parser.js';
import { Allowance } from '../../protocol/h2/allowance.js';
import { ACK, DEFAULT_FRAME_SIZE, DEFAULT_TABLE_SIZE, DEFAULT_WINDOW, ErrorCode, FrameType, LARGEST_WINDOW, Setting } from '../../protocol/h2/codes.js'; // prettier-ignore
import { FieldList, HpackDecoder } from '../../protocol/h2/hpack-decoder.js';
import { requestText, type RequestText, trailerText } from '../../protocol/h2/request-fields.js';
import { PeerSettings } from '../../protocol/h2/settings.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Killer } from '../../upstream/health-listener.js';
import type { Engine } from '../engine.js';
import { releaseHead, takeHead } from '../http/spare-heads.js';
import { FrameReader, type FrameSink } from './frame-reader.js';
import { Output } from './output.js';
import { OwnLinks } from './own-links.js';
import { logMalformed } from './refusal.js';
import { H2Stream } from './stream.js';

/** How long a connection that was told to go may go on talking, in ms, when no timeout says otherwise. */
const LINGER = 1000;
/** Streams given up by their client before they were answered (CVE-2023-44487): at once, and a second. */
const RESETS = [1000, 100] as const;
/** Frames that cost us something and bring nothing forward: PING, SETTINGS, PRIORITY, empty DATA (CVE-2019-9511 and following). */
const IDLE_FRAMES = [5000, 1000] as const;
/** Streams reset by us lately, whose frames may still be on their way. */
const REMEMBERED = 32;

const fields = new FieldList();
/** Request heads are put together here. */
let headBytes = Buffer.allocUnsafeSlow(32 * 1024);

/**
 * A client's HTTP/2 connection (RFC 9113): its frames become streams, each served as an HTTP/1 request is.
 *
 *     FrameReader ─► H2Client ─► H2Stream ─► HttpStream
 *                                H2Stream ◄─ … ─► Output (flow control, frames)
 */
export class H2Client implements TransportOwner, Timed, SessionContext, FrameSink {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  readonly acceptDate: number;
  readonly acceptTick: number;
  handshakeEnd = -1;
  failure: ConnectionFailure | undefined = undefined;
  requestCount = 0;
  silent = false;
  vars: Map<string, Sample> | undefined = undefined;
  lastServer: Server | undefined = undefined;

  readonly limits;
  readonly peer = new PeerSettings();
  readonly output: Output<H2Stream>;
  readonly ownLinks: OwnLinks;
  private readonly reader: FrameReader;
  private readonly decoder: HpackDecoder;
  private readonly streams = new Map<number, H2Stream>();
  /** The last stream that the peer began. */
  private lastId = 0;
  private goAwaySent = false;
  /** Only the peer's close is waited for. */
  private leaving = false;
  private readonly lastResets: number[] = [];
  private readonly resets = new Allowance(...RESETS);
  private readonly idleFrames = new Allowance(...IDLE_FRAMES);
  private receiveWindow = DEFAULT_WINDOW;
  private dataSeen = false;
  // the read that is being run through
  private readonly touched: H2Stream[] = [];
  private arriving: H2Stream | undefined = undefined;
  private sourceOverride: Endpoint | undefined = undefined;
  private destinationOverride: Endpoint | undefined = undefined;

  /** @param before of the connection that turned out to be one of HTTP/2 */
  constructor(
    readonly transport: Transport,
    readonly frontend: Frontend,
    readonly listener: Listener,
    readonly engine: Engine,
    private readonly onGone: (client: H2Client) => void,
    before?: SessionContext,
  ) {
    this.acceptDate = before?.acceptDate ?? clock.date();
    this.acceptTick = before?.acceptTick ?? clock.recent();
    this.vars = before?.vars;
    this.handshakeEnd = before?.handshakeEnd ?? -1;
    if (before !== undefined) {
      this.source = before.source;
      this.destination = before.destination;
    }
    this.limits = engine.h2Front;
    this.output = new Output<H2Stream>(transport, this.peer);
    this.ownLinks = new OwnLinks(this.limits.maxStreams);
    this.decoder = new HpackDecoder(this.limits.tableSize, engine.bufferSize);
    this.reader = new FrameReader(this, true, this.limits.maxFrameSize);
    transport.owner = this;
  }

  /** Says hello and begins to read. */
  open(): void {
    if (this.frontend.logger.active) this.source = this.transport.remote;
    this.greet();
    this.arm(this.frontend.timeouts.httpRequest);
    this.transport.start();
  }

  /** Goes on with a connection of which buffer[start..end) was read already. */
  takeOver(buffer: Buffer, start: number, end: number): void {
    this.greet();
    this.arm(this.frontend.timeouts.httpRequest);
    this.receive(buffer.subarray(start, end), end - start);
  }

  private greet(): void {
    const { tableSize, initialWindow, maxStreams, maxFrameSize } = this.limits;
    const settings: [Setting, number][] = [];
    if (tableSize !== DEFAULT_TABLE_SIZE) settings.push([Setting.HeaderTableSize, tableSize]);
    settings.push([Setting.MaxConcurrentStreams, maxStreams]);
    if (initialWindow !== DEFAULT_WINDOW) settings.push([Setting.InitialWindowSize, initialWindow]);
    if (maxFrameSize !== DEFAULT_FRAME_SIZE) settings.push([Setting.MaxFrameSize, maxFrameSize]);
    settings.push([Setting.MaxHeaderListSize, this.engine.strictHead.maxHeadSize]);
    settings.push([Setting.EnableConnectProtocol, 1]);
    this.output.writer.settings(settings);
    this.output.flush();
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

  /** Soft stop: the client is asked to make no further streams here; the connection closes with the last one. */
  retire(): void {
    if (this.goAwaySent) return;
    this.goAwaySent = true;
    // the client may have begun some that we do not know of yet (RFC 9113 section 6.8)
    this.output.writer.goAway(LARGEST_WINDOW, ErrorCode.NoError);
    this.output.flush();
    if (this.streams.size === 0 && this.requestCount > 0) this.leave();
  }

  /** A rule rejects the connection because of what this stream asks. */
  reject(stream: H2Stream): void {
    if (this.silent) this.turnAway();
    else {
      stream.reset(ErrorCode.EnhanceYourCalm);
      this.fail(ErrorCode.EnhanceYourCalm);
    }
  }

  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  onTimeout(): void {
    if (this.leaving) this.transport.destroy();
    else if (this.streams.size === 0) this.fail(ErrorCode.NoError);
  }

  // --- arriving ---

  get deaf(): boolean {
    return this.leaving || this.transport.closed;
  }

  onConnect(): void {}

  onData(buffer: Buffer, length: number): void {
    if (!this.leaving) this.receive(buffer, length);
  }

  private receive(buffer: Buffer, length: number): void {
    this.reader.receive(buffer, length);
    const { touched } = this;
    // a stream may be added while these run: nothing of it is in this buffer
    for (let i = 0; i < touched.length; i++) touched[i].readOver();
    touched.length = 0;
    if (this.dataSeen && this.receiveWindow < LARGEST_WINDOW / 2) this.widen();
    this.output.pump();
    if (this.output.flooded) this.transport.destroy();
  }

  /** The connection's window holds nobody back: each stream has its own. As HAProxy, with the first data. */
  private widen(): void {
    if (this.leaving) return;
    this.output.writer.windowUpdate(0, LARGEST_WINDOW - this.receiveWindow);
    this.receiveWindow = LARGEST_WINDOW;
  }

  private touch(stream: H2Stream): void {
    if (stream.consuming) return;
    stream.consuming = true;
    this.touched.push(stream);
  }

  onEnd(): void {
    for (const stream of this.parts) if (!stream.peerEnded) stream.reset(ErrorCode.Cancel);
    if (this.streams.size === 0) this.transport.destroy();
    else this.goAwaySent = true;
  }

  onClose(error: string): void {
    timers.disarm(this);
    this.leaving = true;
    this.output.discard();
    for (const stream of this.parts) {
      this.streams.delete(stream.id);
      stream.lost(error);
    }
    this.ownLinks.close();
    this.onGone(this);
  }

  onDrain(): void {
    if (!this.leaving) this.output.pump();
  }

  // --- DATA ---

  dataFrame(id: number, length: number, size: number, endStream: boolean): void {
    this.receiveWindow -= length;
    this.dataSeen = true;
    if (this.receiveWindow < 0) {
      this.fail(ErrorCode.FlowControlError);
      return;
    }
    const stream = this.streams.get(id);
    this.arriving = stream;
    if (stream === undefined) {
      this.unknown(id);
      return;
    }
    this.touch(stream);
    if (stream.peerEnded) {
      this.arriving = undefined;
      stream.reset(ErrorCode.StreamClosed);
      return;
    }
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) {
      this.arriving = undefined;
      stream.reset(ErrorCode.FlowControlError);
      return;
    }
    stream.used(length - size);
    if (size === 0 && !endStream && !this.tolerates()) return;
    stream.body.frame(size, endStream);
  }

  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    const stream = this.arriving;
    if (stream === undefined) return;
    this.touch(stream);
    stream.body.bytes(buffer, start, end, first, last);
  }

  /** A frame for a stream that is none: closed, or never begun (section 5.1). */
  private unknown(id: number): void {
    if (id > this.lastId || id % 2 === 0) this.fail(ErrorCode.ProtocolError);
    else if (!this.lastResets.includes(id) && this.tolerates()) this.resetUnknown(id, ErrorCode.StreamClosed);
  }

  private resetUnknown(id: number, code: ErrorCode): void {
    this.output.writer.reset(id, code);
    this.output.flush();
    this.remember(id);
  }

  private remember(id: number): void {
    this.lastResets.push(id);
    if (this.lastResets.length > REMEMBERED) this.lastResets.shift();
  }

  /** @returns false when the peer has gone too far: the connection ends */
  private tolerates(allowance = this.idleFrames): boolean {
    if (allowance.take(clock.recent())) return true;
    this.fail(ErrorCode.EnhanceYourCalm);
    return false;
  }

  // --- HEADERS ---

  fieldBlock(id: number, block: Buffer, start: number, end: number, endStream: boolean): void {
    fields.clear();
    const { maxHeaders, maxHeadSize } = this.engine.strictHead;
    if (!this.decoder.decode(block, start, end, fields, maxHeaders + 8, maxHeadSize)) {
      this.fail(ErrorCode.CompressionError);
      return;
    }
    const stream = this.streams.get(id);
    if (stream !== undefined) this.trailers(stream, endStream);
    else if (id % 2 === 0) this.fail(ErrorCode.ProtocolError);
    else if (id <= this.lastId) this.closed(id);
    else if (!this.goAwaySent || this.frontend.stopping) this.request(id, endStream);
  }

  /** HEADERS for a stream that is over (section 5.1): the peer may not know yet when it was us who ended it. */
  private closed(id: number): void {
    if (!this.lastResets.includes(id)) this.fail(ErrorCode.StreamClosed, false);
  }

  private trailers(stream: H2Stream, endStream: boolean): void {
    this.touch(stream);
    const text = endStream && !this.decoder.overflowed ? trailerText(fields) : undefined;
    if (stream.peerEnded) stream.reset(ErrorCode.StreamClosed);
    else if (!endStream) this.fail(ErrorCode.ProtocolError);
    else if (text === undefined) stream.reset(ErrorCode.ProtocolError);
    else stream.body.end(text);
  }

  private request(id: number, endStream: boolean): void {
    this.lastId = id;
    if (this.streams.size >= this.limits.maxStreams) {
      if (this.tolerates()) this.resetUnknown(id, ErrorCode.RefusedStream);
      return;
    }
    const request = this.decoder.overflowed ? undefined : requestText(fields, endStream, webSocketKey);
    const head = request === undefined ? undefined : parsed(request, this);
    if (head === undefined || (endStream && head.contentLength > 0)) {
      if (head !== undefined) releaseHead(head);
      logMalformed(this, clock.recent());
      if (this.tolerates()) this.resetUnknown(id, ErrorCode.ProtocolError);
      return;
    }
    this.requestCount++;
    timers.disarm(this);
    const stream = new H2Stream(this, id);
    this.streams.set(id, stream);
    this.touch(stream);
    stream.begin(head, endStream, request?.webSocket === true, clock.recent());
    if (this.requestCount >= this.limits.maxTotalStreams) this.retire();
  }

  /** The stream is over on both sides. */
  remove(stream: H2Stream): void {
    if (!this.streams.delete(stream.id)) return;
    if (this.arriving === stream) this.arriving = undefined;
    this.output.go(stream);
    if (!stream.peerEnded) this.remember(stream.id);
    if (this.streams.size > 0 || this.transport.closed || this.leaving) return;
    if (this.goAwaySent) this.leave();
    else if (this.frontend.stopping) this.retire();
    else this.arm(this.frontend.timeouts.httpKeepAlive);
  }

  // --- other frames ---

  frame(type: FrameType, flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    const length = end - start;
    switch (type) {
      case FrameType.Settings:
        this.settings(flags, id, buffer, start, end);
        return;
      case FrameType.WindowUpdate:
        if (length === 4) this.windowUpdate(id, buffer.readUInt32BE(start) & 0x7fffffff);
        else this.fail(ErrorCode.FrameSizeError);
        return;
      case FrameType.RstStream:
        if (length !== 4) this.fail(ErrorCode.FrameSizeError);
        else if (id === 0 || id > this.lastId) this.fail(ErrorCode.ProtocolError);
        else this.resetByPeer(id);
        return;
      case FrameType.Ping:
        if (id !== 0) this.fail(ErrorCode.ProtocolError);
        else if (length !== 8) this.fail(ErrorCode.FrameSizeError);
        else if ((flags & ACK) === 0 && this.tolerates()) {
          this.output.writer.pong(buffer, start);
          this.output.flush();
        }
        return;
      case FrameType.Priority:
        if (id === 0) this.fail(ErrorCode.ProtocolError);
        else if (length !== 5) this.fail(ErrorCode.FrameSizeError);
        else if ((buffer.readUInt32BE(start) & 0x7fffffff) === id) this.fail(ErrorCode.ProtocolError);
        else this.tolerates();
        return;
      case FrameType.GoAway:
        if (id !== 0) this.fail(ErrorCode.ProtocolError);
        else if (length < 8) this.fail(ErrorCode.FrameSizeError);
        else this.peerLeaves();
        return;
      case FrameType.PushPromise:
        this.fail(ErrorCode.ProtocolError);
        return;
      default:
        // what we do not know we must ignore (section 5.5)
        this.tolerates();
    }
  }

  private settings(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (id !== 0) {
      this.fail(ErrorCode.ProtocolError);
      return;
    }
    const ack = (flags & ACK) !== 0;
    if (ack ? end > start : (end - start) % 6 !== 0) {
      this.fail(ErrorCode.FrameSizeError);
      return;
    }
    if (ack || !this.tolerates()) return;
    const before = this.peer.initialWindow;
    const error = this.peer.read(buffer, start, end);
    if (error !== ErrorCode.NoError) {
      this.fail(error);
      return;
    }
    this.output.tableChanged();
    this.output.writer.settingsAck();
    this.output.flush();
    const change = this.peer.initialWindow - before;
    if (change === 0) return;
    for (const stream of this.streams.values()) stream.sendWindow += change;
  }

  private windowUpdate(id: number, increment: number): void {
    if (id === 0) {
      if (increment === 0) this.fail(ErrorCode.ProtocolError, false);
      else if (!this.output.widen(increment)) this.fail(ErrorCode.FlowControlError, false);
      return;
    }
    if (id > this.lastId) {
      this.fail(ErrorCode.ProtocolError);
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    stream.sendWindow += increment;
    if (increment === 0) stream.reset(ErrorCode.ProtocolError);
    else if (stream.sendWindow > LARGEST_WINDOW) stream.reset(ErrorCode.FlowControlError);
  }

  private resetByPeer(id: number): void {
    const stream = this.streams.get(id);
    if (stream === undefined || !this.tolerates(this.resets)) return;
    stream.peerEnded = true;
    this.remove(stream);
    stream.lost('');
  }

  // --- leaving ---

  /** GOAWAY: it will make no further streams. */
  private peerLeaves(): void {
    this.goAwaySent = true;
    if (this.streams.size === 0) this.leave();
  }

  /**
   * The connection cannot go on: the peer is told why.
   * @param logged as a bad request, as HAProxy does where a frame makes no sense
   */
  fail(code: ErrorCode, logged = code !== ErrorCode.NoError && code !== ErrorCode.EnhanceYourCalm): void {
    if (this.deaf) return;
    if (logged) logMalformed(this, clock.recent());
    for (const stream of this.parts) {
      this.streams.delete(stream.id);
      stream.lost('');
    }
    this.output.writer.goAway(this.lastId, code);
    this.goAwaySent = true;
    this.leave();
  }

  /** Closes, but lets the client read what was sent. */
  private leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.output.flushNow();
    if (this.transport.closed) return;
    this.transport.end();
    const { clientFin, client } = this.frontend.timeouts;
    this.arm(Math.min(clientFin || client || LINGER, LINGER));
  }
}

/** HTTP/1 servers want to see one; what they answer to it is not passed on. */
function webSocketKey(): string {
  return randomBytes(16).toString('base64');
}

/** The request through the HTTP/1 parser, which has the last word on what a request is; characters were checked before. */
function parsed({ text, chunked }: RequestText, { engine }: H2Client): ReturnType<typeof takeHead> | undefined {
  if (text.length > headBytes.length) headBytes = Buffer.allocUnsafeSlow(text.length * 2);
  headBytes.latin1Write(text, 0, text.length);
  const head = takeHead();
  if (parseRequest(head, headBytes, 0, text.length, engine.relaxedHead) !== ParseResult.Complete) {
    releaseHead(head);
    return undefined;
  }
  return head.fromHttp2(chunked);
}
