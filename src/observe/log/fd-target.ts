import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import type { LogTarget } from './target.js';

/** Bytes that may wait for a reader that does not keep up. */
const MOST_BUFFERED = 64 * 1024;

/**
 * @returns a target for `stdout`, `stderr` or `fd@N`: pipes and sockets are written to without blocking, whole lines
 * or nothing; terminals and files are written to at once (manual 4.2: non-blocking calls mean nothing there)
 */
export function openDescriptor(fd: number): LogTarget {
  const kind = descriptorKind(fd);
  return kind === 'pipe' ? new PipeTarget(fd) : new FileTarget(fd);
}

function descriptorKind(fd: number): 'pipe' | 'file' {
  try {
    const status = fstatSync(fd);
    // a thread must not own a descriptor that all threads share: it would close it when it ends
    return isMainThread && (status.isFIFO() || status.isSocket()) ? 'pipe' : 'file';
  } catch {
    // a closed descriptor: writes will fail, and be counted
    return 'file';
  }
}

class FileTarget implements LogTarget {
  dropped = 0;

  constructor(private readonly fd: number) {}

  write(line: string): void {
    const bytes = Buffer.from(line, 'latin1');
    try {
      writeSync(this.fd, bytes);
    } catch {
      this.dropped++;
    }
  }

  close(): void {}
}

class PipeTarget implements LogTarget {
  dropped = 0;
  private readonly socket: Socket;

  constructor(fd: number) {
    this.socket = new Socket({ fd, readable: false, writable: true });
    this.socket.unref();
    this.socket.on('error', () => {});
  }

  write(line: string): void {
    if (this.socket.destroyed || this.socket.writableLength + line.length > MOST_BUFFERED) this.dropped++;
    else this.socket.write(line, 'latin1', this.onWritten);
  }

  private readonly onWritten = (error?: Error | null): void => {
    if (error !== undefined && error !== null) this.dropped++;
  };

  /** The descriptor stays open: others (the terminal's messages) write to it too. */
  close(): void {}
}
