import { connect } from 'node:net';
import type { NetConnectOpts, Socket } from 'node:net';
import type { LogTarget } from './target.js';

/** Bytes kept for a receiver that is slow or away; HAProxy's implicit ring has one buffer of 16 KiB, ours is kinder. */
const MOST_BUFFERED = 256 * 1024;
const RETRY_AFTER = 1000;

/**
 * Syslog over TCP or a UNIX stream socket, one line after the other (the framing HAProxy 2.6 uses for `tcp@`: each line
 * ends with a newline). Connects again when the receiver went away; meanwhile lines wait in a bounded buffer.
 */
export class StreamTarget implements LogTarget {
  dropped = 0;
  private socket: Socket | undefined = undefined;
  private ready = false;
  private closed = false;
  private retry: NodeJS.Timeout | undefined = undefined;
  private waiting: string[] = [];
  private waitingBytes = 0;

  constructor(
    private readonly where: NetConnectOpts,
    private readonly retryAfter = RETRY_AFTER,
  ) {
    this.open();
  }

  write(line: string): void {
    if (this.closed) this.dropped++;
    else if (this.ready && this.socket !== undefined) {
      if (this.socket.writableLength + line.length > MOST_BUFFERED) this.dropped++;
      else this.socket.write(line, 'latin1');
    } else if (this.waitingBytes + line.length > MOST_BUFFERED) this.dropped++;
    else {
      this.waiting.push(line);
      this.waitingBytes += line.length;
    }
  }

  private open(): void {
    const socket = connect(this.where);
    this.socket = socket;
    socket.unref();
    socket.setNoDelay(true);
    socket.on('connect', () => this.flush(socket));
    socket.on('error', () => {});
    socket.on('close', () => this.onClose());
    socket.resume();
  }

  private flush(socket: Socket): void {
    this.ready = true;
    for (const line of this.waiting) socket.write(line, 'latin1');
    this.waiting = [];
    this.waitingBytes = 0;
    if (this.closed) socket.end();
  }

  private onClose(): void {
    this.ready = false;
    this.socket = undefined;
    if (this.closed) {
      this.dropped += this.waiting.length;
      this.waiting = [];
      return;
    }
    this.retry = setTimeout(() => this.open(), this.retryAfter);
    this.retry.unref();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.retry);
    if (this.socket === undefined) this.onClose();
    else if (this.ready) this.socket.end();
  }
}
