import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Native, PipeHandle, StreamHandle } from './native.js';

/**
 * A second descriptor of a socket, which Node itself has no call for. Threads need it: they share one table of
 * descriptors, so a thread that closes a number closes it for all. A descriptor sent over a UNIX socket arrives as a new
 * number; this one is sent by the process to itself.
 *
 *     sender ═══ UNIX socket ═══ receiver        both here, both of the kind that passes handles
 */
export class Duplicator {
  private readonly sender: PipeHandle;
  private receiver: PipeHandle | undefined = undefined;
  private readonly waiting: ((handle: StreamHandle) => void)[] = [];
  /**
   * Handles that must never be closed: their number belongs to whoever it was made for. The wrapped end of the UNIX socket
   * is among them, since another handle was opened on its descriptor.
   */
  private readonly kept: StreamHandle[] = [];

  private constructor(private readonly native: Native) {
    this.sender = new native.Pipe(native.ipcType);
  }

  /** @throws Error when the platform has no UNIX sockets, or not in this form */
  static async open(native: Native): Promise<Duplicator> {
    const duplicator = new Duplicator(native);
    await duplicator.connect();
    return duplicator;
  }

  private connect(): Promise<void> {
    const { native, sender } = this;
    const path = join(tmpdir(), `tsproxy-${process.pid}-${Math.random().toString(36).slice(2)}`);
    const server = new native.Pipe(native.serverType);
    return new Promise((resolve, reject) => {
      const failed = (what: string, status: number): void => {
        server.close();
        sender.close();
        reject(new Error(`cannot duplicate descriptors: ${what} answers ${status}`));
      };
      server.onconnection = (status, accepted) => {
        if (status !== 0) {
          failed('accept', status);
          return;
        }
        this.kept.push(accepted);
        const receiver = new native.Pipe(native.ipcType);
        const opened = receiver.open(accepted.fd);
        if (opened !== 0) {
          failed('open', opened);
          return;
        }
        server.close();
        this.receive(receiver);
        resolve();
      };
      const bound = server.bind(path) || server.listen(1);
      if (bound !== 0) {
        failed('bind', bound);
        return;
      }
      const request = new native.PipeConnectWrap();
      request.oncomplete = (status) => {
        if (status !== 0) failed('connect', status);
      };
      sender.connect(request, path);
    });
  }

  private receive(receiver: PipeHandle): void {
    this.receiver = receiver;
    receiver.pendingHandle = null;
    receiver.onread = () => {
      const { pendingHandle } = receiver;
      receiver.pendingHandle = null;
      if (pendingHandle !== null && pendingHandle !== undefined) this.waiting.shift()?.(pendingHandle);
      return undefined;
    };
    receiver.readStart();
    // waiting for descriptors that nobody sent keeps no process alive
    receiver.unref();
    this.sender.unref();
  }

  /** Another handle of the same socket, with a descriptor of its own; nothing listens or reads on it. */
  duplicate(handle: StreamHandle): Promise<StreamHandle> {
    this.receiver?.ref();
    return new Promise((resolve, reject) => {
      const done = (copy: StreamHandle): void => {
        if (this.waiting.length === 0) this.receiver?.unref();
        resolve(copy);
      };
      this.waiting.push(done);
      const request = new this.native.WriteWrap();
      request.oncomplete = () => undefined;
      const status = this.sender.writeUtf8String(request, '.', handle);
      if (status === 0) return;
      this.waiting.splice(this.waiting.indexOf(done), 1);
      reject(new Error(`cannot duplicate a descriptor: write answers ${status}`));
    });
  }

  /** A new descriptor of the same socket, to be opened and closed by another thread. */
  async descriptorFor(handle: StreamHandle): Promise<number> {
    const copy = await this.duplicate(handle);
    this.kept.push(copy);
    return copy.fd;
  }
}
