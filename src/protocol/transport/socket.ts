/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own inner names, looked at before use */
import * as net from 'node:net';
import { clock } from '../../base/clock.js';
import { reportFault } from '../../base/fault.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { sharedChunk, stage } from './buffers.js';
import type { Chunk } from './buffers.js';
import { announceClose } from './closing.js';
import { endpoint } from './endpoint.js';
import { errnoOf } from './listening.js';

/** Up to here a write goes as a latin1 string: cheaper than a copy. */
const STRING_LIMIT = 2048;

/** `net.Socket` options that exist in every Node we run on, but only in part in its types. */
interface SocketOptions extends net.SocketConstructorOpts {
  highWaterMark: number;
  onread: net.OnReadOpts;
  handle?: unknown;
  /** With `handle`: silent until resume(). */
  pauseOnCreate?: boolean;
}

/** A connection on `net.Socket`, read through `onread`: the way with public means, for where handles are refused. */
export class SocketTransport implements Transport {
  owner: TransportOwner;
  closed = false;
  /** For announceClose(): why it is closed. */
  closeError = '';
  readonly socket: net.Socket;

  private writes = 0;
  /** Copies the kernel still reads from. */
  private readonly held: Chunk[] = [];
  private ending = false;
  private started = false;
  private paused = false;
  private blocked = false;
  private announced = false;
  private remoteEnd: Endpoint | null = null;
  private localEnd: Endpoint | null = null;

  constructor(owner: TransportOwner, make: (options: SocketOptions) => net.Socket) {
    this.owner = owner;
    this.socket = make({
      allowHalfOpen: true,
      // 'drain' after every write that was not taken at once, not only beyond a limit
      highWaterMark: 1,
      onread: { buffer: sharedChunk.bytes, callback: (length) => this.received(sharedChunk.bytes, length) },
    });
    this.socket.on('error', (error) => this.failed(error));
    this.socket.on('end', () => this.call('onEnd'));
    this.socket.on('drain', () => this.drained());
    this.socket.on('finish', () => this.drained()); // after end() there is no 'drain' any more
    this.socket.on('close', () => this.gone());
  }

  /** Outgoing: the handshake is over. */
  connected(): void {
    if (this.closed) return;
    this.start();
    this.call('onConnect');
  }

  /** Outgoing: it could not even be tried; announced later, as every other failure. */
  connectFailed(error: unknown): void {
    this.closeError = errnoOf(error);
    this.destroy();
  }

  // --- reading ---

  start(): void {
    this.started = true;
    if (!this.paused && !this.closed) this.socket.resume();
  }

  pause(): void {
    this.paused = true;
    if (!this.closed) this.socket.pause();
  }

  resume(): void {
    this.paused = false;
    if (this.started && !this.closed) this.socket.resume();
  }

  /** `net.Socket` cannot change its read buffer for a while: reads stay at 16 KiB. */
  bulk(): void {
    // nothing to prepare
  }

  private received(buffer: Buffer, length: number): boolean {
    if (this.closed) return true;
    clock.enter();
    try {
      this.owner.onData(buffer, length);
    } catch (error) {
      this.fault('onData', error);
    }
    clock.leave();
    return true;
  }

  // --- writing ---

  get pendingWrites(): number {
    return this.pendingBytes === 0 ? 0 : this.writes;
  }

  get pendingBytes(): number {
    return this.closed ? 0 : this.socket.writableLength;
  }

  writeLatin1(text: string): boolean {
    if (this.closed || this.ending) return true;
    this.countWrite();
    this.socket.write(text, 'latin1');
    return this.taken();
  }

  write(buffer: Buffer, start: number, end: number): boolean {
    if (end - start <= STRING_LIMIT) return this.writeLatin1(buffer.latin1Slice(start, end));
    if (this.closed || this.ending) return true;
    this.countWrite();
    const copy: Chunk = stage(buffer, start, end);
    this.socket.write(copy.bytes.subarray(0, end - start));
    const taken = this.taken();
    if (taken) copy.release();
    else this.held.push(copy); // the stream keeps it until everything is written
    return taken;
  }

  private countWrite(): void {
    if (this.socket.writableLength === 0) this.writes = 0;
    this.writes++;
  }

  private taken(): boolean {
    if (this.socket.writableLength === 0 || this.closed) return true;
    this.blocked = true;
    return false;
  }

  private drained(): void {
    if (!this.blocked || this.closed || this.socket.writableLength > 0) return;
    for (const copy of this.held) copy.release();
    this.held.length = 0;
    this.blocked = false;
    this.call('onDrain');
  }

  // --- closing ---

  end(): void {
    if (this.ending || this.closed) return;
    this.ending = true;
    this.socket.end();
  }

  destroy(): void {
    if (this.closed) return;
    this.closed = true;
    this.socket.destroy();
    this.announce();
  }

  reset(): void {
    if (this.closed) return;
    const socket = this.socket as net.Socket & { resetAndClosing?: boolean; _handle?: { reset?: unknown } | null };
    // resetAndDestroy() sends FIN first; what it sets inside makes destroy() itself send RST. A UNIX socket has none.
    if (!socket.connecting && typeof socket._handle?.reset === 'function') socket.resetAndClosing = true;
    this.destroy();
  }

  private failed(error: Error): void {
    if (this.closed) return;
    this.closeError = errnoOf(error);
    this.destroy();
  }

  private gone(): void {
    this.closed = true;
    for (const copy of this.held) copy.release(); // the handle is closed: nothing is read from them any more
    this.held.length = 0;
    this.announce();
  }

  private announce(): void {
    if (this.announced) return;
    this.announced = true;
    announceClose(this);
  }

  private call(event: 'onConnect' | 'onEnd' | 'onDrain'): void {
    if (this.closed) return;
    clock.enter();
    try {
      this.owner[event]();
    } catch (error) {
      this.fault(event, error);
    }
    clock.leave();
  }

  /** Gives the handle under the socket away: nothing of it comes here any more. */
  detach(): unknown {
    const holder = this.socket as net.Socket & { _handle: unknown };
    const handle = holder._handle;
    // an address is asked of the socket, which will have no handle
    this.remoteEnd = this.remote;
    this.localEnd = this.local;
    holder._handle = null;
    return handle;
  }

  private fault(where: string, error: unknown): void {
    reportFault(where, error);
    this.destroy();
  }

  // --- addresses and options ---

  get remote(): Endpoint {
    return (this.remoteEnd ??= endpoint(this.socket.remoteAddress, this.socket.remotePort));
  }

  get local(): Endpoint {
    return (this.localEnd ??= endpoint(this.socket.localAddress, this.socket.localPort));
  }

  setKeepAlive(on: boolean, initialDelaySeconds: number): void {
    if (!this.closed) this.socket.setKeepAlive(on, initialDelaySeconds * 1000);
  }
}
