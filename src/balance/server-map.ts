import { ServerChange, type BalancedServer } from '../core/balancer.js';
import { saturated } from './farm.js';
import type { HashTable } from './hash-table.js';

/**
 * `hash-type map-based` and `static-rr`: a table with as many entries as the weights sum up to, computed anew when a
 * server comes or goes. Weights are divided by their greatest common divisor, which keeps the table small.
 */
export class ServerMap implements HashTable {
  readonly #divisor: number;
  readonly #scores: Int32Array;
  #entries: BalancedServer[] = [];
  #turn = 0;
  #stale = true;

  constructor(
    readonly servers: readonly BalancedServer[],
    readonly allBackups: boolean,
  ) {
    this.#divisor = servers.reduce((divisor, server) => commonDivisor(divisor, server.userWeight), 0) || 1;
    this.#scores = new Int32Array(servers.length);
  }

  find(hash: number): BalancedServer | undefined {
    const entries = this.#fresh();
    return entries.length === 0 ? undefined : entries[hash % entries.length];
  }

  next(avoid: BalancedServer | undefined): BalancedServer | undefined {
    const entries = this.#fresh();
    if (this.#turn >= entries.length) this.#turn = 0;
    let avoided: BalancedServer | undefined;
    let afterAvoided = 0;
    for (let step = 0, at = this.#turn; step < entries.length; step++) {
      const server = entries[at++];
      if (!saturated(server)) {
        if (server !== avoid) {
          this.#turn = at;
          return server;
        }
        avoided = server;
        afterAvoided = at;
      }
      if (at === entries.length) at = 0;
    }
    if (avoided !== undefined) this.#turn = afterAvoided;
    return avoided;
  }

  update(_server: BalancedServer, change: ServerChange): void {
    if (change !== ServerChange.Take && change !== ServerChange.Release) this.#stale = true;
  }

  #fresh(): readonly BalancedServer[] {
    if (this.#stale) {
      this.#stale = false;
      this.#entries = this.#compute();
    }
    return this.#entries;
  }

  #weight(server: BalancedServer): number {
    return server.usable && server.effectiveWeight > 0 ? Math.ceil(server.userWeight / this.#divisor) : 0;
  }

  #compute(): BalancedServer[] {
    const usable = this.servers.filter((server) => this.#weight(server) > 0);
    const active = usable.filter((server) => !server.backup);
    const members = active.length > 0 ? active : usable;
    if (members.length === 0) return [];
    // the first backup alone decides how long the table is, yet the others may enter it: HAProxy does the same
    const sole = active.length === 0 && !this.allBackups;
    const size = (sole ? members.slice(0, 1) : members).reduce((sum, server) => sum + this.#weight(server), 0);
    if (size === 1) return [members[0]];
    this.#scores.fill(0);
    return Array.from({ length: size }, () => this.#best(members, size));
  }

  /** The member that is owed most, whole turns compared, the first of equals. */
  #best(members: readonly BalancedServer[], size: number): BalancedServer {
    let best = members[0];
    let most = -1;
    for (const server of members) {
      const score = (this.#scores[server.index] += this.#weight(server));
      const owed = Math.trunc((score + size) / size);
      if (owed <= most) continue;
      most = owed;
      best = server;
    }
    this.#scores[best.index] -= size;
    return best;
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
