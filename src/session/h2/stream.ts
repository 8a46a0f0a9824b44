import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import { BodyFraming } from '../../core/message.js';
import type { SessionContext } from '../../core/stream.js';
import type { Endpoint } from '../../core/transport.js';
import type { ServerLink } from '../../core/upstream.js';
import type { BodyReader } from '../../protocol/h1/body.js';
import type { ConnectionHeader } from '../../protocol/h1/connection.js';
import type { H1Request, H1Response } from '../../protocol/h1/head.js';
import { ErrorCode } from '../../protocol/h2/codes.js';
import { addTrailerLines } from '../../protocol/h2/message-fields.js';
import type { ConnectionStream } from '../../protocol/h2/connection.js';
import { webSocketAccept } from '../../protocol/h2/websocket.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Killer, ServerUser } from '../../upstream/health-listener.js';
import type { Engine } from '../engine.js';
import { clientGone, clientTimedOut } from '../http/departure.js';
import { releaseStream, takeStream } from '../http/spare-streams.js';
import type { StreamClient } from '../http/stream-client.js';
import type { HttpStream } from '../http/stream.js';
import type { H2Client } from './client.js';
import { RequestSession } from './request-session.js';
import { RequestBody } from './request-body.js';
import { addHeadFields, answerFrom } from './response.js';

const SWITCHING_PROTOCOLS = 101;
const NOTHING = Buffer.alloc(0);

/**
 * One stream of a client's connection, as the HTTP engine sees it.
 *
 *     frames ─► RequestBody ─► HttpStream ─► head, data, end ─► (backlog, while a window is closed) ─► frames
 */
export class H2Stream implements StreamClient, ConnectionStream, Timed, ServerUser {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  readonly reframes = true;
  /** A stream that was refused may be repeated by its client: RST_STREAM says so (RFC 9113 section 8.7). */
  readonly first = false;
  /** Who serves it; undefined once its exchange is over, though not all of the response may have left. */
  http: HttpStream | undefined = undefined;
  readonly body = new RequestBody(this);
  requestSource: Endpoint | undefined = undefined;
  requestDestination: Endpoint | undefined = undefined;
  private ownSession: RequestSession | undefined = undefined;
  /** The request is complete. */
  peerEnded = false;
  consuming = false;
  /** How much the peer takes of us, and we of the peer, bytes. Ours may become negative (RFC 9113 section 6.9.2). */
  sendWindow: number;
  receiveWindow: number;
  /** Received and used, but not told to the peer yet. */
  private credit = 0;
  private paused = false;
  private headSent = false;
  private tunnel = false;
  /** It asked for another protocol (RFC 8441), and of a WebSocket the proof that a server must give. */
  private upgrade = false;
  private expectedAccept = '';
  /** Everything was handed over by the exchange. */
  private ended = false;
  private trailers = '';
  /** What a window keeps here; at most what one read of the server brings. */
  private readonly backlog: Buffer[] = [];
  private backlogAt = 0;
  /** The last frame, if it is still among the connection's output: it may get END_STREAM. */
  private lastFrame = -1;
  private lastRound = -1;

  constructor(
    readonly connection: H2Client,
    readonly id: number,
  ) {
    this.sendWindow = connection.peer.initialWindow;
    this.receiveWindow = connection.limits.initialWindow;
  }

  get session(): SessionContext {
    if (this.requestSource === undefined && this.requestDestination === undefined) return this.connection;
    return (this.ownSession ??= new RequestSession(this.connection, this));
  }
  get frontend(): Frontend {
    return this.connection.frontend;
  }
  get listener(): Listener {
    return this.connection.listener;
  }
  get engine(): Engine {
    return this.connection.engine;
  }
  get lastServer(): Server | undefined {
    return this.connection.lastServer;
  }
  set lastServer(server: Server | undefined) {
    this.connection.lastServer = server;
  }
  get gone(): boolean {
    return this.connection.transport.closed;
  }
  get currentServer(): Server | undefined {
    return this.http?.server;
  }
  kill(by: Killer): void {
    this.http?.ending.kill(by);
  }

  // --- the request ---

  dataFrame(size: number, endStream: boolean): void {
    this.body.frame(size, endStream);
  }

  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    this.body.bytes(buffer, start, end, first, last);
  }

  /** Serves a request. @param now when its first byte came */
  begin(head: H1Request, ended: boolean, upgrade: boolean, now: number): void {
    this.upgrade = upgrade;
    const key = upgrade ? head.headers.get('sec-websocket-key') : undefined;
    if (key !== undefined) this.expectedAccept = webSocketAccept(key);
    const http = takeStream();
    this.http = http;
    http.attach(this, now, now);
    this.peerEnded = ended;
    this.body.begin(http, head, upgrade);
    if (!ended) this.arm(this.frontend.timeouts.client);
    http.begin(head);
    if (this.http !== http) return;
    if (http.buffering) this.arm(this.frontend.timeouts.httpRequest);
    if (http.requestBody.done) http.requestEnd();
  }

  /** Data was used by `bytes`: the peer may send as much again, unless the stream is held back. */
  used(bytes: number): void {
    this.credit += bytes;
  }

  /** The events of one read are over. */
  readOver(): void {
    this.consuming = false;
    if (this.http === undefined) return;
    this.http.flushRequest();
    this.resumeReading();
    if (!this.paused) this.giveCredit();
  }

  private giveCredit(): void {
    if (this.credit === 0) return;
    this.receiveWindow += this.credit;
    this.connection.output.writer.windowUpdate(this.id, this.credit);
    this.connection.output.flush();
    this.credit = 0;
  }

  /** The request, or the client's side of a tunnel, is complete. */
  requestOver(): void {
    if (this.http === undefined) return;
    this.arm(0);
    if (this.tunnel) this.http.tunnel.clientEnded();
  }

  pauseReading(): void {
    this.paused = true;
  }

  resumeReading(): void {
    if (!this.paused || this.http?.requestHeldBack === true) return;
    this.paused = false;
    this.giveCredit();
  }

  // --- the response ---

  /** RFC 8441 section 5: success has another number here, so nothing else may look like it. */
  accepts(head: H1Response): boolean {
    if (!this.upgrade || head.status < 101 || head.status >= 300) return true;
    if (head.status !== SWITCHING_PROTOCOLS) return false;
    return this.expectedAccept === '' || head.headers.get('sec-websocket-accept') === this.expectedAccept;
  }

  sendHead(head: H1Response, _connection: ConnectionHeader): void {
    const { connection } = this;
    const final = head.status >= 200 || head.status === SWITCHING_PROTOCOLS;
    const block = connection.output.block();
    // RFC 8441 section 5: the handshake's 101 is a plain success here
    block.status(head.status === SWITCHING_PROTOCOLS ? 200 : head.status);
    addHeadFields(block, head);
    const frame = connection.output.headers(this, block, false);
    if (!final) return;
    this.headSent = true;
    this.lastFrame = frame;
    this.lastRound = connection.output.writer.round;
  }

  sendText(text: string): void {
    const answer = answerFrom(text, this.http?.method);
    if (answer === undefined) return;
    this.sendHead(answer.head, 0);
    if (answer.body.length > 0) this.sendBytes(answer.body, 0, answer.body.length);
  }

  sendBody(body: BodyReader, buffer: Buffer, _start: number, _end: number): void {
    const { data } = body;
    for (let i = 0; i < data.count; i++) this.sendBytes(buffer, data.start(i), data.end(i));
    if (body.framing === BodyFraming.Chunked && body.done && body.trailers.length > 2) this.trailers = body.trailers;
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    let at = start;
    if (this.backlog.length === 0) at = this.send(buffer, start, end);
    if (at >= end) return;
    const copy = Buffer.allocUnsafe(end - at);
    buffer.copy(copy, 0, at, end);
    this.backlog.push(copy);
    this.connection.output.stall(this);
  }

  /** @returns the offset of the first byte that has to wait */
  private send(buffer: Buffer, start: number, end: number): number {
    const { output } = this.connection;
    let at = start;
    while (at < end) {
      const size = Math.min(end - at, output.roomFor(this));
      if (size <= 0) break;
      this.data(buffer, at, at + size);
      at += size;
    }
    return at;
  }

  private data(buffer: Buffer, start: number, end: number): void {
    const { output } = this.connection;
    this.lastFrame = output.data(this, buffer, start, end);
    this.lastRound = output.writer.round;
  }

  /** One frame of what waits. @returns false when nothing moved */
  sendSome(): boolean {
    const { backlog } = this;
    const { output } = this.connection;
    if (backlog.length > 0) {
      const [first] = backlog;
      const size = Math.min(first.length - this.backlogAt, output.roomFor(this));
      if (size <= 0) return false;
      this.data(first, this.backlogAt, this.backlogAt + size);
      this.backlogAt += size;
      if (this.http === undefined) this.arm(this.frontend.timeouts.client);
      if (this.backlogAt === first.length) {
        backlog.shift();
        this.backlogAt = 0;
      }
      if (backlog.length > 0) return true;
    } else if (output.congested) return false;
    output.go(this);
    if (this.ended) this.sendEnd();
    else {
      if (this.peerEnded) this.arm(0);
      this.http?.clientDrained();
    }
    return true;
  }

  flush(): boolean {
    const { output } = this.connection;
    output.flush();
    if (!this.congested) return true;
    output.stall(this);
    this.arm(this.frontend.timeouts.client);
    return false;
  }

  get congested(): boolean {
    return this.backlog.length > 0 || this.connection.output.congested;
  }

  // --- the end ---

  becomeTunnel(): void {
    this.tunnel = true;
    this.body.becomeTunnel();
    if (this.peerEnded) this.http?.tunnel.clientEnded();
  }

  finished(stream: HttpStream, _close: boolean): void {
    if (this.http !== stream) return;
    this.release(stream);
    this.ended = true;
    if (!this.headSent) this.reset(ErrorCode.RefusedStream);
    else if (this.backlog.length === 0) this.sendEnd();
    else this.arm(this.frontend.timeouts.client);
  }

  abort(stream: HttpStream, connection: boolean): void {
    if (this.http === stream) this.release(stream);
    if (connection) this.connection.reject(this);
    else this.reset(this.headSent ? ErrorCode.Cancel : ErrorCode.RefusedStream);
  }

  private release(stream: HttpStream): void {
    this.http = undefined;
    timers.disarm(this);
    releaseStream(stream);
  }

  private sendEnd(): void {
    const { output } = this.connection;
    const { writer } = output;
    if (this.trailers !== '') {
      const block = output.block();
      addTrailerLines(block, this.trailers);
      output.headers(this, block, true);
    } else if (this.lastFrame >= 0 && this.lastRound === writer.round) writer.endStream(this.lastFrame);
    else writer.data(this.id, NOTHING, 0, 0, true);
    // the rest of the request interests nobody any more (RFC 9113 section 8.1)
    if (!this.peerEnded) writer.reset(this.id, ErrorCode.NoError);
    output.flush();
    this.connection.remove(this);
  }

  /** Ends the stream here and there. */
  reset(code: ErrorCode): void {
    const { http, connection } = this;
    connection.output.writer.reset(this.id, code);
    connection.output.flush();
    connection.remove(this);
    if (http === undefined) return;
    this.http = undefined;
    clientGone(http, '');
    releaseStream(http);
  }

  /** The peer gave it up, or its connection is gone. @param error errno name, '' = none */
  lost(error: string): void {
    const { http } = this;
    this.http = undefined;
    this.peerEnded = true;
    if (http === undefined) return;
    clientGone(http, error);
    releaseStream(http);
  }

  // --- time ---

  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  onTimeout(): void {
    if (this.http === undefined) this.reset(ErrorCode.Cancel);
    else if (!this.tunnel) clientTimedOut(this.http);
  }

  keepOwnLink(server: Server, link: ServerLink): void {
    this.connection.ownLinks.keep(server, link);
  }

  takeOwnLink(server: Server, key: string, serverName: string | undefined): ServerLink | undefined {
    return this.connection.ownLinks.take(server, key, serverName);
  }
}
