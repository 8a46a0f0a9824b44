import { BodyFraming } from '../../core/message.js';
import type { Transport, TransportOwner } from '../../core/transport.js';
import type { LinkOwner, ServerLink } from '../../core/upstream.js';
import { BodyReader } from '../../protocol/h1/body.js';
import { H1Response, type Method } from '../../protocol/h1/head.js';
import { parseResponse, ParseResult, type ParseOptions } from '../../protocol/h1/parser.js';
import { Carry } from '../../protocol/carry.js';
import { H2Link } from '../../protocol/h2/link.js';
import { serverFailure } from '../server-failure.js';
import { HeldResponse } from './held-response.js';
import { Output } from './output.js';
import type { HttpStream } from './stream.js';

const enum UpstreamState {
  None,
  Connecting,
  /** The request is being sent or was sent; no response head yet. */
  Waiting,
  Body,
  Tunnel,
}

const spareHeads: H1Response[] = [];

/** The server's side of a stream: writes the request, parses the response. One per stream, reused with it. */
export class H1Upstream implements LinkOwner {
  readonly output = new Output();
  readonly body = new BodyReader();
  /** What waiting rules may see of the body. */
  readonly held = new HeldResponse(() => this.heldBack());
  private state = UpstreamState.None;
  private link: ServerLink | undefined = undefined;
  private transport: Transport | undefined = undefined;
  private carry: Carry | undefined = undefined;
  /** Bytes that came with the response's head and behind it. */
  arrivedBody = 0;
  private head: H1Response | undefined = undefined;
  private options!: ParseOptions;
  private method!: Method;
  private readingPaused = false;
  /** The server sent FIN in a tunnel. */
  private ended = false;
  /** More bytes than the response announced: the connection is not reused. */
  private excess = false;

  constructor(private readonly stream: HttpStream) {}

  /** Connected: what is sent now leaves at once. */
  get established(): boolean {
    return this.state >= UpstreamState.Waiting;
  }

  get congested(): boolean {
    return this.transport !== undefined && this.transport.pendingWrites >= 2;
  }

  get connection(): Transport | undefined {
    return this.transport;
  }

  /** Waits for a new connection. */
  connecting(transport: Transport, key: string): void {
    this.transport = transport;
    const link: ServerLink = { transport, requests: 0 };
    if (key !== '') link.key = key;
    this.link = link;
    this.state = UpstreamState.Connecting;
  }

  replaced(transport: Transport): void {
    if (this.link === undefined) return;
    this.transport = transport;
    this.link.transport = transport;
  }

  /** Takes over an idle connection, or the new one that is now connected. */
  use(link: ServerLink, method: Method, options: ParseOptions): void {
    link.requests++;
    link.transport.owner = this;
    this.link = link;
    this.transport = link.transport;
    this.method = method;
    this.options = options;
    this.state = UpstreamState.Waiting;
    this.excess = false;
    this.ended = false;
    this.readingPaused = false;
  }

  // --- sending ---

  sendText(text: string): void {
    this.output.addText(this.transport as Transport, text);
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    this.output.addBytes(this.transport as Transport, buffer, start, end);
  }

  /** @returns false when the stream should stop producing */
  flush(): boolean {
    const { transport } = this;
    if (transport === undefined || this.output.empty || transport.closed) return true;
    return this.output.flush(transport);
  }

  onDrain(): void {
    this.stream.serverDrained();
  }

  /** The client has sent everything (tunnel): tell the server. */
  end(): void {
    this.transport?.end();
  }

  // --- receiving ---

  onConnect(): void {
    this.stream.attempts.connected(this.link as ServerLink);
  }

  onData(buffer: Buffer, length: number): void {
    if (this.carry === undefined) {
      this.consume(buffer, 0, length);
      return;
    }
    const { carry } = this;
    carry.append(buffer, length);
    this.carry = undefined;
    this.consume(carry.buffer, carry.start, carry.end);
  }

  /** Goes on with bytes that were held back while rules were waiting. */
  resume(): void {
    const { carry } = this;
    if (carry === undefined) {
      if (this.state === UpstreamState.Body && this.body.done) this.stream.answer.end();
      return;
    }
    this.carry = undefined;
    const { transport } = this;
    this.consume(carry.buffer, carry.start, carry.end);
    if (this.held.ended && this.transport === transport && this.state === UpstreamState.Body) this.onEnd();
  }

  /** The head of the response, as far as it has come. */
  get responseHead(): H1Response | undefined {
    return this.head;
  }

  private heldBack(): { carry: Carry; head: H1Response; options: ParseOptions } | undefined {
    const { carry, head, options } = this;
    return carry === undefined || head === undefined ? undefined : { carry, head, options };
  }

  private consume(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (this.state === UpstreamState.Waiting && at < end) {
      if (this.stream.waiting) {
        this.carry = new Carry(buffer, at, end);
        return;
      }
      const stop = this.consumeHead(buffer, at, end);
      if (stop < 0) return;
      at = stop;
    }
    if (this.state === UpstreamState.Body) this.consumeBody(buffer, at, end);
    else if (this.state === UpstreamState.Tunnel && at < end) this.stream.tunnel.serverData(buffer, at, end);
  }

  /**
   * The stream may end, or begin anew on another connection, in any call to it: these bytes then concern nobody.
   * @returns the offset after the head, -1 when nothing more can be done with these bytes
   */
  private consumeHead(buffer: Buffer, at: number, end: number): number {
    let { head } = this;
    if (head === undefined) {
      head = spareHeads.pop() ?? new H1Response();
      head.reset();
      this.head = head;
    }
    switch (parseResponse(head, buffer, at, end, this.options)) {
      case ParseResult.Incomplete:
        this.carry = new Carry(buffer, at, end);
        return -1;
      case ParseResult.Invalid:
        this.stream.answer.remember(head, buffer, at, end);
        this.stream.answer.nonsense();
        return -1;
      case ParseResult.Complete:
        return this.headComplete(head, buffer, end);
    }
  }

  private headComplete(head: H1Response, buffer: Buffer, end: number): number {
    const after = head.end;
    const { transport } = this;
    if (head.status < 200 && head.status !== 101) {
      this.head = undefined;
      this.stream.answer.informational(head);
      spareHeads.push(head);
      return this.transport === transport ? after : -1;
    }
    head.answerTo(this.method);
    if ((head.status === 101 && !this.stream.answer.mayUpgrade) || !this.stream.client.accepts(head)) {
      this.stream.answer.refusedHead(head);
      return -1;
    }
    this.startBody(head);
    this.arrivedBody = end - after;
    if (head.framing === BodyFraming.Chunked && this.brokenFromTheStart(head, buffer, end)) return -1;
    this.state = head.framing === BodyFraming.Tunnel ? UpstreamState.Tunnel : UpstreamState.Body;
    this.stream.answer.head(head, this.body.done || end - after >= head.contentLength);
    if (this.transport !== transport) return -1;
    if (this.stream.waiting) {
      this.carry = new Carry(buffer, after, end);
      this.stream.answer.moreHeld();
      return -1;
    }
    return after;
  }

  private startBody(head: H1Response): void {
    const { maxHeaders, maxHeadSize } = this.options;
    const dropTrailers = this.stream.frontend.model.options['http-drop-response-trailers'] === true;
    this.body.keepTrailers = this.stream.client.reframes;
    this.body.start(head.framing, head.contentLength, maxHeaders, maxHeadSize, dropTrailers);
  }

  /** Chunks that are wrong in the same read as the head: an error page can still take the response's place. */
  private brokenFromTheStart(head: H1Response, buffer: Buffer, end: number): boolean {
    this.body.feed(buffer, head.end, end);
    if (this.body.error !== '') {
      this.stream.ending.fail('bad-response');
      return true;
    }
    this.startBody(head);
    return false;
  }

  private consumeBody(buffer: Buffer, start: number, end: number): void {
    const { body, transport } = this;
    if (this.stream.waiting) {
      if (start < end) this.carry = new Carry(buffer, start, end);
      this.stream.answer.moreHeld();
      return;
    }
    if (!body.done && start < end) {
      const stop = body.feed(buffer, start, end);
      if (body.error !== '') {
        this.stream.ending.fail('bad-response');
        return;
      }
      this.stream.answer.data(buffer, start, stop);
      if (this.transport !== transport) return;
      if (stop < end) this.excess = true;
    } else if (start < end) this.excess = true;
    if (body.done && !this.owesEnd) this.stream.answer.end();
    else this.stream.answer.pause();
  }

  /** The server is still at work on a response without a body, and HTTP/2 says so: a next request would disturb it. */
  private get owesEnd(): boolean {
    const { body, transport } = this;
    return body.framing === BodyFraming.None && transport instanceof H2Link && !transport.peerEnded;
  }

  onEnd(): void {
    switch (this.state) {
      case UpstreamState.Waiting:
        this.stream.answer.serverClosed();
        return;
      case UpstreamState.Body:
        if (this.stream.waiting) {
          this.held.ended = true;
          this.stream.answer.moreHeld();
        } else if (this.body.framing === BodyFraming.UntilClose) {
          this.excess = true;
          this.body.done = true;
          this.stream.answer.end();
        } else if (this.body.done && !this.stream.answer.complete) this.stream.answer.end();
        else this.stream.answer.serverClosed();
        return;
      case UpstreamState.Tunnel:
        this.ended = true;
        this.stream.tunnel.serverEnded();
        return;
      case UpstreamState.Connecting:
      case UpstreamState.None:
        return;
    }
  }

  onClose(error: string): void {
    const { state, transport } = this;
    this.stream.log.serverFailure = serverFailure(transport);
    this.detach();
    if (state === UpstreamState.Connecting) this.stream.attempts.connectFailed(error);
    else if (state === UpstreamState.Tunnel) this.stream.ending.finish();
    else if (state === UpstreamState.Body && this.body.framing === BodyFraming.UntilClose && error === '') {
      this.body.done = true;
      this.stream.answer.end();
    } else this.stream.answer.serverClosed(error);
  }

  pauseReading(): void {
    if (this.readingPaused) return;
    this.readingPaused = true;
    this.transport?.pause();
  }

  resumeReading(): void {
    if (!this.readingPaused) return;
    this.readingPaused = false;
    this.transport?.resume();
  }

  bulk(on: boolean): void {
    this.transport?.bulk(on);
  }

  // --- leaving ---

  /**
   * The exchange is over.
   * @returns the connection when it can carry another request, else undefined (it is closed)
   */
  release(keep: boolean): ServerLink | undefined {
    const { link, transport } = this;
    if (link === undefined || transport === undefined) {
      this.detach();
      return undefined;
    }
    const sent = this.output.empty && transport.pendingWrites === 0;
    // without a response head `body` still speaks of the exchange before: nothing is known of what may yet come
    const answered = this.state === UpstreamState.Body && this.body.done;
    const reusable = keep && sent && answered && !this.excess && !transport.closed;
    this.resumeReading();
    this.detach();
    // whatever happens to it from now on, this object may be busy with another connection then
    transport.owner = ABANDONED;
    if (reusable) {
      transport.bulk(false);
      return link;
    }
    if (this.ended) {
      transport.destroy();
      return undefined;
    }
    // RST rather than FIN, as HAProxy: nothing more is expected, and our port is not held in TIME_WAIT.
    transport.reset();
    return undefined;
  }

  private detach(): void {
    if (this.head !== undefined) spareHeads.push(this.head);
    this.head = undefined;
    this.link = undefined;
    this.transport = undefined;
    this.carry = undefined;
    this.state = UpstreamState.None;
    this.held.reset();
    this.output.discard();
  }
}

/** Owner of a connection nobody is interested in any more. */
const ABANDONED: TransportOwner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };
