import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { StreamTarget } from './stream-target.js';
import { NoTarget } from './target.js';
import type { LogTarget } from './target.js';

/** UNIX sockets as log targets: `/dev/log` is a datagram socket, which Node.js itself cannot open. */

/** The part of the optional package `unix-dgram` that is used here. */
interface DatagramClient {
  connect(path: string): void;
  send(message: Buffer, callback: (error?: Error) => void): void;
  close(): void;
  on(event: string, listener: (error: Error) => void): void;
}
interface DatagramModule {
  createSocket(type: 'unix_dgram'): DatagramClient;
}

export type UnixSocketKind = 'stream' | 'datagram' | 'unknown';

const STREAM_TYPE = '0001';

/** What kind of socket is bound to a path, as the kernel lists them. */
export function unixSocketKind(path: string, list = '/proc/net/unix'): UnixSocketKind {
  try {
    const bound = realpathSync(path);
    // Num RefCount Protocol Flags Type St Inode Path
    for (const line of readFileSync(list, 'latin1').split('\n')) {
      const columns = line.split(/\s+/);
      if (columns.slice(7).join(' ') === bound) return columns[4] === STREAM_TYPE ? 'stream' : 'datagram';
    }
  } catch {
    // not there (yet), or no /proc on this system
  }
  return 'unknown';
}

function datagramModule(): DatagramModule | undefined {
  try {
    const module: unknown = createRequire(import.meta.url)('unix-dgram');
    return isDatagramModule(module) ? module : undefined;
  } catch {
    return undefined;
  }
}

function isDatagramModule(module: unknown): module is DatagramModule {
  return typeof module === 'object' && module !== null && 'createSocket' in module;
}

/** @returns why lines for this path will be lost, or undefined. For a warning when the configuration is checked */
export function unixLogProblem(path: string): string | undefined {
  if (unixSocketKind(path) === 'stream' || datagramModule() !== undefined) return undefined;
  return (
    `log : '${path}' is a datagram socket, which Node.js cannot open by itself: its lines will be lost; ` +
    `install the optional package 'unix-dgram', or log to 127.0.0.1:514, a 'tcp@' address or stdout`
  );
}

export function openUnix(path: string): LogTarget {
  if (unixSocketKind(path) === 'stream') return new StreamTarget({ path });
  const module = datagramModule();
  return module === undefined ? new NoTarget() : new UnixDatagramTarget(module, path);
}

/** Connects on first use and again after an error: the syslog daemon may be restarted at any time. */
class UnixDatagramTarget implements LogTarget {
  dropped = 0;
  private client: DatagramClient | undefined = undefined;

  constructor(
    private readonly module: DatagramModule,
    private readonly path: string,
  ) {}

  write(line: string): void {
    try {
      this.client ??= this.open();
      this.client.send(Buffer.from(line, 'latin1'), this.onSent);
    } catch {
      this.fail();
    }
  }

  private open(): DatagramClient {
    const client = this.module.createSocket('unix_dgram');
    client.on('error', () => this.forget(client));
    client.connect(this.path);
    return client;
  }

  private readonly onSent = (error?: Error): void => {
    if (error) this.fail();
  };

  private fail(): void {
    this.dropped++;
    if (this.client !== undefined) this.forget(this.client);
  }

  private forget(client: DatagramClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    client.close();
  }

  close(): void {
    if (this.client !== undefined) this.forget(this.client);
  }
}
