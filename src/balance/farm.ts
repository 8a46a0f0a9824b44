import type { BalancedServer } from '../core/balancer.js';

/** The weight with which a server takes part now, 0 = not at all. */
export function balancingWeight(server: BalancedServer): number {
  return server.usable ? server.effectiveWeight : 0;
}

/**
 * Which servers of a backend take part, and with what weight, as last told by update(). Active servers get everything
 * while there is one; then the first usable backup alone, or all of them with `option allbackups` (manual 4.2).
 */
export class Farm {
  /** Usable active and backup servers of weight above 0, and the sums of their weights. */
  active = 0;
  backups = 0;
  activeWeight = 0;
  backupWeight = 0;
  /** The backup that takes everything when no active server is left; undefined with `option allbackups`. */
  soleBackup: BalancedServer | undefined;
  readonly #weights: Int32Array;

  constructor(
    readonly servers: readonly BalancedServer[],
    readonly allBackups: boolean,
  ) {
    this.#weights = new Int32Array(servers.length);
    for (const server of servers) this.commit(server);
  }

  /** The weight known for a server, 0 = out. */
  weight(server: BalancedServer): number {
    return this.#weights[server.index];
  }

  /** Takes over what a server says of itself now. @returns the weight it had before */
  commit(server: BalancedServer): number {
    const before = this.#weights[server.index];
    const now = balancingWeight(server);
    this.#weights[server.index] = now;
    const count = Number(now > 0) - Number(before > 0);
    if (server.backup) {
      this.backups += count;
      this.backupWeight += now - before;
      if (count !== 0 && !this.allBackups) this.soleBackup = this.servers.find((s) => s.backup && this.weight(s) > 0);
    } else {
      this.active += count;
      this.activeWeight += now - before;
    }
    return before;
  }

  /** Sum of the weights of those that may be picked now. */
  get weightInUse(): number {
    if (this.active > 0) return this.activeWeight;
    return this.soleBackup === undefined ? this.backupWeight : this.weight(this.soleBackup);
  }
}

/** No free slot: those who would come must queue. */
export function saturated(server: BalancedServer): boolean {
  const limit = server.dynamicMaxconn;
  return limit > 0 && (server.queued > 0 || server.served >= limit);
}
