import { ServerChange, type Balancer, type BalancedServer, type BalanceInput } from '../core/balancer.js';
import { balancingWeight, Farm } from './farm.js';
import { Turns } from './turns.js';

/** Turns that a thread repeats at most; a timetable of more is begun again after so many. */
const MOST_REPEATS = 4096;

const enum Group {
  Active,
  Backup,
}

/**
 * `balance roundrobin`: each in turn by weight, saturated ones skipped; weights may change at any time.
 *
 * Several threads share one sequence: a counter says how many turns there were, and each thread first repeats, on its
 * own timetable, the picks that the others made. They hear of a change at different turns, so each then begins a new
 * timetable, whose place follows from the counter alone.
 */
export class RoundRobin implements Balancer {
  readonly name = 'roundrobin';
  readonly deterministic = false;
  readonly #farm: Farm;
  readonly #servers: readonly BalancedServer[];
  readonly #timetables: [active: Turns, backup: Turns];
  readonly #turns: Int32Array | undefined;
  /** Turns that this thread's timetables know of; -1 = none, they are new. */
  readonly #seen = [-1, -1];
  /** Turns after which a timetable is where it began. */
  readonly #period = [1, 1];

  /** @param turns how many there were in all threads, one word for each group; undefined with one thread */
  constructor(servers: readonly BalancedServer[], allBackups: boolean, turns?: Int32Array) {
    this.#turns = turns;
    this.#servers = servers;
    this.#farm = new Farm(servers, allBackups);
    this.#timetables = [this.#begin(Group.Active), this.#begin(Group.Backup)];
  }

  #begin(group: Group): Turns {
    const timetable = new Turns(this.#servers);
    let period = 0;
    for (const server of this.#servers) {
      const weight = groupOf(server) === group ? this.#farm.weight(server) : 0;
      if (weight > 0) timetable.enroll(server, weight);
      period += weight;
    }
    this.#period[group] = Math.max(1, Math.min(period, MOST_REPEATS));
    this.#seen[group] = -1;
    return timetable;
  }

  pick(input: BalanceInput): BalancedServer | undefined {
    if (this.#farm.active > 0) return this.#pick(Group.Active, input);
    if (this.#farm.soleBackup !== undefined) return this.#farm.soleBackup;
    return this.#farm.backups > 0 ? this.#pick(Group.Backup, input) : undefined;
  }

  #pick(group: Group, { avoid }: BalanceInput): BalancedServer | undefined {
    const timetable = this.#timetables[group];
    if (this.#turns !== undefined) {
      const turn = Atomics.add(this.#turns, group, 1) >>> 0;
      const seen = this.#seen[group];
      const missed = (seen < 0 ? turn : turn - seen) % this.#period[group];
      for (let i = missed; i > 0; i--) timetable.pick(undefined);
      this.#seen[group] = turn + 1;
    }
    return timetable.pick(avoid);
  }

  update(server: BalancedServer, change: ServerChange): void {
    if (change === ServerChange.Take || change === ServerChange.Release) return;
    const before = this.#farm.commit(server);
    const now = balancingWeight(server);
    if (before === now) return;
    const group = groupOf(server);
    const timetable = this.#timetables[group];
    if (this.#turns !== undefined) this.#timetables[group] = this.#begin(group);
    else if (before === 0) timetable.join(server, now);
    else if (now === 0) timetable.leave(server);
    else timetable.reweigh(server, now);
  }
}

const groupOf = (server: BalancedServer): Group => (server.backup ? Group.Backup : Group.Active);
