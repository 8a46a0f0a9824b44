import { ServerChange, type Balancer, type BalancedServer, type BalanceInput } from '../core/balancer.js';
import type { BalanceContext } from './algorithm.js';
import { Farm } from './farm.js';
import { SortedQueue } from './sorted-queue.js';

/** What distinguishes algorithms that always take the best ranked server with room. */
export interface Ranking {
  readonly name: string;
  /** The key follows the server's load, which other threads change, too. */
  readonly byLoad: boolean;
  /** The lowest comes first; equal ones take turns. */
  key(server: BalancedServer, weight: number): number;
  hasRoom(server: BalancedServer): boolean;
}

/** The way to pick by a ranking that suits the number of threads. */
export function rankedBy(ranking: Ranking, { servers, allBackups, turns }: BalanceContext): Balancer {
  return turns !== undefined && ranking.byLoad
    ? new Surveyed(servers, allBackups, ranking, turns)
    : new Ranked(servers, allBackups, ranking);
}

/** Keeps the servers sorted by a ranking and gives the first that has room. */
export class Ranked implements Balancer {
  readonly name: string;
  readonly deterministic = false;
  readonly #farm: Farm;
  readonly #active: SortedQueue;
  readonly #backup: SortedQueue;
  /** The key each was sorted with. */
  readonly #keys: Float64Array;

  constructor(
    servers: readonly BalancedServer[],
    allBackups: boolean,
    readonly ranking: Ranking,
  ) {
    this.name = ranking.name;
    this.#farm = new Farm(servers, allBackups);
    this.#active = new SortedQueue(servers.length);
    this.#backup = new SortedQueue(servers.length);
    this.#keys = new Float64Array(servers.length);
    for (const server of servers) if (this.#farm.weight(server) > 0) this.#insert(server);
  }

  pick(input: BalanceInput): BalancedServer | undefined {
    const farm = this.#farm;
    if (farm.active === 0 && farm.soleBackup !== undefined) return farm.soleBackup;
    const queue = farm.active > 0 ? this.#active : this.#backup;
    let avoided: BalancedServer | undefined;
    for (let rank = 0; rank < queue.size; rank++) {
      const server = farm.servers[queue.at(rank)];
      if (!this.ranking.hasRoom(server)) continue;
      if (server !== input.avoid) return server;
      avoided = server;
    }
    return avoided;
  }

  update(server: BalancedServer, change: ServerChange): void {
    if (change === ServerChange.Take || change === ServerChange.Release) this.#reposition(server);
    else this.#commit(server);
  }

  #commit(server: BalancedServer): void {
    const before = this.#farm.commit(server);
    if (before === this.#farm.weight(server)) return;
    if (before > 0) this.#queue(server).remove(server.index);
    if (this.#farm.weight(server) > 0) this.#insert(server);
  }

  #reposition(server: BalancedServer): void {
    const weight = this.#farm.weight(server);
    if (weight === 0 || this.ranking.key(server, weight) === this.#keys[server.index]) return;
    this.#queue(server).remove(server.index);
    this.#insert(server);
  }

  #insert(server: BalancedServer): void {
    const key = this.ranking.key(server, this.#farm.weight(server));
    this.#keys[server.index] = key;
    this.#queue(server).insert(server.index, key);
  }

  #queue(server: BalancedServer): SortedQueue {
    return server.backup ? this.#backup : this.#active;
  }
}

/**
 * The same over servers whose load changes in other threads: nothing is sorted, each pick looks at all of them. It begins
 * at another server each time, so that equal ones take turns.
 */
class Surveyed implements Balancer {
  readonly name: string;
  readonly deterministic = false;
  readonly #farm: Farm;

  constructor(
    servers: readonly BalancedServer[],
    allBackups: boolean,
    private readonly ranking: Ranking,
    private readonly turns: Int32Array,
  ) {
    this.name = ranking.name;
    this.#farm = new Farm(servers, allBackups);
  }

  pick(input: BalanceInput): BalancedServer | undefined {
    const farm = this.#farm;
    if (farm.active === 0 && farm.soleBackup !== undefined) return farm.soleBackup;
    const { servers } = farm;
    const backup = farm.active === 0;
    const start = (Atomics.add(this.turns, 0, 1) >>> 0) % servers.length;
    let best: BalancedServer | undefined;
    let bestKey = Infinity;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[start + i < servers.length ? start + i : start + i - servers.length];
      const weight = farm.weight(server);
      if (weight === 0 || server.backup !== backup || !this.ranking.hasRoom(server)) continue;
      // the one to avoid comes after all others
      const key = server === input.avoid ? Number.MAX_VALUE : this.ranking.key(server, weight);
      if (key < bestKey) {
        best = server;
        bestKey = key;
      }
    }
    return best;
  }

  update(server: BalancedServer, change: ServerChange): void {
    if (change !== ServerChange.Take && change !== ServerChange.Release) this.#farm.commit(server);
  }
}
