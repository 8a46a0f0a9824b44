import type { Transport } from '../../core/transport.js';
import { DEFAULT_WINDOW, LARGEST_WINDOW } from './codes.js';
import { FrameWriter } from './frame-writer.js';
import { HpackEncoder } from './hpack-encoder.js';
import type { PeerSettings } from './settings.js';
import { FieldBlock } from './field-block.js';
import { type Flushable, flushSoon } from './flush-queue.js';

/** Larger frames would keep other streams waiting, and find no place in the writer's buffer. */
const LARGEST_PIECE = 16384;
/** So many bytes may wait for the kernel before everybody stops producing. */
const MOST_PENDING = 128 * 1024;

const fieldBlock = new FieldBlock();

/** A stream that has something to send. */
export interface Sender {
  readonly id: number;
  sendWindow: number;
  /** Sends one frame of what waits. @returns false when nothing moved */
  sendSome(): boolean;
}

/** One connection's way out: frames, flow control (RFC 9113 section 5.2), and whose turn it is. */
export class Output<S extends Sender = Sender> implements Flushable {
  readonly writer: FrameWriter;
  private readonly encoder = new HpackEncoder();
  private window = DEFAULT_WINDOW;
  private readonly stalled = new Set<S>();
  private asked = false;

  constructor(
    private readonly transport: Transport,
    private readonly peer: PeerSettings,
  ) {
    this.writer = new FrameWriter((buffer, end) => {
      if (!transport.closed) transport.write(buffer, 0, end);
    });
  }

  // --- field blocks ---

  /** The block to be filled for headers(). */
  block(): FieldBlock {
    return fieldBlock.begin(this.encoder);
  }

  /** @returns the offset of the frame that may get END_STREAM, -1 = none may */
  headers(stream: S, block: FieldBlock, endStream: boolean): number {
    return this.writer.headers(stream.id, block.buffer, block.length, endStream, this.peer.maxFrameSize);
  }

  /** The peer's settings have changed. */
  tableChanged(): void {
    if (this.peer.tableSize >= 0) this.encoder.allow(this.peer.tableSize);
  }

  // --- data ---

  /** Bytes of data that may be sent now. */
  roomFor(stream: S): number {
    return this.congested ? 0 : Math.min(this.window, stream.sendWindow, LARGEST_PIECE);
  }

  data(stream: S, buffer: Buffer, start: number, end: number): number {
    this.window -= end - start;
    stream.sendWindow -= end - start;
    return this.writer.data(stream.id, buffer, start, end, false);
  }

  /** The connection's window grew. @returns false when it is too large now (section 6.9.1) */
  widen(increment: number): boolean {
    this.window += increment;
    return this.window <= LARGEST_WINDOW;
  }

  get congested(): boolean {
    return this.transport.pendingWrites >= 2 && this.transport.pendingBytes > MOST_PENDING / 2;
  }

  /** Control frames alone have filled the way out: the peer asks, but does not listen. */
  get flooded(): boolean {
    return this.transport.pendingBytes > 4 * MOST_PENDING;
  }

  // --- turns ---

  /** The stream waits for room. */
  stall(stream: S): void {
    this.stalled.add(stream);
  }

  go(stream: S): void {
    this.stalled.delete(stream);
  }

  /** There may be room: everybody who waits sends one frame, as often as that goes. */
  pump(): void {
    let moved = true;
    while (moved && this.stalled.size > 0 && !this.congested) {
      moved = false;
      for (const stream of this.stalled) if (stream.sendSome()) moved = true;
    }
    this.flush();
  }

  /** Everything leaves at the end of this turn of the event loop. */
  flush(): void {
    if (this.asked || this.writer.empty) return;
    this.asked = true;
    flushSoon(this);
  }

  flushNow(): void {
    this.asked = false;
    this.writer.flush();
  }

  discard(): void {
    this.writer.discard();
    this.stalled.clear();
  }
}
