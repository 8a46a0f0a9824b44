import { clock } from '../../base/clock.js';
import { reportFault } from '../../base/fault.js';
import type { SecureTransport, TlsError, TlsFailure } from '../../core/tls.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { announceClose } from '../transport/closing.js';
import { END_OF_FILE, errnoName } from '../transport/errno.js';
import { errnoOf } from '../transport/listening.js';
import { NO_OWNER } from '../transport/no-owner.js';
import { CERTIFICATE_REFUSED, tlsError } from './errors.js';
import type { SecureFacts } from './facts.js';
import type { LinkUser, TlsInside, TlsLink } from './link.js';

const enum Phase {
  /** Nothing was begun, or TCP is still connecting. */
  Before,
  Handshake,
  Open,
  Closed,
}

/**
 * A connection with TLS on it, in the form of any other. Node's TLS takes one write at a time, so that others wait here,
 * copied. A write whose bytes the kernel has counts as done, though Node says so only later.
 */
export class TlsTransport implements SecureTransport, LinkUser {
  owner: TransportOwner = NO_OWNER;
  closed = false;
  /** For announceClose(): why it is closed. */
  closeError = '';
  tls: TlsFacts | undefined = undefined;
  tlsFailure: TlsFailure | undefined = undefined;
  tlsError: TlsError | undefined = undefined;

  /** The connection below: before the handshake to be talked to, then only for its addresses. */
  readonly lower: Transport;
  /** What is known of the handshake when it fails; undefined = nobody would ask. */
  unfinished: ((inside: TlsInside | undefined) => TlsFacts) | undefined = undefined;
  private readonly begin: (transport: TlsTransport) => void;
  /** Once TLS is put on the connection. */
  private link: TlsLink | undefined = undefined;
  private io!: TlsLink['io'];
  private phase = Phase.Before;
  private started = false;
  private paused = false;
  private reading = false;
  /** Bytes that arrived while reading was paused: OpenSSL has decrypted a whole read when it is told to stop. */
  private held: Buffer[] = [];
  private heldEnd = false;
  private releasing = false;
  private ended = false;
  private ending = false;
  private finSent = false;
  /** A write that Node has not said to be over. */
  private busy = false;
  /** The kernel has not all of it. */
  private stuck = false;
  private queue: Buffer[] = [];
  private queuedBytes = 0;
  private blocked = false;
  /** Closed for its owner; close_notify is still to be sent. */
  private parting = false;

  /** @param begin called by start(): leads to secure(), refuse() or close() */
  constructor(lower: Transport, begin: (transport: TlsTransport) => void) {
    this.lower = lower;
    this.begin = begin;
  }

  // --- the handshake ---

  get handshaking(): boolean {
    return this.phase === Phase.Handshake;
  }

  /** The TCP connection stands: the handshake begins, or the first bytes of it are waited for. */
  handshakeBegins(): void {
    if (this.phase === Phase.Before) this.phase = Phase.Handshake;
  }

  /** Goes on with Node's TLS on the connection. */
  secure(link: TlsLink): void {
    this.link = link;
    this.io = link.io;
    this.phase = Phase.Handshake;
  }

  /** The handshake is over. */
  established(facts: TlsFacts): void {
    if (this.closed) return;
    this.phase = Phase.Open;
    this.tls = facts;
    this.started = true;
    this.call('onConnect');
    if (this.closed) return;
    if (this.paused) this.stopReading();
    else this.readOn();
    if (!this.busy) this.written(0);
  }

  /** The handshake is over, and the peer's certificate is not accepted. */
  reject(failure: TlsFailure, facts: SecureFacts): void {
    facts.refused();
    // asked now, because the log wants it when the connection is gone
    void facts.peerChain;
    this.tls = facts;
    this.tlsError = CERTIFICATE_REFUSED;
    this.refuse(failure);
  }

  /** The handshake failed. @param error errno name */
  refuse(failure: TlsFailure, error = 'EPROTO'): void {
    if (this.closed) return;
    this.tlsFailure = failure;
    this.tls ??= this.unfinished?.(this.link?.inside);
    this.close(error);
  }

  /** The connection below ended before TLS was put on it. @param error errno name, '' = closed in order */
  lowerClosed(error: string): void {
    if (this.phase === Phase.Handshake) this.refuse('empty', error || 'ECONNRESET');
    else this.close(error || 'ECONNRESET');
  }

  broken(error: Error): void {
    const code = errnoOf(error);
    const system = !code.startsWith('ERR_') && code !== 'EINVAL';
    this.tlsError ??= tlsError(error.message);
    if (this.closed) this.link?.destroy();
    else if (this.phase === Phase.Handshake) this.refuse(system ? 'aborted' : 'handshake', system ? code : 'EPROTO');
    else this.close(system ? code : 'EPROTO');
  }

  // --- reading ---

  start(): void {
    if (this.started || this.closed) return;
    this.started = true;
    if (this.phase === Phase.Before) this.begin(this);
  }

  pause(): void {
    this.paused = true;
    if (this.phase === Phase.Open && this.reading) this.stopReading();
  }

  private stopReading(): void {
    this.reading = false;
    this.io.readStop();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.phase !== Phase.Open) return;
    if (this.held.length > 0 || this.heldEnd) this.releaseSoon();
    else this.readOn();
  }

  private readOn(): void {
    if (this.reading || this.ended || this.closed) return;
    this.reading = true;
    this.io.readStart();
  }

  bulk(): void {
    // TLS records are 16 KiB at most: a larger buffer would not be filled
  }

  received(buffer: Buffer, length: number): void {
    if (this.closed) return;
    if (this.paused || this.held.length > 0 || this.phase !== Phase.Open) {
      this.held.push(Buffer.from(buffer.subarray(0, length)));
      return;
    }
    this.deliver(buffer, length);
  }

  private deliver(buffer: Buffer, length: number): void {
    clock.enter();
    try {
      this.owner.onData(buffer, length);
    } catch (error) {
      this.fault('onData', error);
    }
    clock.leave();
  }

  /** Not within resume(): its caller may be in the midst of something. */
  private releaseSoon(): void {
    if (this.releasing) return;
    this.releasing = true;
    process.nextTick(() => this.release());
  }

  private release(): void {
    this.releasing = false;
    while (this.held.length > 0 && !this.paused && !this.closed) {
      const bytes = this.held.shift() as Buffer;
      this.deliver(bytes, bytes.length);
    }
    if (this.paused || this.closed || this.held.length > 0) return;
    if (this.heldEnd) {
      this.heldEnd = false;
      this.peerEnded();
    } else this.readOn();
  }

  readEnded(status: number): void {
    if (this.closed) return;
    this.reading = false;
    if (this.phase !== Phase.Open) this.refuse('aborted', status === END_OF_FILE ? 'ECONNRESET' : errnoName(status));
    else if (status !== END_OF_FILE) this.close(errnoName(status));
    else if (this.paused || this.held.length > 0) this.heldEnd = true;
    else this.peerEnded();
  }

  private peerEnded(): void {
    if (this.ended) return;
    this.ended = true;
    this.call('onEnd');
    if (this.finSent && !this.closed && this.pendingWrites === 0) this.close('');
  }

  // --- writing ---

  get pendingWrites(): number {
    if (this.closed) return 0;
    return this.queue.length + (this.stuck ? 1 : 0);
  }

  get pendingBytes(): number {
    if (this.closed) return 0;
    return this.queuedBytes + (this.stuck ? this.io.waiting : 0);
  }

  writeLatin1(text: string): boolean {
    if (!this.canWrite()) return true;
    if (this.busy || this.phase !== Phase.Open) return this.enqueue(Buffer.from(text, 'latin1'));
    return this.dispatched(this.io.writeText(text));
  }

  write(buffer: Buffer, start: number, end: number): boolean {
    if (!this.canWrite()) return true;
    if (this.busy || this.phase !== Phase.Open) return this.enqueue(Buffer.from(buffer.subarray(start, end)));
    return this.dispatched(this.io.writeBytes(buffer, start, end));
  }

  private canWrite(): boolean {
    return !this.closed && !this.ending;
  }

  private enqueue(bytes: Buffer): boolean {
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    this.blocked = true;
    return false;
  }

  /** @returns true when the kernel has all of it */
  private dispatched(status: number): boolean {
    if (status < 0) {
      this.close(errnoName(status));
      return true;
    }
    if (status > 0) return true;
    this.busy = true;
    if (this.io.waiting === 0) return true;
    this.stuck = true;
    this.blocked = true;
    return false;
  }

  written(status: number): void {
    this.busy = false;
    this.stuck = false;
    if (this.parting) {
      this.sayGoodbye();
      return;
    }
    if (this.closed) return;
    if (status < 0) {
      this.close(errnoName(status));
      return;
    }
    if (this.queue.length > 0) this.writeQueue();
    // a write that the kernel has taken is over for the owner, though Node has not said so yet
    if (this.closed || this.stuck) return;
    if (this.ending && !this.finSent && !this.busy) this.sendFin();
    if (!this.blocked) return;
    this.blocked = false;
    this.call('onDrain');
  }

  private writeQueue(): void {
    const { queue } = this;
    const bytes = queue.length === 1 ? queue[0] : Buffer.concat(queue);
    this.queue = [];
    this.queuedBytes = 0;
    this.dispatched(this.io.writeBytes(bytes, 0, bytes.length));
  }

  // --- closing ---

  end(): void {
    if (this.ending || this.closed) return;
    this.ending = true;
    if (this.phase === Phase.Open && !this.busy) this.sendFin();
  }

  private sendFin(): void {
    if (this.ended) {
      this.close('');
      return;
    }
    this.finSent = true;
    this.io.shutdown();
  }

  shutDown(): void {
    if (this.parting) this.link?.destroy();
    else if (!this.closed && this.ended) this.close('');
  }

  destroy(): void {
    this.close('');
  }

  reset(): void {
    if (this.closed) return;
    const { phase, link } = this;
    this.announce('');
    if (link === undefined) {
      this.lower.owner = NO_OWNER;
      this.lower.reset();
      return;
    }
    // a UNIX socket has no RST
    if (phase === Phase.Open && this.lower.remote.family !== 0) link.reset();
    else link.destroy();
  }

  private close(error: string): void {
    if (this.closed) return;
    const { phase, busy } = this;
    const unsent = this.pendingWrites > 0;
    this.announce(error);
    const { link } = this;
    if (link === undefined) {
      this.lower.owner = NO_OWNER;
      this.lower.destroy();
    } else if (error !== '' || phase !== Phase.Open || unsent) link.destroy();
    else if (busy) this.parting = true;
    else this.sayGoodbye();
  }

  /** Without close_notify the peer could not know whether it has everything (RFC 8446 section 6.1). */
  private sayGoodbye(): void {
    this.parting = true;
    if (this.reading) this.stopReading();
    if (this.finSent) this.link?.destroy();
    else {
      this.finSent = true;
      this.io.shutdown();
    }
  }

  private announce(error: string): void {
    this.phase = Phase.Closed;
    this.closed = true;
    this.closeError = error;
    this.held = [];
    this.queue = [];
    this.queuedBytes = 0;
    announceClose(this);
  }

  gone(): void {
    if (this.phase === Phase.Handshake) this.refuse('aborted', 'ECONNRESET');
    else this.close('');
  }

  private call(event: 'onConnect' | 'onEnd' | 'onDrain'): void {
    clock.enter();
    try {
      this.owner[event]();
    } catch (error) {
      this.fault(event, error);
    }
    clock.leave();
  }

  private fault(where: string, error: unknown): void {
    reportFault(where, error);
    this.destroy();
  }

  // --- addresses and options ---

  get remote(): Endpoint {
    return this.lower.remote;
  }

  get local(): Endpoint {
    return this.lower.local;
  }

  setKeepAlive(on: boolean, initialDelaySeconds: number): void {
    if (this.link === undefined) this.lower.setKeepAlive(on, initialDelaySeconds);
    else if (!this.closed) this.link.setKeepAlive(on, initialDelaySeconds);
  }
}
