/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own inner names, looked at before use */
import type { TLSSocket } from 'node:tls';
import { sharedChunk } from '../transport/buffers.js';
import { END_OF_FILE } from '../transport/errno.js';
import type { HandleUser, Native, ShutdownRequest, StreamHandle, WriteRequest } from '../transport/native.js';

/** Hears of everything on the encrypted connection. Statuses are 0 or a negative errno. */
export interface IoUser {
  /** @param buffer reused when this returns */
  received(buffer: Buffer, length: number): void;
  /** @param status END_OF_FILE or a negative errno */
  readEnded(status: number): void;
  written(status: number): void;
  shutDown(): void;
}

/** How cleartext goes through a TLS socket. One write at a time: its user waits for written(). */
export interface TlsIo {
  readStart(): void;
  readStop(): void;
  /** @returns a negative errno, 0 = written() follows, 1 = it is done */
  writeText(text: string): number;
  /** The bytes are free for other uses when this returns. */
  writeBytes(buffer: Buffer, start: number, end: number): number;
  /** Sends close_notify and FIN; shutDown() follows. */
  shutdown(): void;
  /** Bytes that the kernel has not taken. */
  readonly waiting: number;
}

/** Up to here a write goes as a latin1 string: cheaper than a view of a buffer. */
const STRING_LIMIT = 2048;

/** The one under a TLSSocket. */
export function handleOf(socket: TLSSocket): StreamHandle {
  return (socket as unknown as { _handle: StreamHandle })._handle;
}

/** Directly on Node's TLS handle, without streams. */
export class HandleIo implements TlsIo, HandleUser {
  readonly #handle: StreamHandle;
  readonly #lower: { readonly writeQueueSize: number };
  readonly #native: Native;
  readonly #user: IoUser;
  #spare: WriteRequest;

  /** @param lower the TCP handle below, whose queue is what the kernel has not taken */
  constructor(handle: StreamHandle, lower: StreamHandle, native: Native, user: IoUser) {
    this.#handle = handle;
    this.#lower = lower;
    this.#native = native;
    this.#user = user;
    this.#spare = new native.WriteWrap();
    const { state, readResult } = native;
    this.#handle.transport = this;
    this.#handle.onread = function onRead(): undefined {
      this.transport.handleRead(state[readResult]);
    };
    this.#handle.useUserBuffer(sharedChunk.bytes);
  }

  readStart(): void {
    this.#handle.readStart();
  }

  readStop(): void {
    this.#handle.readStop();
  }

  writeText(text: string): number {
    return this.#dispatched(this.#handle.writeLatin1String(this.#spare, text));
  }

  writeBytes(buffer: Buffer, start: number, end: number): number {
    if (end - start <= STRING_LIMIT) return this.writeText(buffer.latin1Slice(start, end));
    const whole = start === 0 && end === buffer.length;
    return this.#dispatched(this.#handle.writeBuffer(this.#spare, whole ? buffer : buffer.subarray(start, end)));
  }

  #dispatched(status: number): number {
    if (status !== 0) return status;
    if (this.#native.state[this.#native.wroteLater] === 0) return 1;
    const request = this.#spare;
    this.#spare = new this.#native.WriteWrap();
    request.transport = this;
    request.oncomplete = onWritten;
    return 0;
  }

  shutdown(): void {
    const request = new this.#native.ShutdownWrap();
    request.transport = this;
    request.oncomplete = onShutdown;
    if (this.#handle.shutdown(request) !== 0) process.nextTick(() => this.#user.shutDown());
  }

  get waiting(): number {
    return this.#lower.writeQueueSize;
  }

  handleRead(result: number): undefined {
    if (result > 0) this.#user.received(sharedChunk.bytes, result);
    else if (result < 0) this.#user.readEnded(result);
  }

  handleWritten(status: number): void {
    this.#user.written(status);
  }

  handleShutdown(): void {
    this.#user.shutDown();
  }

  handleConnected(): void {
    // it was connected before TLS began
  }
}

function onWritten(this: WriteRequest, status: number): void {
  this.transport.handleWritten(status);
}

function onShutdown(this: ShutdownRequest, status: number): void {
  this.transport.handleShutdown(status);
}

/** Through the stream that a TLSSocket is: public means only. */
export class StreamIo implements TlsIo {
  readonly #socket: TLSSocket;
  readonly #user: IoUser;
  /** 'error' tells why; until then a write that fails is a broken pipe. */
  static readonly #BROKEN_PIPE = -32;

  constructor(socket: TLSSocket, user: IoUser) {
    this.#socket = socket;
    this.#user = user;
    socket.on('data', (data: Buffer) => user.received(data, data.length));
    socket.on('end', () => user.readEnded(END_OF_FILE));
    socket.pause();
  }

  readStart(): void {
    this.#socket.resume();
  }

  readStop(): void {
    this.#socket.pause();
  }

  writeText(text: string): number {
    return this.#write(Buffer.from(text, 'latin1'));
  }

  writeBytes(buffer: Buffer, start: number, end: number): number {
    return this.#write(Buffer.from(buffer.subarray(start, end)));
  }

  #write(bytes: Buffer): number {
    this.#socket.write(bytes, (error) => this.#user.written(error ? StreamIo.#BROKEN_PIPE : 0));
    return 0;
  }

  shutdown(): void {
    this.#socket.end(() => this.#user.shutDown());
  }

  get waiting(): number {
    return this.#socket.writableLength;
  }
}
