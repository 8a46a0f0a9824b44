import { ACK, FRAME_HEADER, FrameFlag, FrameType, type ErrorCode, type Setting } from './codes.js';

/** A connection's frames gather in a buffer of this size before they are written. */
const SIZE = 64 * 1024;
const spare: Buffer[] = [];
const MOST_SPARE = 64;

/**
 * Frames of one connection on their way out. They gather until flush(), so that what one turn of the event loop
 * produces for all streams leaves in one write. An idle connection holds no buffer.
 */
export class FrameWriter {
  private buffer: Buffer | undefined = undefined;
  private used = 0;
  /** Counts flushes: an offset is good for one of them only. */
  round = 0;

  /** @param write takes buffer[0..end), which is used again as soon as it returns */
  constructor(private readonly write: (buffer: Buffer, end: number) => void) {}

  get empty(): boolean {
    return this.used === 0;
  }

  flush(): void {
    const { buffer, used } = this;
    if (buffer === undefined) return;
    this.buffer = undefined;
    this.used = 0;
    this.round++;
    this.write(buffer, used);
    if (spare.length < MOST_SPARE) spare.push(buffer);
  }

  discard(): void {
    if (this.buffer !== undefined && spare.length < MOST_SPARE) spare.push(this.buffer);
    this.buffer = undefined;
    this.used = 0;
    this.round++;
  }

  /** Writes a frame's header. `length` bytes of payload must follow. @returns its offset */
  private begin(type: FrameType, flags: number, stream: number, length: number): number {
    if (this.buffer !== undefined && this.used + FRAME_HEADER + length > SIZE) this.flush();
    this.buffer ??= spare.pop() ?? Buffer.allocUnsafeSlow(SIZE);
    const { buffer, used } = this;
    buffer[used] = length >>> 16;
    buffer[used + 1] = length >>> 8;
    buffer[used + 2] = length;
    buffer[used + 3] = type;
    buffer[used + 4] = flags;
    this.uint32(used + 5, stream);
    this.used = used + FRAME_HEADER;
    return used;
  }

  private uint32(at: number, value: number): void {
    const buffer = this.buffer as Buffer;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
  }

  private append32(value: number): void {
    this.uint32(this.used, value);
    this.used += 4;
  }

  private append(from: Buffer, start: number, end: number): void {
    this.used += from.copy(this.buffer as Buffer, this.used, start, end);
  }

  /** @param pairs identifier, value, … */
  settings(pairs: readonly (readonly [Setting, number])[]): void {
    this.begin(FrameType.Settings, 0, 0, pairs.length * 6);
    for (const [setting, value] of pairs) {
      const buffer = this.buffer as Buffer;
      buffer[this.used++] = setting >>> 8;
      buffer[this.used++] = setting;
      this.append32(value);
    }
  }

  settingsAck(): void {
    this.begin(FrameType.Settings, ACK, 0, 0);
  }

  /** Answers a PING with its eight bytes. */
  pong(from: Buffer, start: number): void {
    this.begin(FrameType.Ping, ACK, 0, 8);
    this.append(from, start, start + 8);
  }

  windowUpdate(stream: number, increment: number): void {
    this.begin(FrameType.WindowUpdate, 0, stream, 4);
    this.append32(increment);
  }

  reset(stream: number, code: ErrorCode): void {
    this.begin(FrameType.RstStream, 0, stream, 4);
    this.append32(code);
  }

  goAway(lastStream: number, code: ErrorCode): void {
    this.begin(FrameType.GoAway, 0, 0, 8);
    this.append32(lastStream);
    this.append32(code);
  }

  /** A complete field block, in as many frames as it takes. @returns the offset of the frame that may get END_STREAM */
  headers(stream: number, block: Buffer, length: number, endStream: boolean, maxFrame: number): number {
    const limit = Math.min(maxFrame, SIZE - FRAME_HEADER);
    let end = Math.min(length, limit);
    const flags = (endStream ? FrameFlag.EndStream : 0) | (end === length ? FrameFlag.EndHeaders : 0);
    const first = this.begin(FrameType.Headers, flags, stream, end);
    const { round } = this;
    this.append(block, 0, end);
    while (end < length) {
      const start = end;
      end = Math.min(length, start + limit);
      this.begin(FrameType.Continuation, end === length ? FrameFlag.EndHeaders : 0, stream, end - start);
      this.append(block, start, end);
    }
    return round === this.round ? first : -1;
  }

  /** One DATA frame; at most 32 KiB. @returns its offset, for endStream() */
  data(stream: number, from: Buffer, start: number, end: number, endStream: boolean): number {
    const at = this.begin(FrameType.Data, endStream ? FrameFlag.EndStream : 0, stream, end - start);
    this.append(from, start, end);
    return at;
  }

  /** The frame at `at`, written in this round, turned out to be its stream's last one. */
  endStream(at: number): void {
    (this.buffer as Buffer)[at + 4] |= FrameFlag.EndStream;
  }
}
