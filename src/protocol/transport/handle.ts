import { clock } from '../../base/clock.js';
import { reportFault } from '../../base/fault.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { chunkAfter, returnBulk, sharedChunk, stage } from './buffers.js';
import type { Chunk } from './buffers.js';
import { announceClose } from './closing.js';
import { NO_ENDPOINT, endpoint } from './endpoint.js';
import { END_OF_FILE, errnoName } from './errno.js';
import type {
  ConnectRequest,
  HandleUser,
  Native,
  PipeHandle,
  ShutdownRequest,
  SocketName,
  StreamHandle,
  TcpHandle,
  WriteRequest,
} from './native.js';

/** Up to here a write goes as a latin1 string: cheaper than a view of a buffer, and Node copies an unsent rest. */
const STRING_LIMIT = 2048;
/** The transport whose onData is running: a write of its private buffer may keep that buffer instead of copying it. */
let reader: HandleTransport | null = null;

/** What the constructors and results of this Node are; set once per thread, before the first transport. */
let native: Native;
let state: Int32Array;
let readResult: number;
let wroteLater: number;
/** A write request, used up only when a write goes on in the background. */
let spare: WriteRequest;

/** What the probe found, undefined where handles are not used. */
export function nativeInUse(): Native | undefined {
  return native;
}

/** Gives the handle transport what the probe found. */
export function useNative(found: Native): void {
  native = found;
  ({ state, readResult, wroteLater } = found);
  spare = new native.WriteWrap();
}

function onRead(this: StreamHandle): Buffer | undefined {
  return this.transport.handleRead(state[readResult]);
}

function onWritten(this: WriteRequest, status: number): void {
  const { chunk } = this;
  if (chunk !== null) {
    this.chunk = null;
    chunk.pins--;
    chunk.release();
  }
  this.transport.handleWritten(status);
}

function onShutdown(this: ShutdownRequest, status: number): void {
  this.transport.handleShutdown(status);
}

function onConnected(this: ConnectRequest, status: number): void {
  this.transport.handleConnected(status);
}

/** A connection directly on its TCP or pipe handle. One per connection; nothing is allocated per read or small write. */
export class HandleTransport implements Transport, HandleUser {
  owner: TransportOwner;
  closed = false;
  pendingWrites = 0;
  /** For announceClose(): why it is closed. */
  closeError = '';

  private readonly handle: StreamHandle;
  private readonly tcp: TcpHandle | null;
  /** Where the next read goes. */
  private chunk: Chunk = sharedChunk;
  private connecting = false;
  private started = false;
  private paused = false;
  /** libuv reads. */
  private reading = false;
  /** The peer's FIN was seen. */
  private ended = false;
  /** end() was called. */
  private ending = false;
  /** Our FIN is on its way. */
  private finSent = false;
  /** A write answered false; onDrain is owed. */
  private blocked = false;
  /** A write failed but there may be bytes to read: what to close with after them. */
  private broken = '';
  private remoteEnd: Endpoint | null = null;
  private localEnd: Endpoint | null = null;

  /** @param tcp null when the handle is a UNIX socket */
  constructor(handle: StreamHandle, tcp: TcpHandle | null, owner: TransportOwner) {
    this.handle = handle;
    this.tcp = tcp;
    this.owner = owner;
    handle.transport = this;
    handle.onread = onRead;
    handle.useUserBuffer(sharedChunk.bytes);
  }

  // --- connecting ---

  /** Starts connecting; a failure known at once is announced later, as every other. */
  connectTcp(handle: TcpHandle, address: string, port: number): void {
    const request = this.connectRequest(new native.TCPConnectWrap());
    this.remoteEnd = endpoint(address, port);
    const six = address.includes(':');
    this.connectStarted(six ? handle.connect6(request, address, port) : handle.connect(request, address, port));
  }

  /** The same over a UNIX socket. */
  connectPipe(handle: PipeHandle, path: string): void {
    this.connectStarted(handle.connect(this.connectRequest(new native.PipeConnectWrap()), path) ?? 0);
  }

  /** Closes with an error that was found before connecting. */
  connectFailed(status: number): void {
    this.close(errnoName(status));
  }

  private connectRequest(request: ConnectRequest): ConnectRequest {
    this.connecting = true;
    request.transport = this;
    request.oncomplete = onConnected;
    return request;
  }

  private connectStarted(status: number): void {
    if (status < 0) this.close(errnoName(status));
  }

  handleConnected(status: number): void {
    if (this.closed) return;
    this.connecting = false;
    if (status < 0) {
      this.close(errnoName(status));
      return;
    }
    this.start();
    clock.enter();
    try {
      this.owner.onConnect();
    } catch (error) {
      this.fault('onConnect', error);
    }
    clock.leave();
    if (this.ending && !this.finSent) this.sendFin();
  }

  // --- reading ---

  start(): void {
    this.started = true;
    if (!this.paused) this.readStart();
  }

  pause(): void {
    this.paused = true;
    if (this.reading) {
      this.reading = false;
      this.handle.readStop();
    }
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.started && !this.connecting) this.readStart();
  }

  /** No hint is needed: a read that fills its buffer tells that more is coming, see chunkAfter(). */
  bulk(): void {
    // nothing to prepare
  }

  private readStart(): void {
    if (this.reading || this.closed || this.ended) return;
    const status = this.handle.readStart();
    if (status < 0) this.close(errnoName(status));
    else this.reading = true;
  }

  handleRead(result: number): Buffer | undefined {
    if (result > 0) return this.received(result);
    if (this.closed) return undefined;
    if (result === 0) return this.burstOver();
    this.reading = false;
    const shared = this.burstOver();
    if (this.broken !== '') this.close(this.broken);
    else if (result === END_OF_FILE) this.peerEnded();
    else this.close(errnoName(result));
    return shared;
  }

  private received(length: number): Buffer | undefined {
    const chunk = this.chunk;
    // oxlint-disable-next-line typescript/no-this-alias -- not an alias: who reads, for the writers it calls
    reader = this;
    clock.enter();
    try {
      this.owner.onData(chunk.bytes, length);
    } catch (error) {
      this.fault('onData', error);
    }
    clock.leave();
    reader = null;
    if (this.closed) {
      if (chunk !== sharedChunk) returnBulk(chunk);
      return undefined;
    }
    return this.readInto(chunkAfter(chunk, length === chunk.bytes.length && !this.paused));
  }

  /** Where to read next; the return value of the read callback is the only way to change it. */
  private readInto(next: Chunk): Buffer | undefined {
    if (next === this.chunk) return undefined;
    this.chunk = next;
    return next.bytes;
  }

  /** Nothing more to read for now. */
  private burstOver(): Buffer | undefined {
    const { chunk } = this;
    if (chunk === sharedChunk) return undefined;
    returnBulk(chunk);
    return this.readInto(sharedChunk);
  }

  private peerEnded(): void {
    this.ended = true;
    if (this.finSent && this.pendingWrites === 0) {
      this.callEnd();
      if (!this.closed) this.close('');
      return;
    }
    this.callEnd();
  }

  private callEnd(): void {
    clock.enter();
    try {
      this.owner.onEnd();
    } catch (error) {
      this.fault('onEnd', error);
    }
    clock.leave();
  }

  // --- writing ---

  get pendingBytes(): number {
    return this.pendingWrites === 0 || this.closed ? 0 : this.handle.writeQueueSize;
  }

  writeLatin1(text: string): boolean {
    if (!this.canWrite()) return true;
    return this.dispatched(this.handle.writeLatin1String(spare, text), null);
  }

  write(buffer: Buffer, start: number, end: number): boolean {
    if (end - start <= STRING_LIMIT) return this.writeLatin1(buffer.latin1Slice(start, end));
    if (!this.canWrite()) return true;
    if (reader !== null && reader.chunk.bytes === buffer && reader.chunk !== sharedChunk) {
      return this.writeChunk(reader.chunk, start, end);
    }
    return this.writeChunk(stage(buffer, start, end), 0, end - start);
  }

  private canWrite(): boolean {
    return !this.closed && !this.ending && this.broken === '';
  }

  private writeChunk(chunk: Chunk, start: number, end: number): boolean {
    const { bytes } = chunk;
    const whole = start === 0 && end === bytes.length;
    chunk.pins++;
    const taken = this.dispatched(this.handle.writeBuffer(spare, whole ? bytes : bytes.subarray(start, end)), chunk);
    if (taken) {
      chunk.pins--;
      chunk.release();
    }
    return taken;
  }

  /** What became of a write just given to the handle. @returns true when nothing of it is left */
  private dispatched(status: number, chunk: Chunk | null): boolean {
    if (status !== 0) {
      this.writeFailed(status);
      return true;
    }
    if (state[wroteLater] === 0) return true;
    const request = spare;
    spare = new native.WriteWrap();
    request.transport = this;
    request.chunk = chunk;
    request.oncomplete = onWritten;
    this.pendingWrites++;
    this.blocked = true;
    return false;
  }

  handleWritten(status: number): void {
    this.pendingWrites--;
    if (this.closed) return;
    if (status < 0) {
      this.writeFailed(status);
      return;
    }
    if (this.pendingWrites > 0 || !this.blocked) return;
    this.blocked = false;
    clock.enter();
    try {
      this.owner.onDrain();
    } catch (error) {
      this.fault('onDrain', error);
    }
    clock.leave();
  }

  /** The peer took no more, but what it sent before (an early response, say) can still be read: close after that. */
  private writeFailed(status: number): void {
    if (this.reading) this.broken = errnoName(status);
    else this.close(errnoName(status));
  }

  // --- closing ---

  end(): void {
    if (this.ending || this.closed) return;
    this.ending = true;
    if (!this.connecting) this.sendFin();
  }

  private sendFin(): void {
    if (this.closed || this.broken !== '') return;
    this.finSent = true;
    if (this.ended && this.pendingWrites === 0) {
      this.close(''); // both directions are over: close() itself sends the FIN
      return;
    }
    const request = new native.ShutdownWrap();
    request.transport = this;
    request.oncomplete = onShutdown;
    const status = this.handle.shutdown(request);
    if (status !== 0) this.handleShutdown(status);
  }

  /** `status` 1 = done at once, nothing more follows. */
  handleShutdown(status: number): void {
    if (this.closed) return;
    if (status < 0) this.writeFailed(status);
    else if (this.ended) this.close('');
  }

  destroy(): void {
    this.close('');
  }

  reset(): void {
    if (this.closed) return;
    if (this.tcp === null || this.connecting || this.tcp.reset === undefined || this.tcp.reset() !== 0) this.destroy();
    else this.closing('');
  }

  private close(error: string): void {
    if (this.closed) return;
    this.handle.close();
    this.closing(error);
  }

  private closing(error: string): void {
    this.closed = true;
    this.closeError = error;
    this.reading = false;
    const chunk = this.chunk;
    if (reader !== this && chunk !== sharedChunk) {
      this.chunk = sharedChunk;
      returnBulk(chunk);
    }
    announceClose(this);
  }

  /** Gives the handle away: nothing of it comes here any more, save that addresses can still be asked for. */
  detach(): StreamHandle {
    const { chunk } = this;
    if (this.reading) this.handle.readStop();
    this.reading = false;
    this.paused = true;
    if (reader !== this && chunk !== sharedChunk) {
      this.chunk = sharedChunk;
      returnBulk(chunk);
    }
    return this.handle;
  }

  private fault(where: string, error: unknown): void {
    reportFault(where, error);
    this.destroy();
  }

  // --- addresses and options ---

  get remote(): Endpoint {
    return (this.remoteEnd ??= this.lookUp('getpeername'));
  }

  get local(): Endpoint {
    return (this.localEnd ??= this.lookUp('getsockname'));
  }

  private lookUp(call: 'getpeername' | 'getsockname'): Endpoint {
    if (this.tcp === null || this.closed) return NO_ENDPOINT;
    const name: SocketName = {};
    return this.tcp[call](name) === 0 ? endpoint(name.address, name.port) : NO_ENDPOINT;
  }

  setKeepAlive(on: boolean, initialDelaySeconds: number): void {
    if (!this.closed) this.tcp?.setKeepAlive(on, initialDelaySeconds);
  }
}
