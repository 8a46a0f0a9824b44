import type { BodyReader } from '../../protocol/h1/body.js';
import { BodyFraming } from '../../core/message.js';
import type { H1Upstream } from './upstream.js';

/** Passes on what the last feed() of `body` consumed: as it is, or without what must not pass. */
export function sendBody(upstream: H1Upstream, body: BodyReader, buffer: Buffer, start: number, end: number): void {
  if (body.clean) upstream.sendBytes(buffer, start, end);
  else
    for (let i = 0; i < body.forward.count; i++) upstream.sendBytes(buffer, body.forward.start(i), body.forward.end(i));
}

/** Body bytes of a request that cannot be sent yet, or that may have to be sent again. */
export class HeldBody {
  /** Bytes held. */
  bytes = 0;
  /** Keep what was sent, for `retry-on`. */
  retry = false;
  /** More came than one buffer: the request cannot be repeated. */
  overflowed = false;
  private chunks: Buffer[] = [];
  private payload: string[] = [];

  add(body: BodyReader, buffer: Buffer, start: number, end: number): void {
    if (body.framing !== BodyFraming.None) this.payload.push(body.data.text(buffer));
    if (body.clean) this.push(buffer, start, end);
    else for (let i = 0; i < body.forward.count; i++) this.push(buffer, body.forward.start(i), body.forward.end(i));
  }

  private push(buffer: Buffer, start: number, end: number): void {
    const copy = Buffer.allocUnsafe(end - start);
    buffer.copy(copy, 0, start, end);
    this.chunks.push(copy);
    this.bytes += end - start;
  }

  /** The payload so far, as latin1, for fetches that look into bodies. */
  text(): string {
    if (this.payload.length > 1) this.payload = [this.payload.join('')];
    return this.payload[0] ?? '';
  }

  /** More than `limit` bytes cannot be kept for another attempt. */
  giveUpAbove(limit: number): void {
    if (this.bytes <= limit) return;
    this.clear();
    this.giveUp();
  }

  /** The request will not be sent again. */
  giveUp(): void {
    this.retry = false;
    this.overflowed = true;
  }

  /** Sends what is held; keeps it when it may be needed again. */
  sendTo(upstream: H1Upstream): void {
    for (const chunk of this.chunks) {
      upstream.sendBytes(chunk, 0, chunk.length);
      upstream.flush();
    }
    if (!this.retry) this.clear();
  }

  /** A new request. @param retry it may have to be sent again */
  begin(retry: boolean): void {
    this.retry = retry;
    this.overflowed = false;
  }

  clear(): void {
    if (this.chunks.length > 0) this.chunks = [];
    if (this.payload.length > 0) this.payload = [];
    this.bytes = 0;
  }
}
