import { ListenError } from '../../core/transport.js';
import { holdSocket, socketKey, type HeldSocket } from '../../protocol/transport/held.js';
import type { WantedSocket } from './assignment.js';

/**
 * The listening sockets of all workers. A reload proposes the new configuration's addresses: those that are held already
 * stay the same sockets, so no connection that waits in their queues is lost. Then it keeps or drops what it proposed.
 */
export class MasterSockets {
  #held = new Map<string, HeldSocket>();
  #proposed = new Map<string, HeldSocket>();

  /**
   * Opens what is not held yet.
   * @returns what went wrong, in HAProxy's words; nothing is kept then
   */
  propose(wanted: readonly WantedSocket[]): string[] {
    const problems: string[] = [];
    for (const { spec, problem } of wanted) {
      const key = socketKey(spec);
      if (this.#proposed.has(key)) continue;
      try {
        this.#proposed.set(key, this.#held.get(key) ?? holdSocket(spec));
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        problems.push(problem(error.code));
      }
    }
    if (problems.length > 0) this.drop();
    return problems;
  }

  /** Descriptors of what is proposed, by key. */
  get descriptors(): ReadonlyMap<string, number> {
    return new Map([...this.#proposed].map(([key, { fd }]) => [key, fd]));
  }

  /** The new worker serves: addresses of the old configuration only are closed. */
  keep(): void {
    for (const [key, socket] of this.#held) if (!this.#proposed.has(key)) socket.close();
    this.#held = this.#proposed;
    this.#proposed = new Map();
  }

  /** The new worker does not serve: everything is as before. */
  drop(): void {
    for (const [key, socket] of this.#proposed) if (!this.#held.has(key)) socket.close();
    this.#proposed = new Map();
  }

  close(): void {
    this.drop();
    for (const socket of this.#held.values()) socket.close();
    this.#held.clear();
  }
}
