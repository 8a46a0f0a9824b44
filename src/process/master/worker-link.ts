import type { ConfigSource } from '../../config/read.js';
import { asMessage, type ForwardedCommand, type ToMaster, type ToWorker } from './messages.js';

/** What a worker does when its master asks. */
export interface WorkerDuties {
  leaveTerminal(): void;
  command(command: ForwardedCommand): void;
  cancel(id: number): void;
}

/** A worker's end of the channel to its master. A worker whose master is gone goes too, as HAProxy's do. */
export class WorkerLink {
  #configured: (sources: readonly ConfigSource[]) => void = () => undefined;
  /** The configuration to run. */
  readonly sources = new Promise<readonly ConfigSource[]>((resolve) => (this.#configured = resolve));
  readonly #orphaned = (): never => process.exit(1);

  constructor(private readonly duties: WorkerDuties) {
    process.on('message', this.#receive);
    process.once('disconnect', this.#orphaned);
  }

  readonly #receive = (value: unknown): void => {
    const message = asMessage<ToWorker>(value, ['configuration', 'leave-terminal', 'command', 'cancel']);
    switch (message?.kind) {
      case 'configuration':
        return this.#configured(message.sources);
      case 'leave-terminal':
        return this.duties.leaveTerminal();
      case 'command':
        return this.duties.command(message);
      case 'cancel':
        return this.duties.cancel(message.id);
      case undefined:
    }
  };

  send(message: ToMaster): void {
    if (process.connected) process.send?.(message);
  }

  /** Resolves when the master's side has taken it, or is gone. */
  sent(message: ToMaster): Promise<void> {
    return new Promise((taken) => {
      if (process.connected && process.send !== undefined) process.send(message, () => taken());
      else taken();
    });
  }

  /** Lets the process end. */
  close(): void {
    process.off('disconnect', this.#orphaned);
    process.off('message', this.#receive);
    if (process.connected) process.disconnect();
  }
}
