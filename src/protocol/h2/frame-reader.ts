import { DEFAULT_FRAME_SIZE, ErrorCode, FRAME_HEADER, FrameFlag, FrameType, PREFACE } from './codes.js';
import { Carry } from '../carry.js';

/** Frames of one field block: a long row of tiny ones only costs time (CVE-2024-27316 and its kin). */
const MOST_CONTINUATIONS = 32;

/** Who acts on what a FrameReader finds. */
export interface FrameSink {
  /** Nothing more is read. */
  readonly deaf: boolean;
  /**
   * A DATA frame begins.
   * @param length of its payload as flow control counts it, padding included
   * @param size of the data in it
   */
  dataFrame(stream: number, length: number, size: number, endStream: boolean): void;
  /**
   * Data of that frame.
   * @param first its first bytes: the FRAME_HEADER bytes before `start` were read and may be written over
   * @param last its last ones
   */
  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void;
  /** A complete field block. */
  fieldBlock(stream: number, block: Buffer, start: number, end: number, endStream: boolean): void;
  /** Any other complete frame: its payload is buffer[start..end). */
  frame(type: FrameType, flags: number, stream: number, buffer: Buffer, start: number, end: number): void;
  /** The connection is beyond repair. */
  fail(code: ErrorCode): void;
}

const EMPTY = Buffer.alloc(0);

/**
 * Cuts what a peer sends into frames (RFC 9113 section 4). Data is passed on as it comes, other frames when they are
 * complete; of those at most one frame, or one field block, is kept.
 *
 *      | length 3 | type 1 | flags 1 | stream 4 | payload …
 */
export class FrameReader {
  private carry: Carry | undefined = undefined;
  /** Bytes of the preface that were seen. */
  private prefaced: number;
  private begun = false;
  // the DATA frame that is arriving
  private dataLeft = 0;
  private padLeft = 0;
  private dataFirst = false;
  // the field block that is arriving
  private blockStream = 0;
  private blockEnds = false;
  private block = EMPTY;
  private blockSize = 0;
  private blockParts = 0;

  /**
   * @param server the peer begins with the preface (section 3.4)
   * @param maxFrameSize SETTINGS_MAX_FRAME_SIZE as told to the peer, bytes
   * @param maxBlock of a field block, bytes
   */
  constructor(
    private readonly sink: FrameSink,
    server: boolean,
    private readonly maxFrameSize: number = DEFAULT_FRAME_SIZE,
    private readonly maxBlock: number = 4 * DEFAULT_FRAME_SIZE,
  ) {
    this.prefaced = server ? 0 : PREFACE.length;
  }

  /** A frame, or more of a field block, is being waited for. */
  get midFrame(): boolean {
    return this.carry !== undefined || this.blockStream !== 0 || this.prefaced < PREFACE.length;
  }

  receive(buffer: Buffer, length: number): void {
    const { carry } = this;
    if (carry === undefined) {
      this.consume(buffer, 0, length);
      return;
    }
    carry.append(buffer, length);
    this.carry = undefined;
    this.consume(carry.buffer, carry.start, carry.end);
  }

  private consume(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.sink.deaf) {
      const next = this.step(buffer, at, end);
      if (next < 0) break;
      at = next;
    }
    if (at < end && !this.sink.deaf) this.carry = new Carry(buffer, at, end);
  }

  /** @returns where to go on, -1 = more bytes are needed */
  private step(buffer: Buffer, at: number, end: number): number {
    if (this.dataLeft > 0) return this.data(buffer, at, end);
    if (this.padLeft > 0) {
      const stop = Math.min(end, at + this.padLeft);
      this.padLeft -= stop - at;
      return stop;
    }
    if (this.prefaced < PREFACE.length) return this.preface(buffer, at, end);
    if (end - at < FRAME_HEADER) return -1;
    const length = (buffer[at] << 16) | (buffer[at + 1] << 8) | buffer[at + 2];
    const type = buffer[at + 3] as FrameType;
    const flags = buffer[at + 4];
    const stream = buffer.readUInt32BE(at + 5) & 0x7fffffff;
    const wrong = this.check(type, stream, length);
    if (wrong !== ErrorCode.NoError) return this.refuse(wrong, end);
    if (type === FrameType.Data) return this.beginData(buffer, at, end, length, flags, stream);
    const payload = at + FRAME_HEADER;
    if (end - payload < length) return -1;
    if (type === FrameType.Headers) return this.headers(buffer, payload, payload + length, flags, stream);
    if (type === FrameType.Continuation) return this.continuation(buffer, payload, payload + length, flags);
    this.sink.frame(type, flags, stream, buffer, payload, payload + length);
    return payload + length;
  }

  private preface(buffer: Buffer, at: number, end: number): number {
    let next = at;
    for (; next < end && this.prefaced < PREFACE.length; next++) {
      if (buffer[next] !== PREFACE[this.prefaced++]) return this.refuse(ErrorCode.ProtocolError, end);
    }
    return next;
  }

  private check(type: FrameType, stream: number, length: number): ErrorCode {
    if (length > this.maxFrameSize) return ErrorCode.FrameSizeError;
    // the first frame says how the peer wants to talk (section 3.4)
    if (!this.begun && type !== FrameType.Settings) return ErrorCode.ProtocolError;
    this.begun = true;
    // nothing may come between the parts of a field block (section 6.10)
    const continues = type === FrameType.Continuation;
    if (this.blockStream === 0 ? continues : !continues || stream !== this.blockStream) return ErrorCode.ProtocolError;
    return ErrorCode.NoError;
  }

  private refuse(code: ErrorCode, end: number): number {
    this.sink.fail(code);
    return end;
  }

  // --- DATA ---

  private beginData(buffer: Buffer, at: number, end: number, length: number, flags: number, stream: number): number {
    if (stream === 0) return this.refuse(ErrorCode.ProtocolError, end);
    let payload = at + FRAME_HEADER;
    let size = length;
    let padding = 0;
    if ((flags & FrameFlag.Padded) !== 0) {
      if (length === 0) return this.refuse(ErrorCode.FrameSizeError, end);
      if (payload >= end) return -1;
      padding = buffer[payload++];
      size -= 1 + padding;
      if (size < 0) return this.refuse(ErrorCode.ProtocolError, end);
    }
    // the header stays with the first bytes, whose place it may have to give
    if (size > 0 && payload >= end) return -1;
    this.dataLeft = size;
    this.padLeft = padding;
    this.dataFirst = true;
    this.sink.dataFrame(stream, length, size, (flags & FrameFlag.EndStream) !== 0);
    return payload;
  }

  private data(buffer: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.dataLeft);
    const first = this.dataFirst;
    this.dataFirst = false;
    this.dataLeft -= stop - at;
    this.sink.dataBytes(buffer, at, stop, first, this.dataLeft === 0);
    return stop;
  }

  // --- field blocks ---

  private headers(buffer: Buffer, start: number, end: number, flags: number, stream: number): number {
    if (stream === 0) return this.refuse(ErrorCode.ProtocolError, end);
    let from = start;
    let padding = 0;
    if ((flags & FrameFlag.Padded) !== 0) {
      if (start === end) return this.refuse(ErrorCode.FrameSizeError, end);
      padding = buffer[from++];
    }
    // the tree of priorities is history (section 5.3.2), but a stream must not depend on itself
    if ((flags & FrameFlag.Priority) !== 0) {
      if (from + 5 <= end && (buffer.readUInt32BE(from) & 0x7fffffff) === stream)
        return this.refuse(ErrorCode.ProtocolError, end);
      from += 5;
    }
    const to = end - padding;
    if (from > to) return this.refuse(from > end ? ErrorCode.FrameSizeError : ErrorCode.ProtocolError, end);
    const endStream = (flags & FrameFlag.EndStream) !== 0;
    if ((flags & FrameFlag.EndHeaders) !== 0) {
      this.sink.fieldBlock(stream, buffer, from, to, endStream);
      return end;
    }
    this.blockStream = stream;
    this.blockEnds = endStream;
    this.blockSize = 0;
    this.blockParts = 0;
    return this.keepBlock(buffer, from, to) ? end : this.refuse(ErrorCode.EnhanceYourCalm, end);
  }

  private continuation(buffer: Buffer, start: number, end: number, flags: number): number {
    if (!this.keepBlock(buffer, start, end)) return this.refuse(ErrorCode.EnhanceYourCalm, end);
    if ((flags & FrameFlag.EndHeaders) === 0) return end;
    const { blockStream, block, blockSize } = this;
    this.blockStream = 0;
    this.block = EMPTY;
    this.sink.fieldBlock(blockStream, block, 0, blockSize, this.blockEnds);
    return end;
  }

  private keepBlock(buffer: Buffer, start: number, end: number): boolean {
    const size = this.blockSize + end - start;
    if (size > this.maxBlock || ++this.blockParts > MOST_CONTINUATIONS) return false;
    if (size > this.block.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.maxBlock, size * 2));
      this.block.copy(larger, 0, 0, this.blockSize);
      this.block = larger;
    }
    buffer.copy(this.block, this.blockSize, start, end);
    this.blockSize = size;
    return true;
  }
}
