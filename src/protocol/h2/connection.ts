import { clock } from '../../base/clock.js';
import type { Transport, TransportOwner } from '../../core/transport.js';
import { Allowance } from './allowance.js';
import { ACK, DEFAULT_FRAME_SIZE, DEFAULT_TABLE_SIZE, DEFAULT_WINDOW, ErrorCode, FrameType, LARGEST_WINDOW, Setting } from './codes.js'; // prettier-ignore
import { FrameReader, type FrameSink } from './frame-reader.js';
import { FieldList, HpackDecoder } from './hpack-decoder.js';
import type { H2Limits } from './limits.js';
import { Output, type Sender } from './output.js';
import { PeerSettings } from './settings.js';

/** Frames that cost us something and bring nothing forward: PING, SETTINGS, PRIORITY, empty DATA (CVE-2019-9511 and following). */
const IDLE_FRAMES = [5000, 1000] as const;
/** Streams reset by us lately, whose frames may still be on their way. */
const REMEMBERED = 32;
/** Pseudo-headers are not counted among the fields. */
const PSEUDO_HEADERS = 8;

/** One stream as its connection sees it. */
export interface ConnectionStream extends Sender {
  /** How much we take of the peer, bytes. */
  receiveWindow: number;
  /** The peer has sent END_STREAM. */
  peerEnded: boolean;
  /** It has met frames of the read that is being run through; readOver() will be called. */
  consuming: boolean;
  /** Bytes that need not be delivered: padding. */
  used(bytes: number): void;
  /** A DATA frame begins, see FrameSink. */
  dataFrame(size: number, endStream: boolean): void;
  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void;
  readOver(): void;
  /** Ends the stream on both sides. */
  reset(code: ErrorCode): void;
  /** The peer has reset it, or its connection is gone. @param error errno name, '' = none */
  lost(error: string, code: ErrorCode): void;
}

/** The fields of the block that was decoded last. */
export const fields = new FieldList();

/** What both ends of an HTTP/2 connection have in common (RFC 9113): frames, windows, settings, and how it ends. */
export abstract class H2Connection<S extends ConnectionStream> implements TransportOwner, FrameSink {
  readonly peer = new PeerSettings();
  readonly output: Output<S>;
  protected readonly streams = new Map<number, S>();
  protected readonly decoder: HpackDecoder;
  /** GOAWAY was sent or received: no further streams are begun. */
  protected goingAway = false;
  /** Only the peer's close is waited for. */
  protected leaving = false;
  private readonly reader: FrameReader;
  private readonly lastResets: number[] = [];
  private readonly idleFrames = new Allowance(...IDLE_FRAMES);
  private receiveWindow = DEFAULT_WINDOW;
  private dataSeen = false;
  // the read that is being run through
  private readonly touched: S[] = [];
  private arriving: S | undefined = undefined;

  /**
   * @param server the peer is a client
   * @param heads limits of a head: number of fields, bytes
   */
  protected constructor(
    readonly transport: Transport,
    readonly limits: H2Limits,
    server: boolean,
    private readonly heads: { readonly maxHeaders: number; readonly maxHeadSize: number },
  ) {
    this.output = new Output<S>(transport, this.peer);
    this.decoder = new HpackDecoder(limits.tableSize, heads.maxHeadSize * 2);
    this.reader = new FrameReader(this, server, limits.maxFrameSize);
  }

  /** A complete field block arrived, and is in `fields`; too large a one is not (decoder.overflowed). */
  protected abstract block(id: number, endStream: boolean): void;
  /** The stream has not begun yet: nothing may be said of it (section 5.1). */
  protected abstract isIdle(id: number): boolean;
  /** The peer has reset a stream. @returns false when that goes too far */
  protected abstract mayReset(): boolean;
  /** The connection's last stream is over. */
  protected abstract emptied(): void;
  /** The peer's settings are known. */
  protected settled(): void {}
  /** The connection is broken. */
  protected abstract broken(): void;
  /** The last stream of the peer that we know of. */
  protected abstract readonly lastPeerStream: number;
  /** How long the peer may take to close after the last word, ms. */
  protected abstract readonly linger: number;
  abstract arm(timeout: number): void;
  abstract onConnect(): void;

  /** The first SETTINGS. */
  protected greet(more: readonly (readonly [Setting, number])[]): void {
    const { tableSize, initialWindow, maxFrameSize } = this.limits;
    const settings = [...more];
    if (tableSize !== DEFAULT_TABLE_SIZE) settings.push([Setting.HeaderTableSize, tableSize]);
    if (initialWindow !== DEFAULT_WINDOW) settings.push([Setting.InitialWindowSize, initialWindow]);
    if (maxFrameSize !== DEFAULT_FRAME_SIZE) settings.push([Setting.MaxFrameSize, maxFrameSize]);
    this.output.writer.settings(settings);
    this.output.flush();
  }

  // --- arriving ---

  get deaf(): boolean {
    return this.leaving || this.transport.closed;
  }

  onData(buffer: Buffer, length: number): void {
    if (this.leaving) return;
    this.reader.receive(buffer, length);
    const { touched } = this;
    // streams may begin while these run, but nothing of them is in this buffer
    for (let i = 0; i < touched.length; i++) touched[i].readOver();
    touched.length = 0;
    if (this.dataSeen && this.receiveWindow < LARGEST_WINDOW / 2) this.widen();
    this.output.pump();
    if (this.output.flooded) this.transport.destroy();
  }

  onDrain(): void {
    if (!this.leaving) this.output.pump();
  }

  onClose(error: string): void {
    this.leaving = true;
    this.arm(0);
    this.output.discard();
    this.loseAll(error);
  }

  private loseAll(error: string): void {
    for (const stream of this.streams.values()) {
      this.streams.delete(stream.id);
      stream.lost(error, ErrorCode.NoError);
    }
  }

  /** The connection's window holds nobody back: each stream has its own. As HAProxy, with the first data. */
  private widen(): void {
    if (this.leaving) return;
    this.output.writer.windowUpdate(0, LARGEST_WINDOW - this.receiveWindow);
    this.receiveWindow = LARGEST_WINDOW;
  }

  protected touch(stream: S): void {
    if (stream.consuming) return;
    stream.consuming = true;
    this.touched.push(stream);
  }

  // --- DATA ---

  dataFrame(id: number, length: number, size: number, endStream: boolean): void {
    this.receiveWindow -= length;
    this.dataSeen = true;
    this.arriving = undefined;
    if (this.receiveWindow < 0) {
      this.fail(ErrorCode.FlowControlError);
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) {
      this.unknown(id);
      return;
    }
    this.touch(stream);
    stream.receiveWindow -= length;
    if (stream.peerEnded) stream.reset(ErrorCode.StreamClosed);
    else if (stream.receiveWindow < 0) stream.reset(ErrorCode.FlowControlError);
    else if (size > 0 || endStream || this.tolerates()) {
      this.arriving = stream;
      stream.used(length - size);
      stream.dataFrame(size, endStream);
    }
  }

  dataBytes(buffer: Buffer, start: number, end: number, first: boolean, last: boolean): void {
    const stream = this.arriving;
    if (stream === undefined) return;
    this.touch(stream);
    stream.dataBytes(buffer, start, end, first, last);
  }

  /** A frame for a stream that is none: over, or never begun (section 5.1). */
  private unknown(id: number): void {
    if (this.isIdle(id)) this.fail(ErrorCode.ProtocolError);
    else if (!this.lastResets.includes(id) && this.tolerates()) this.resetUnknown(id, ErrorCode.StreamClosed);
  }

  protected resetUnknown(id: number, code: ErrorCode): void {
    this.output.writer.reset(id, code);
    this.output.flush();
    this.remember(id);
  }

  private remember(id: number): void {
    this.lastResets.push(id);
    if (this.lastResets.length > REMEMBERED) this.lastResets.shift();
  }

  /** HEADERS for a stream that is over (section 5.1): the peer may not know yet when it was us who ended it. */
  protected headersAfterEnd(id: number): void {
    if (!this.lastResets.includes(id)) this.fail(ErrorCode.StreamClosed, false);
  }

  /** @returns false when the peer has gone too far: the connection ends */
  protected tolerates(allowance = this.idleFrames): boolean {
    if (allowance.take(clock.recent())) return true;
    this.fail(ErrorCode.EnhanceYourCalm);
    return false;
  }

  // --- HEADERS ---

  fieldBlock(id: number, block: Buffer, start: number, end: number, endStream: boolean): void {
    fields.clear();
    const { maxHeaders, maxHeadSize } = this.heads;
    if (this.decoder.decode(block, start, end, fields, maxHeaders + PSEUDO_HEADERS, maxHeadSize))
      this.block(id, endStream);
    else this.fail(ErrorCode.CompressionError);
  }

  /** The stream is over on both sides. */
  remove(stream: S): void {
    if (!this.streams.delete(stream.id)) return;
    if (this.arriving === stream) this.arriving = undefined;
    this.output.go(stream);
    if (!stream.peerEnded) this.remember(stream.id);
    if (this.streams.size === 0 && !this.deaf) this.emptied();
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
        else if (id === 0 || this.isIdle(id)) this.fail(ErrorCode.ProtocolError);
        else this.resetByPeer(id, buffer.readUInt32BE(start));
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
        else this.peerLeaves(buffer.readUInt32BE(start) & 0x7fffffff);
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
    const ack = (flags & ACK) !== 0;
    if (id !== 0) this.fail(ErrorCode.ProtocolError);
    else if (ack ? end > start : (end - start) % 6 !== 0) this.fail(ErrorCode.FrameSizeError);
    else if (!ack && this.tolerates()) this.apply(buffer, start, end);
  }

  private apply(buffer: Buffer, start: number, end: number): void {
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
    if (change !== 0) for (const stream of this.streams.values()) stream.sendWindow += change;
    this.settled();
  }

  private windowUpdate(id: number, increment: number): void {
    if (id === 0) {
      if (increment === 0) this.fail(ErrorCode.ProtocolError, false);
      else if (!this.output.widen(increment)) this.fail(ErrorCode.FlowControlError, false);
      return;
    }
    if (this.isIdle(id)) {
      this.fail(ErrorCode.ProtocolError);
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    stream.sendWindow += increment;
    if (increment === 0) stream.reset(ErrorCode.ProtocolError);
    else if (stream.sendWindow > LARGEST_WINDOW) stream.reset(ErrorCode.FlowControlError);
  }

  private resetByPeer(id: number, code: ErrorCode): void {
    const stream = this.streams.get(id);
    if (stream === undefined || !this.mayReset()) return;
    stream.peerEnded = true;
    this.remove(stream);
    stream.lost('', code);
  }

  // --- leaving ---

  /** GOAWAY. @param _last the last of our streams that the peer has acted on */
  protected peerLeaves(_last: number): void {
    this.goingAway = true;
    if (this.streams.size === 0) this.leave();
  }

  /**
   * The connection cannot go on: the peer is told why.
   * @param told the fault is the peer's, and somebody should know
   */
  fail(code: ErrorCode, told = code !== ErrorCode.NoError && code !== ErrorCode.EnhanceYourCalm): void {
    if (this.deaf) return;
    if (told) this.broken();
    this.goingAway = true;
    this.output.writer.goAway(this.lastPeerStream, code);
    this.leave();
    this.loseAll('');
  }

  /** Closes, but lets the peer read what was sent. */
  protected leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.output.flushNow();
    if (this.transport.closed) return;
    this.transport.end();
    this.arm(this.linger);
  }

  onEnd(): void {
    for (const stream of this.streams.values()) if (!stream.peerEnded) stream.reset(ErrorCode.Cancel);
    if (this.streams.size === 0) this.transport.destroy();
    else this.goingAway = true;
  }
}
