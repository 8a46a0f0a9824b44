import { ServerChange, type Balancer, type BalancedServer, type BalanceInput } from '../core/balancer.js';
import { balancingWeight, Farm } from './farm.js';
import { Turns } from './turns.js';

/** A thread that is further behind than this has been idle: it need not repeat all that the others did meanwhile. */
const MOST_REPEATS = 256;

const enum Group {
  Active,
  Backup,
}

/**
 * `balance roundrobin`: each in turn by weight, saturated ones skipped; weights may change at any time.
 *
 * Several threads share one sequence: a counter says how many turns there were, and each thread first repeats, on its
 * own timetable, the picks that the others made.
 */
export class RoundRobin implements Balancer {
  readonly name = 'roundrobin';
  readonly deterministic = false;
  readonly #farm: Farm;
  readonly #active: Turns;
  readonly #backup: Turns;
  readonly #turns: Int32Array | undefined;
  /** Turns that this thread's timetables know of. */
  readonly #seen = [0, 0];

  /** @param turns how many there were in all threads, one word for each group; undefined with one thread */
  constructor(servers: readonly BalancedServer[], allBackups: boolean, turns?: Int32Array) {
    this.#turns = turns;
    this.#farm = new Farm(servers, allBackups);
    this.#active = new Turns(servers);
    this.#backup = new Turns(servers);
    for (const server of servers) {
      const weight = this.#farm.weight(server);
      if (weight > 0) this.#group(server).enroll(server, weight);
    }
  }

  pick(input: BalanceInput): BalancedServer | undefined {
    if (this.#farm.active > 0) return this.#pick(this.#active, Group.Active, input);
    if (this.#farm.soleBackup !== undefined) return this.#farm.soleBackup;
    return this.#farm.backups > 0 ? this.#pick(this.#backup, Group.Backup, input) : undefined;
  }

  #pick(timetable: Turns, group: Group, { avoid }: BalanceInput): BalancedServer | undefined {
    if (this.#turns !== undefined) {
      const turn = Atomics.add(this.#turns, group, 1);
      const missed = (turn - this.#seen[group]) | 0;
      for (let i = Math.min(missed, MOST_REPEATS); i > 0; i--) timetable.pick(undefined);
      this.#seen[group] = (turn + 1) | 0;
    }
    return timetable.pick(avoid);
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
