import { BodyFraming } from '../../core/message.js';
import { H1Request, Method } from '../../protocol/h1/head.js';
import { ErrorCode, FRAME_HEADER } from '../../protocol/h2/codes.js';
import type { HttpStream } from '../http/stream.js';
import type { H2Stream } from './stream.js';

/** A last frame up to this size is put together with what surrounds it: one write instead of three. */
const JOIN_LIMIT = 4096;
const joined = Buffer.allocUnsafeSlow(JOIN_LIMIT + 32);
const LAST_CHUNK = Buffer.from('0\r\n\r\n', 'latin1');
const END_AND_LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n', 'latin1');

/**
 * A request's data on its way into the HTTP engine, which knows bodies with a length and bodies in chunks. A body of
 * unknown length becomes chunks, a chunk for each frame, without being copied: the chunk's size line is written over
 * the frame's header, which was read already.
 *
 *      | frame header 9 | data … | frame header 9 | data …
 *      |     4 0 0 \r\n | data … |  \r\n 4 0 0 \r\n | data …
 */
export class RequestBody {
  /** The frame that is arriving: bytes of data, and whether it is the last. */
  private size = 0;
  private endStream = false;
  /** The last chunk's data still lacks its line end. */
  private open = false;
  /** Bytes for a tunnel that is not there yet. */
  private early: Buffer[] | undefined = undefined;
  private tunnel = false;

  constructor(private readonly stream: H2Stream) {}

  /** A request begins, with what its head says of its body. */
  begin(http: HttpStream, head: H1Request, tunnel: boolean): void {
    const { maxHeaders, maxHeadSize } = this.stream.engine.strictHead;
    http.requestBody.start(head.framing, head.contentLength, maxHeaders, maxHeadSize);
    if (tunnel || head.kind === Method.Connect) this.early = [];
  }

  frame(size: number, endStream: boolean): void {
    this.size = size;
    this.endStream = endStream;
    if (size === 0 && endStream) this.end();
  }

  bytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    const { stream } = this;
    const ends = last && this.endStream;
    if (ends) stream.peerEnded = true;
    if (stream.http !== undefined) this.take(stream.http, buffer, start, end, first, last);
    stream.used(end - start);
    if (ends) this.end();
  }

  private take(http: HttpStream, buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    if (this.tunnel) http.tunnel.clientData(buffer.subarray(start, end), end - start);
    else if (this.early !== undefined) this.early.push(Buffer.from(buffer.subarray(start, end)));
    else if (http.requestBody.framing !== BodyFraming.Chunked) this.feed(http, buffer, start, end);
    else if (first && last && this.endStream && end - start <= JOIN_LIMIT) this.whole(http, buffer, start, end);
    else this.feed(http, buffer, first ? this.sizeLine(buffer, start) : start, end);
  }

  /** Writes the size line before the data. @returns its first byte */
  private sizeLine(buffer: Buffer, start: number): number {
    const line = this.openChunk();
    const at = start - Math.min(FRAME_HEADER, line.length);
    buffer.latin1Write(line, at, line.length);
    return at;
  }

  private openChunk(): string {
    const line = `${this.open ? '\r\n' : ''}${this.size.toString(16)}\r\n`;
    this.open = true;
    return line;
  }

  /** The last data, in one small frame: with the last chunk behind it. */
  private whole(http: HttpStream, buffer: Buffer, start: number, end: number): void {
    const line = this.openChunk();
    joined.latin1Write(line, 0, line.length);
    let length = line.length;
    length += buffer.copy(joined, length, start, end);
    length += END_AND_LAST_CHUNK.copy(joined, length);
    this.feed(http, joined, 0, length);
    // the buffer is everybody's
    if (this.stream.http === http) http.flushRequest();
  }

  private feed(http: HttpStream, buffer: Buffer, start: number, end: number): void {
    const { requestBody } = http;
    const stop = requestBody.feed(buffer, start, end);
    if (stop < end || requestBody.error !== '') {
      // more than was announced (RFC 9113 section 8.1.1), or trailers beyond the limits
      this.stream.reset(ErrorCode.ProtocolError);
      return;
    }
    if (!http.buffering) this.stream.arm(this.stream.frontend.timeouts.client);
    http.requestData(buffer, start, end);
    if (requestBody.done && this.stream.http === http) http.requestEnd();
  }

  /** END_STREAM. @param trailers as lines */
  end(trailers = ''): void {
    const { stream } = this;
    const { http } = stream;
    stream.peerEnded = true;
    if (http !== undefined && !http.requestBody.done) {
      // less than was announced (RFC 9113 section 8.1.1)
      if (http.requestBody.framing !== BodyFraming.Chunked) {
        stream.reset(ErrorCode.ProtocolError);
        return;
      }
      this.lastChunk(http, trailers);
    }
    stream.requestOver();
  }

  private lastChunk(http: HttpStream, trailers: string): void {
    const end = this.open ? END_AND_LAST_CHUNK : LAST_CHUNK;
    const bytes = trailers === '' ? end : Buffer.from(`${this.open ? '\r\n' : ''}0\r\n${trailers}\r\n`, 'latin1');
    this.feed(http, bytes, 0, bytes.length);
  }

  /** The tunnel is open: what came early goes first. */
  becomeTunnel(): void {
    this.tunnel = true;
    const { early } = this;
    this.early = undefined;
    for (const chunk of early ?? []) this.stream.http?.tunnel.clientData(chunk, chunk.length);
  }
}
