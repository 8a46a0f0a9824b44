import { renameSync, unlinkSync } from 'node:fs';

/**
 * UNIX socket files are made under a temporary name and moved over the old one (as HAProxy does), so that a stale file
 * is no obstacle and a running process is replaced without a moment in which nobody listens.
 */
export interface SocketFile {
  /** The name to bind. */
  readonly bindPath: string;
  /** Moves it into place once it listens. @throws the system's error */
  publish(): void;
  /** Listening failed: leaves nothing behind. */
  discard(): void;
}

/** @param path a path, or an abstract name beginning with NUL, which has no file */
export function socketFile(path: string): SocketFile {
  if (path.startsWith('\0')) return { bindPath: path, publish: () => undefined, discard: () => undefined };
  const bindPath = `${path}.${process.pid}.tmp`;
  removeQuietly(bindPath);
  return {
    bindPath,
    publish: () => renameSync(bindPath, path),
    discard: () => removeQuietly(bindPath),
  };
}

/** Removes a file that may not be there. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not there, which is what we want; anything else shows when binding.
  }
}

/** The errno name of a thrown system error. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EINVAL';
}

/**
 * Connections accepted while a listener is paused. libuv cannot stop accepting, so they wait here, unread: to the peer
 * that is no different from the kernel's backlog.
 */
export class WaitingRoom<Connection> {
  private readonly waiting: Connection[] = [];
  private paused = false;
  private readonly admit: (connection: Connection) => void;

  constructor(admit: (connection: Connection) => void) {
    this.admit = admit;
  }

  enter(connection: Connection): void {
    if (this.paused || this.waiting.length > 0) this.waiting.push(connection);
    else this.admit(connection);
  }

  pause(): void {
    this.paused = true;
  }

  /** Lets them in, oldest first, until somebody pauses again. */
  resume(): void {
    this.paused = false;
    while (!this.isPaused() && this.waiting.length > 0) {
      const next = this.waiting.shift();
      if (next !== undefined) this.admit(next);
    }
  }

  /** Those who wait when the listener closes. */
  leave(): Connection[] {
    return this.waiting.splice(0);
  }

  private isPaused(): boolean {
    return this.paused;
  }
}
