import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import type { Transport, TransportOwner } from '../../core/transport.js';
import { Allowance } from './allowance.js';
import { ErrorCode, PREFACE, Setting } from './codes.js';
import { H2Connection } from './connection.js';
import type { H2Limits } from './limits.js';
import { H2Link } from './link.js';

const LINGER = 1000;
/** Streams that a server resets: it may refuse what is too much for it, but not for ever. */
const RESETS = [1000, 100] as const;
/** Stream numbers end there (RFC 9113 section 5.1.1). */
const LARGEST_ID = 0x7fffffff;

/** What a server's heads may be like. */
interface HeadLimits {
  readonly maxHeaders: number;
  readonly maxHeadSize: number;
}

/** Who keeps a connection. */
export interface ConnectionKeeper {
  /** It stands: what has to be sent before HTTP/2 begins. */
  connected?(transport: Transport): void;
  /** Its last stream is over. */
  connectionIdle(connection: H2ServerConnection): void;
  connectionGone(connection: H2ServerConnection): void;
  /** More waited for it than it takes. */
  noRoom(connection: H2ServerConnection, links: readonly H2Link[]): void;
}

/** A connection to a server that carries many requests at once. */
export class H2ServerConnection extends H2Connection<H2Link> implements Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  protected readonly lastPeerStream = 0;
  /** Requests so far. */
  requests = 0;
  private nextId = 1;
  private readonly resets = new Allowance(...RESETS);
  /** Those who wait for the connection; undefined once it stands. */
  private waiting: Set<H2Link> | undefined = new Set();

  constructor(
    /** Connects; may be called again for another connection like this one. */
    readonly dial: (owner: TransportOwner) => Transport,
    /** What tells it from connections that other requests may not use in its place. */
    readonly key: string,
    limits: H2Limits,
    heads: HeadLimits,
    private readonly keeper: ConnectionKeeper,
  ) {
    const introduction = new Introduction();
    super(dial(introduction), limits, false, heads);
    introduction.connection = this;
  }

  /** One more request can be begun. */
  get hasRoom(): boolean {
    if (this.goingAway || this.deaf || this.nextId > LARGEST_ID) return false;
    const used = this.streams.size + (this.waiting?.size ?? 0);
    return used < this.most;
  }

  get established(): boolean {
    return this.waiting === undefined && !this.deaf;
  }

  get idle(): boolean {
    return this.streams.size === 0 && this.waiting === undefined;
  }

  /** A link for one request; its owner hears of the connection where that does not stand yet. */
  link(owner: TransportOwner): H2Link {
    const link = new H2Link(this, owner);
    this.waiting?.add(link);
    return link;
  }

  /** The link's request begins. */
  enrol(link: H2Link): number {
    const id = this.nextId;
    this.nextId += 2;
    this.requests++;
    this.streams.set(id, link);
    return id;
  }

  /** A link that never began a request. */
  abandon(link: H2Link): void {
    const { waiting } = this;
    if (waiting === undefined || !waiting.delete(link)) return;
    if (waiting.size === 0) this.transport.reset();
  }

  /** Closes when the last request is over. */
  retire(): void {
    this.goingAway = true;
    if (this.idle && !this.deaf) this.leave();
  }

  onConnect(): void {
    this.transport.owner = this;
    this.keeper.connected?.(this.transport);
    this.transport.write(PREFACE, 0, PREFACE.length);
    this.greet([[Setting.EnablePush, 0]]);
  }

  /** Only the server's settings say how many requests it takes at once: nobody begins before. */
  protected override settled(): void {
    const { waiting } = this;
    if (waiting === undefined) return;
    this.waiting = undefined;
    let room = this.most;
    const left: H2Link[] = [];
    for (const link of waiting) {
      if (room-- > 0) link.owner.onConnect();
      else left.push(link);
    }
    if (left.length > 0) this.keeper.noRoom(this, left);
  }

  private get most(): number {
    return Math.min(this.limits.maxStreams, this.peer.maxStreams);
  }

  /** Takes links that found no room elsewhere. */
  adopt(links: readonly H2Link[]): void {
    for (const link of links) {
      link.moveTo(this);
      this.waiting?.add(link);
    }
  }

  override onClose(error: string): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    super.onClose(error);
    this.keeper.connectionGone(this);
    for (const link of waiting) link.lost(error, ErrorCode.NoError);
  }

  protected override peerLeaves(last: number): void {
    for (const link of this.streams.values()) {
      if (link.id <= last) continue;
      // nobody has looked at these (section 6.8)
      this.streams.delete(link.id);
      link.lost('ECONNRESET', ErrorCode.RefusedStream);
    }
    super.peerLeaves(last);
  }

  protected block(id: number, endStream: boolean): void {
    const link = this.streams.get(id);
    if (link === undefined) {
      if (this.isIdle(id)) this.fail(ErrorCode.ProtocolError);
      return;
    }
    this.touch(link);
    link.head(endStream, this.decoder.overflowed);
  }

  protected isIdle(id: number): boolean {
    return id >= this.nextId || id % 2 === 0;
  }

  protected mayReset(): boolean {
    return this.tolerates(this.resets);
  }

  protected emptied(): void {
    if (this.goingAway) this.leave();
    else this.keeper.connectionIdle(this);
  }

  protected broken(): void {
    // the streams are told; their logs say it
  }

  protected readonly linger = LINGER;

  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  onTimeout(): void {
    this.transport.destroy();
  }
}

/** Who connects before the connection's object is there; nothing happens before connect() returns. */
class Introduction implements TransportOwner {
  connection: TransportOwner | undefined = undefined;

  onConnect(): void {
    this.connection?.onConnect();
  }
  onClose(error: string): void {
    this.connection?.onClose(error);
  }
  // once it is connected it has another owner
  onData(): void {}
  onEnd(): void {}
  onDrain(): void {}
}
