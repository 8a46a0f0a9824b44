import { ServerChange, type Balancer, type BalancedServer, type BalanceInput } from '../core/balancer.js';
import { balancingWeight, Farm } from './farm.js';
import { Turns } from './turns.js';

/** `balance roundrobin`: each in turn by weight, saturated ones skipped; weights may change at any time. */
export class RoundRobin implements Balancer {
  readonly name = 'roundrobin';
  readonly deterministic = false;
  readonly #farm: Farm;
  readonly #active: Turns;
  readonly #backup: Turns;

  constructor(servers: readonly BalancedServer[], allBackups: boolean) {
    this.#farm = new Farm(servers, allBackups);
    this.#active = new Turns(servers);
    this.#backup = new Turns(servers);
    for (const server of servers) {
      const weight = this.#farm.weight(server);
      if (weight > 0) this.#group(server).enroll(server, weight);
    }
  }

  pick(input: BalanceInput): BalancedServer | undefined {
    if (this.#farm.active > 0) return this.#active.pick(input.avoid);
    if (this.#farm.soleBackup !== undefined) return this.#farm.soleBackup;
    return this.#farm.backups > 0 ? this.#backup.pick(input.avoid) : undefined;
  }

  update(server: BalancedServer, change: ServerChange): void {
    if (change === ServerChange.Take || change === ServerChange.Release) return;
    const before = this.#farm.commit(server);
    const now = balancingWeight(server);
    if (before === now) return;
    const group = this.#group(server);
    if (before === 0) group.join(server, now);
    else if (now === 0) group.leave(server);
    else group.reweigh(server, now);
  }

  #group(server: BalancedServer): Turns {
    return server.backup ? this.#backup : this.#active;
  }
}
