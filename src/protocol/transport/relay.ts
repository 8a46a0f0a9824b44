import type { Transport, TransportOwner } from '../../core/transport.js';

/** Who: the one that connected to us, or the one we connected to. */
export type RelaySide = 'client' | 'server';

/** What a session wants to know of its relay. Called per read; must not allocate. */
export interface RelayHooks {
  /** `count` bytes arrived from `side` and were passed on: for counters, and as activity for timeouts. */
  onBytes(side: RelaySide, count: number): void;
  /** Everything that waited for `side` has reached its kernel: activity too, of a slow reader. */
  onDrained(side: RelaySide): void;
  /** `side` sent FIN, which is passed on: time for `timeout client-fin` / `server-fin`. */
  onHalfClosed(side: RelaySide): void;
  /**
   * Both connections are closed. Called once and last.
   * @param side whose connection ended first
   * @param error '' for an orderly end or destroy(), else the errno name
   */
  onFinished(side: RelaySide, error: string): void;
}

/** Writes in flight towards one side before we stop reading the other: the kernel always has the next one at hand. */
const MOST_WRITES = 2;

/**
 * Couples two connected transports until both are closed: bytes with backpressure, half-closes, errors. TCP mode, and
 * HTTP after 101 or CONNECT.
 *
 *     client ──onData──> RelayEnd(client) ──write──> server
 *     client <──write── RelayEnd(server) <──onData── server
 *
 * A FIN passes as a FIN. When one side dies, what was read from it before is still delivered, then the other is closed.
 */
export class Relay {
  readonly client: RelayEnd;
  readonly server: RelayEnd;
  private readonly hooks: RelayHooks;
  private open = 2;
  private firstClosed: RelaySide | null = null;
  private firstError = '';

  /** Becomes the owner of both transports. Nothing is read before start(). */
  constructor(client: Transport, server: Transport, hooks: RelayHooks) {
    this.hooks = hooks;
    this.client = new RelayEnd(this, hooks, 'client', client);
    this.server = new RelayEnd(this, hooks, 'server', server);
    this.client.couple(this.server);
    this.server.couple(this.client);
  }

  /** Before start(): bytes that were read from `side` already, `buffer[start..end)`. They are sent and counted. */
  feed(side: RelaySide, buffer: Buffer, start: number, end: number): void {
    if (end > start) this[side].onData(start === 0 ? buffer : buffer.subarray(start, end), end - start);
  }

  /** Lets the bytes flow. */
  start(): void {
    this.client.read();
    this.server.read();
  }

  /** A side had already sent FIN before start(): passes it on. */
  alreadyEnded(side: RelaySide): void {
    this[side].onEnd();
  }

  /** Closes both at once (a timeout, an administrator). onFinished follows. */
  destroy(): void {
    this.client.transport.destroy();
    this.server.transport.destroy();
  }

  /** For RelayEnd: one of the two is gone. */
  endClosed(side: RelaySide, error: string): void {
    if (this.firstClosed === null) {
      this.firstClosed = side;
      this.firstError = error;
    }
    if (--this.open === 0) this.hooks.onFinished(this.firstClosed, this.firstError);
  }
}

/** One side of a relay: what it receives goes to `peer`. */
export class RelayEnd implements TransportOwner {
  readonly transport: Transport;
  readonly side: RelaySide;
  /** Bytes received from this side. */
  bytes = 0;
  private readonly relay: Relay;
  private readonly hooks: RelayHooks;
  private peer!: RelayEnd;
  /** Not read from, since the peer is slow. */
  private held = false;
  /** The peer is gone: close once everything is delivered. */
  private lastWords = false;

  constructor(relay: Relay, hooks: RelayHooks, side: RelaySide, transport: Transport) {
    this.relay = relay;
    this.hooks = hooks;
    this.side = side;
    this.transport = transport;
  }

  /** Once, by the constructor of the relay. */
  couple(peer: RelayEnd): void {
    this.peer = peer;
    this.transport.owner = this;
  }

  /** Reads on, unless what was fed is already too much for the peer. */
  read(): void {
    if (this.held) return;
    this.transport.start();
    this.transport.resume();
  }

  onConnect(): void {
    // Both are connected when a relay begins.
  }

  onData(buffer: Buffer, length: number): void {
    this.bytes += length;
    const to = this.peer.transport;
    if (!to.write(buffer, 0, length) && to.pendingWrites >= MOST_WRITES && !this.held) {
      this.held = true;
      this.transport.pause();
    }
    this.hooks.onBytes(this.side, length);
  }

  onDrain(): void {
    const { peer } = this;
    if (this.lastWords) {
      this.transport.destroy();
      return;
    }
    if (peer.held) {
      peer.held = false;
      peer.read();
    }
    this.hooks.onDrained(this.side);
  }

  onEnd(): void {
    this.peer.transport.end();
    this.hooks.onHalfClosed(this.side);
  }

  onClose(error: string): void {
    this.relay.endClosed(this.side, error);
    this.peer.peerClosed();
  }

  /** The other connection is gone. Either both directions were over, or this one has nobody to talk to any more. */
  peerClosed(): void {
    if (this.transport.closed) return;
    if (this.transport.pendingWrites === 0) {
      this.transport.destroy();
      return;
    }
    this.lastWords = true;
    this.transport.pause();
    this.transport.end();
  }
}
