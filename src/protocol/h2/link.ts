import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { BodyReader } from '../h1/body.js';
import { Method, H1Request, HeadFlag } from '../h1/head.js';
import { parseRequest, ParseResult } from '../h1/parser.js';
import { BodyFraming } from '../../core/message.js';
import { ErrorCode, FRAME_HEADER } from './codes.js';
import { fields, type ConnectionStream } from './connection.js';
import { type Flushable, flushSoon } from './flush-queue.js';
import { addRequest, addTrailerLines } from './message-fields.js';
import { responseText, ResponseBody, trailerLines } from './response-fields.js';
import { webSocketAccept } from './websocket.js';
import type { H2ServerConnection } from './server-connection.js';

const HEAD_LIMITS = { acceptInvalid: true, maxHeaders: 1000, maxHeadSize: 1 << 20 };
const NOTHING = Buffer.alloc(0);
const LAST_CHUNK = '0\r\n';
const head = new H1Request();

const NOBODY: TransportOwner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };

/** The protocol of an upgrade, which is no body's business. */
function upgradeOf({ flags, framing, headers }: H1Request): string {
  const both = HeadFlag.ConnectionUpgrade | HeadFlag.Upgrade;
  return (flags & both) === both && framing === BodyFraming.None ? (headers.get('upgrade') ?? '') : '';
}

const enum Sending {
  Head,
  Body,
  Tunnel,
  Done,
}

/**
 * One request over a connection of HTTP/2, dressed as a connection of HTTP/1: what is written is an HTTP/1 request and
 * becomes frames, what frames bring is read as an HTTP/1 response. So everything above knows one protocol only.
 */
export class H2Link implements Transport, ConnectionStream, Flushable {
  id = 0;
  closed = false;
  peerEnded = false;
  consuming = false;
  sendWindow = 0;
  receiveWindow: number;
  /** `:scheme`, as the client knows it; HAProxy takes the safer one where nobody said. */
  scheme = 'https';

  private sending = Sending.Head;
  private readonly body = new BodyReader();
  private method = Method.Other;
  /** FIN was asked for, or everything was sent. */
  private ended = false;
  private endSent = false;
  private trailers = '';
  private backlog: Buffer[] = [];
  private backlogAt = 0;

  /** The protocol that an upgrade asks for, '' = none, and the key of a WebSocket. */
  private upgrade = '';
  private upgradeKey: string | undefined = undefined;

  private answer: ResponseBody | undefined = undefined;
  /** A size line was written, and the chunk's line end is still to come. */
  private chunkOpen = false;
  private size = 0;
  private credit = 0;
  private paused = false;
  /** What came while nobody wanted to read. */
  private held: Buffer[] = [];
  private finSeen = false;
  /** Only the end is waited for. */
  private over = false;

  constructor(
    private connection: H2ServerConnection,
    public owner: TransportOwner,
  ) {
    this.receiveWindow = connection.limits.initialWindow;
  }

  /** The request has not begun: it can go over another connection. */
  moveTo(connection: H2ServerConnection): void {
    this.connection = connection;
  }

  /** The connection itself, which others share. */
  get carrier(): Transport {
    return this.connection.transport;
  }
  get tls(): TlsFacts | undefined {
    return this.connection.transport.tls;
  }
  get remote(): Endpoint {
    return this.connection.transport.remote;
  }
  get local(): Endpoint {
    return this.connection.transport.local;
  }
  get pendingWrites(): number {
    return this.backlog.length > 0 || this.connection.output.congested ? 2 : 0;
  }
  get pendingBytes(): number {
    return this.backlog.reduce((sum, { length }) => sum + length, -this.backlogAt);
  }

  setKeepAlive(on: boolean, initialDelaySeconds: number): void {
    this.connection.transport.setKeepAlive(on, initialDelaySeconds);
  }
  start(): void {}
  bulk(): void {}

  // --- the request ---

  writeLatin1(text: string): boolean {
    const bytes = Buffer.from(text, 'latin1');
    return this.write(bytes, 0, bytes.length);
  }

  write(buffer: Buffer, start: number, end: number): boolean {
    if (this.closed) return true;
    let at = start;
    if (this.sending === Sending.Head) at = this.begin(buffer, start, end);
    if (at < end && this.sending === Sending.Tunnel) this.send(buffer, at, end);
    else if (at < end && this.sending === Sending.Body) this.feed(buffer, at, end);
    if (this.pendingWrites === 0) return true;
    this.connection.output.stall(this);
    return false;
  }

  /** @returns the offset after the head */
  private begin(buffer: Buffer, start: number, end: number): number {
    head.reset();
    if (parseRequest(head, buffer, start, end, HEAD_LIMITS) !== ParseResult.Complete) {
      this.destroy();
      return end;
    }
    const { connection } = this;
    const { output } = connection;
    this.method = head.kind;
    const protocol = upgradeOf(head);
    if (protocol !== '' && connection.peer.enableConnect !== true) {
      this.refuseUpgrade();
      return end;
    }
    this.sendWindow = connection.peer.initialWindow;
    this.id = connection.enrol(this);
    this.body.keepTrailers = true;
    this.body.start(head.framing, head.contentLength, HEAD_LIMITS.maxHeaders, HEAD_LIMITS.maxHeadSize);
    const block = output.block();
    addRequest(block, head, this.scheme, protocol);
    this.upgrade = protocol;
    this.upgradeKey = protocol === '' ? undefined : head.headers.get('sec-websocket-key');
    const tunnel = this.method === Method.Connect || protocol !== '';
    const last = this.body.done && !tunnel;
    output.headers(this, block, last);
    output.flush();
    this.sending = last ? Sending.Done : tunnel ? Sending.Tunnel : Sending.Body;
    this.ended = last;
    this.endSent = last;
    return head.end;
  }

  /**
   * The server does not know RFC 8441. As from HAProxy, it sees a stream reset that never began. RFC 9113 (section 5.1)
   * lets it end the connection for that, so it sees so only where no other stream would end too.
   */
  private refuseUpgrade(): void {
    const { connection } = this;
    if (connection.idle) this.id = connection.enrol(this);
    this.close(ErrorCode.InternalError, 'EPROTO');
  }

  private feed(buffer: Buffer, start: number, end: number): void {
    const { body } = this;
    body.feed(buffer, start, end);
    for (let i = 0; i < body.data.count; i++) this.send(buffer, body.data.start(i), body.data.end(i));
    if (!body.done) return;
    this.sending = Sending.Done;
    if (body.framing === BodyFraming.Chunked) this.trailers = body.trailers.length > 2 ? body.trailers : '';
    this.finish();
  }

  private send(buffer: Buffer, start: number, end: number): void {
    const { output } = this.connection;
    let at = start;
    while (this.backlog.length === 0 && at < end) {
      const size = Math.min(end - at, output.roomFor(this));
      if (size <= 0) break;
      output.data(this, buffer, at, at + size);
      at += size;
    }
    output.flush();
    if (at >= end) return;
    this.backlog.push(Buffer.from(buffer.subarray(at, end)));
    output.stall(this);
  }

  sendSome(): boolean {
    const { backlog } = this;
    const { output } = this.connection;
    if (backlog.length > 0) {
      const [first] = backlog;
      const size = Math.min(first.length - this.backlogAt, output.roomFor(this));
      if (size <= 0) return false;
      output.data(this, first, this.backlogAt, this.backlogAt + size);
      this.backlogAt += size;
      if (this.backlogAt === first.length) {
        backlog.shift();
        this.backlogAt = 0;
      }
      if (backlog.length > 0) return true;
    } else if (output.congested) return false;
    output.go(this);
    if (this.ended && !this.endSent) this.sendEnd();
    else this.owner.onDrain();
    return true;
  }

  /** Nothing more will be written. */
  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.backlog.length === 0) this.sendEnd();
  }

  private sendEnd(): void {
    const { output } = this.connection;
    this.endSent = true;
    if (this.trailers !== '') {
      const block = output.block();
      addTrailerLines(block, this.trailers);
      output.headers(this, block, true);
    } else output.writer.data(this.id, NOTHING, 0, 0, true);
    output.flush();
    this.settle();
  }

  end(): void {
    if (!this.closed && this.id !== 0) this.finish();
  }

  // --- the response ---

  /** A field block: the head, an interim one, or trailers. */
  head(endStream: boolean, overflowed: boolean): void {
    if (this.answer !== undefined) {
      const lines = endStream && !overflowed && !this.peerEnded ? trailerLines(fields) : undefined;
      if (lines === undefined) this.reset(ErrorCode.ProtocolError);
      else this.ends(lines);
      return;
    }
    const response = overflowed ? undefined : responseText(fields, this.method, endStream, this.upgradeFields());
    if (response === undefined) {
      this.reset(ErrorCode.ProtocolError);
      return;
    }
    this.answer = response.body;
    const bytes = Buffer.from(response.text, 'latin1');
    this.peerEnded = endStream;
    this.deliver(bytes);
    if (endStream) this.ends('');
  }

  /** What an HTTP/1 client wants to see when its upgrade succeeds. */
  private upgradeFields(): string {
    if (this.upgrade === '') return '';
    const accept = this.upgradeKey === undefined ? '' : `sec-websocket-accept: ${webSocketAccept(this.upgradeKey)}\r\n`;
    return `connection: upgrade\r\nupgrade: ${this.upgrade}\r\n${accept}`;
  }

  dataFrame(size: number, endStream: boolean): void {
    this.size = size;
    if (this.answer === undefined || (this.over && size > 0)) this.reset(ErrorCode.ProtocolError);
    else if (endStream) this.peerEnded = true;
    if (size === 0 && endStream) this.ends('');
  }

  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    let from = start;
    if (first && this.answer === ResponseBody.Chunked) {
      const line = `${this.chunkOpen ? '\r\n' : ''}${this.size.toString(16)}\r\n`;
      this.chunkOpen = true;
      from = start - Math.min(FRAME_HEADER, line.length);
      buffer.latin1Write(line, from, line.length);
    }
    this.credit += end - start;
    this.deliver(buffer.subarray(from, end));
    if (last && this.peerEnded) this.ends('');
  }

  /** END_STREAM. @param trailers lines */
  private ends(trailers: string): void {
    this.peerEnded = true;
    if (this.closed) return;
    if (this.answer === ResponseBody.Chunked) {
      this.deliver(Buffer.from(`${this.chunkOpen ? '\r\n' : ''}${LAST_CHUNK}${trailers}\r\n`, 'latin1'));
    }
    this.finSeen = true;
    if (this.held.length === 0) this.fin();
  }

  /** Everything was delivered. */
  private fin(): void {
    this.finSeen = false;
    // a body without a length of its own, or a tunnel, ends with the connection that this seems to be
    if (!this.closed) this.owner.onEnd();
    this.settle();
  }

  private deliver(bytes: Buffer): void {
    if (this.closed) return;
    if (this.paused || this.held.length > 0) this.held.push(Buffer.from(bytes));
    else this.owner.onData(bytes, bytes.length);
  }

  used(bytes: number): void {
    this.credit += bytes;
  }

  readOver(): void {
    this.consuming = false;
    if (!this.paused && this.held.length === 0) this.giveCredit();
  }

  private giveCredit(): void {
    if (this.closed || this.peerEnded || this.credit * 2 < this.connection.limits.initialWindow) return;
    this.receiveWindow += this.credit;
    this.connection.output.writer.windowUpdate(this.id, this.credit);
    this.connection.output.flush();
    this.credit = 0;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    // not now: whoever resumes does not expect bytes within the call
    flushSoon(this);
  }

  flushNow(): void {
    while (!this.paused && !this.closed && this.held.length > 0) {
      const bytes = this.held.shift() as Buffer;
      this.owner.onData(bytes, bytes.length);
    }
    if (this.held.length > 0) return;
    this.giveCredit();
    if (this.finSeen) this.fin();
  }

  // --- the end ---

  /** Both sides are through: the stream is over. */
  private settle(): void {
    if (this.endSent && this.peerEnded) this.connection.remove(this);
  }

  lost(error: string, _code: ErrorCode): void {
    if (this.closed) return;
    this.closed = true;
    this.owner.onClose(error === '' ? 'ECONNRESET' : error);
  }

  destroy(): void {
    this.close(ErrorCode.Cancel, '');
  }

  /** @param code what the server is told, where it is its fault */
  reset(code?: ErrorCode): void {
    this.close(code ?? ErrorCode.Cancel, code === undefined ? '' : 'EPROTO');
  }

  private close(code: ErrorCode, error: string): void {
    if (this.closed) return;
    this.closed = true;
    const { connection } = this;
    if (this.id === 0) connection.abandon(this);
    else {
      if (!connection.deaf && (!this.endSent || !this.peerEnded)) {
        connection.output.writer.reset(this.id, code);
        connection.output.flush();
      }
      connection.remove(this);
    }
    this.owner.onClose(error);
  }

  /** The exchange is over as far as its length said; the server's END_STREAM may still be on its way. */
  letGo(): void {
    this.owner = NOBODY;
    if (!this.endSent || this.closed) this.destroy();
    else if (!this.peerEnded) this.over = true;
  }
}
