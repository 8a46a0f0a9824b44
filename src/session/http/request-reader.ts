import { clock } from '../../base/clock.js';
import { timers } from '../../base/timer-wheel.js';
import type { H1Request } from '../../protocol/h1/head.js';
import type { ParseOptions } from '../../protocol/h1/parser.js';
import { parseRequest, ParseResult } from '../../protocol/h1/parser.js';
import { Carry } from '../../protocol/carry.js';
import { ClientState } from './client-state.js';
import type { H1Client } from './client.js';
import { refuseBody, refuseHead, remember } from './refusal.js';
import { releaseHead, takeHead } from './spare-heads.js';
import type { HttpStream } from './stream.js';

/** Cuts what a client sends into requests, and hands them to streams one after the other. One per connection. */
export class RequestReader {
  /** consume() is on the stack: what finishes meanwhile is picked up by its loop. */
  consuming = false;
  /** When the first byte of the request came. */
  requestStart = 0;
  private carry: Carry | undefined = undefined;
  private head: H1Request | undefined = undefined;
  private readonly options: ParseOptions;

  constructor(private readonly client: H1Client) {
    const { frontend, engine } = client;
    const relaxed = frontend.model.options['accept-invalid-http-request'] === true;
    this.options = relaxed ? engine.relaxedHead : engine.strictHead;
  }

  receive(buffer: Buffer, length: number): void {
    const { carry } = this;
    if (carry === undefined) {
      this.consume(buffer, 0, length);
      return;
    }
    carry.append(buffer, length);
    if (this.client.state === ClientState.Waiting) this.holdBack(carry);
    else this.consumeCarry();
  }

  // --- what is held back ---

  /** Bytes of a next request have arrived. */
  get holds(): boolean {
    return this.carry !== undefined;
  }

  /** So many that the rest of them should stay in the kernel. */
  get full(): boolean {
    return this.carry !== undefined && this.carry.length >= this.client.engine.bufferSize;
  }

  /** Part of a request's head is there. */
  get inHead(): boolean {
    return this.head !== undefined;
  }

  consumeCarry(): void {
    const { carry } = this;
    if (carry === undefined) return;
    this.carry = undefined;
    this.consume(carry.buffer, carry.start, carry.end, carry);
  }

  takeCarry(): Carry | undefined {
    const { carry } = this;
    this.carry = undefined;
    return carry;
  }

  dropHead(): void {
    if (this.head !== undefined) releaseHead(this.head);
    this.head = undefined;
  }

  private keep(buffer: Buffer, start: number, end: number, carry: Carry | undefined): void {
    if (carry === undefined) this.carry = new Carry(buffer, start, end);
    else {
      carry.start = start;
      this.carry = carry;
    }
    if (this.client.state === ClientState.Waiting) this.holdBack(this.carry);
  }

  /** Pipelined requests wait in one buffer; a second one's worth stays in the kernel. */
  private holdBack(carry: Carry): void {
    if (carry.length >= this.client.engine.bufferSize) this.client.pauseReading();
  }

  // --- one event ---

  /** Runs through buffer[start..end); keeps what cannot be used now. */
  private consume(buffer: Buffer, start: number, end: number, carry?: Carry): void {
    const { client } = this;
    this.consuming = true;
    let at = start;
    while (at < end) {
      const stop = this.consumeSome(buffer, at, end);
      if (stop < 0) break;
      at = stop;
    }
    this.consuming = false;
    client.current?.flushRequest();
    if (at < end && client.state !== ClientState.Lingering && client.state !== ClientState.Dead)
      this.keep(buffer, at, end, carry);
    else if (carry !== undefined) this.carry = undefined;
    client.consumed(at >= end);
  }

  /** @returns where it stopped, -1 = no progress is possible now */
  private consumeSome(buffer: Buffer, at: number, end: number): number {
    switch (this.client.state) {
      case ClientState.Idle:
        this.beginHead();
        return this.consumeHead(buffer, at, end);
      case ClientState.Head:
        return this.consumeHead(buffer, at, end);
      case ClientState.Body:
        return this.consumeBody(buffer, at, end);
      case ClientState.Tunnel: {
        const rest = at === 0 && end === buffer.length ? buffer : buffer.subarray(at, end);
        this.client.current?.tunnel.clientData(rest, end - at);
        return end;
      }
      case ClientState.Waiting:
      case ClientState.Lingering:
      case ClientState.Dead:
        return -1;
    }
  }

  private beginHead(): void {
    const { client } = this;
    client.state = ClientState.Head;
    this.requestStart = clock.recent();
    this.head = takeHead();
    // For the first request it runs since the connection was accepted: dripping bytes buys no time.
    if (client.requestCount > 0) client.arm(client.frontend.timeouts.httpRequest);
  }

  private consumeHead(buffer: Buffer, at: number, end: number): number {
    const head = this.head as H1Request;
    switch (parseRequest(head, buffer, at, end, this.options)) {
      case ParseResult.Incomplete:
        return -1;
      case ParseResult.Invalid:
        if (beginsLikeHttp2(buffer, at, end) && this.client.becomeHttp2(buffer, at, end)) return -1;
        remember(this.client, head.error, head.errorAt, buffer, at, end);
        refuseHead(this.client, head);
        return -1;
      case ParseResult.Complete:
        return this.beginStream(head, buffer, end);
    }
  }

  private beginStream(head: H1Request, buffer: Buffer, end: number): number {
    this.head = undefined;
    const { client, options } = this;
    const stream = client.takeStream();
    const { requestBody } = stream;
    const bodyStart = head.end;
    let stop = bodyStart;
    requestBody.start(head.framing, head.contentLength, options.maxHeaders, options.maxHeadSize);
    if (!requestBody.done) stop = requestBody.feed(buffer, bodyStart, end);
    if (requestBody.error !== '') {
      remember(client, 'chunk', bodyStart - head.start, buffer, head.start, end);
      refuseBody(client, stream, head);
      return -1;
    }
    client.state = requestBody.done ? ClientState.Waiting : ClientState.Body;
    if (client.state === ClientState.Body) client.arm(client.frontend.timeouts.client);
    else timers.disarm(client);
    stream.arriving = stop > bodyStart ? buffer : undefined;
    stream.arrivingBytes = stop - bodyStart;
    if (client.heritage !== undefined) {
      stream.inherit(client.heritage);
      client.heritage = undefined;
    }
    stream.begin(head);
    stream.arriving = undefined;
    stream.arrivingBytes = 0;
    if (client.current !== stream) return stop;
    if (stream.buffering) client.armBuffering();
    if (stop > bodyStart) stream.requestData(buffer, bodyStart, stop);
    if (requestBody.done && client.current === stream) stream.requestEnd();
    return stop;
  }

  private consumeBody(buffer: Buffer, at: number, end: number): number {
    const { client } = this;
    const stream = client.current as HttpStream;
    const { requestBody } = stream;
    const stop = requestBody.feed(buffer, at, end);
    if (requestBody.error !== '') {
      stream.ending.fail('body-malformed');
      return -1;
    }
    if (requestBody.done) {
      client.state = ClientState.Waiting;
      timers.disarm(client);
    } else if (!stream.buffering) client.arm(client.frontend.timeouts.client);
    if (stop > at) stream.requestData(buffer, at, stop);
    if (requestBody.done && client.current === stream) stream.requestEnd();
    return stop;
  }
}

/** What stands for a request line in an HTTP/2 client's preface. */
const HTTP2_LINE = Buffer.from('PRI * HTTP/2.0\r\n\r\n', 'latin1');

function beginsLikeHttp2(buffer: Buffer, start: number, end: number): boolean {
  const length = HTTP2_LINE.length;
  return end - start >= length && HTTP2_LINE.compare(buffer, start, start + length) === 0;
}
