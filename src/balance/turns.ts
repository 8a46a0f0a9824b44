import type { BalancedServer } from '../core/balancer.js';
import { saturated } from './farm.js';
import { SortedQueue } from './sorted-queue.js';

/** Greatest effective weight: 256 x 16. */
const MAX_WEIGHT = 4096;

/** A server's place in the timetable. */
class Turn {
  /** The weight it was queued with, 0 = out. */
  weight = 0;
  /** Position of its last and its next turn. */
  last = 0;
  next = 0;
  /** What integer division left over, in units of 1/weight of a position. */
  remainder = 0;
  /** Where it waits. */
  queue: SortedQueue | undefined = undefined;

  constructor(readonly server: BalancedServer) {}
}

/**
 * A weighted timetable (HAProxy's "fast weighted round robin"): a period is as many positions as the weights sum up to,
 * and a server of weight w comes every period/w positions.
 *
 *   waiting ──> current ──> following
 *   not placed   sorted by    no turn left in this period;
 *   this period  next turn    becomes `waiting` when the period is over
 *
 * Heavy servers leave `waiting` first, which spreads the others between their turns.
 */
export class Turns {
  #current: SortedQueue;
  #waiting: SortedQueue;
  #following: SortedQueue;
  #position = 0;
  #periodWeight = 0;
  #nextWeight = 0;
  readonly #turns: Turn[];
  /** Those passed over while one pick lasts, the latest last. */
  readonly #passed: Turn[] = [];

  /** @param servers all servers of the backend, so that `server.index` finds its turn */
  constructor(servers: readonly BalancedServer[]) {
    this.#turns = servers.map((server) => new Turn(server));
    this.#current = new SortedQueue(servers.length);
    this.#waiting = new SortedQueue(servers.length);
    this.#following = new SortedQueue(servers.length);
  }

  /** Places a server before the first pick. */
  enroll(server: BalancedServer, weight: number): void {
    const turn = this.#turns[server.index];
    turn.weight = weight;
    this.#queueByWeight(this.#waiting, turn);
    this.#nextWeight += weight;
    this.#periodWeight = this.#nextWeight;
    this.#position = this.#nextWeight;
  }

  join(server: BalancedServer, weight: number): void {
    const turn = this.#turns[server.index];
    turn.weight = weight;
    this.#nextWeight += weight;
    turn.next = this.#position + Math.trunc((this.#nextWeight + this.#periodWeight - this.#position) / weight);
    this.#queue(turn);
  }

  leave(server: BalancedServer): void {
    const turn = this.#turns[server.index];
    this.#nextWeight -= turn.weight;
    turn.weight = 0;
    turn.queue?.remove(server.index);
    turn.queue = undefined;
  }

  reweigh(server: BalancedServer, weight: number): void {
    const turn = this.#turns[server.index];
    this.#nextWeight += weight - turn.weight;
    turn.weight = weight;
    const queue = turn.queue;
    queue?.remove(server.index);
    if (queue === this.#waiting) {
      this.#queueByWeight(queue, turn);
      return;
    }
    if (queue === this.#following) turn.next += this.#periodWeight;
    const step = Math.trunc(this.#nextWeight / weight);
    turn.next = Math.min(turn.last + step, turn.next);
    turn.remainder = 0;
    if (turn.next < this.#position + 2) turn.next = this.#position + step;
    this.#queue(turn);
  }

  /** The next server with room that is not `avoid`; `avoid` when only it has room. */
  pick(avoid: BalancedServer | undefined): BalancedServer | undefined {
    let avoided: Turn | undefined;
    let chosen: Turn | undefined;
    let switched = false;
    for (;;) {
      if (this.#periodWeight === 0) this.#position = this.#periodWeight = this.#nextWeight;
      let turn = this.#first();
      if (turn === undefined && !switched) {
        switched = true;
        this.#switch();
        turn = this.#first();
      }
      if (turn === undefined) {
        chosen = avoided;
        break;
      }
      this.#advance(turn);
      turn.queue?.remove(turn.server.index);
      this.#position++;
      if (!saturated(turn.server)) {
        if (turn.server !== avoid) {
          chosen = turn;
          break;
        }
        avoided = turn;
      }
      this.#passed.push(turn);
    }
    if (chosen !== undefined) this.#queue(chosen);
    if (this.#passed.length > 0) this.#requeuePassed(chosen, switched);
    return chosen?.server;
  }

  #requeuePassed(chosen: Turn | undefined, switched: boolean): void {
    for (let i = this.#passed.length - 1; i >= 0; i--) {
      const turn = this.#passed[i];
      if (turn === chosen) continue;
      // after a switch their places are lost and only the weight counts
      if (switched) this.#queueByWeight(this.#waiting, turn);
      else this.#queue(turn);
    }
    this.#passed.length = 0;
  }

  /** The one whose turn it is; a hole in the timetable is filled from those waiting. */
  #first(): Turn | undefined {
    const index = this.#current.at(0);
    if (index < 0 || this.#turns[index].next > this.#position) {
      const waiting = this.#waiting.at(0);
      if (waiting >= 0) {
        const turn = this.#turns[waiting];
        turn.next = turn.remainder = 0;
        return turn;
      }
    }
    return index < 0 ? undefined : this.#turns[index];
  }

  #advance(turn: Turn): void {
    turn.last = turn.next === 0 ? this.#position : turn.next;
    turn.next = turn.last + Math.trunc(this.#nextWeight / turn.weight);
    turn.remainder += this.#nextWeight % turn.weight;
    if (turn.remainder >= turn.weight) {
      turn.remainder -= turn.weight;
      turn.next++;
    }
  }

  #switch(): void {
    const emptied = this.#waiting;
    this.#waiting = this.#following;
    this.#following = emptied;
    this.#periodWeight = this.#nextWeight;
    this.#position = this.#periodWeight;
  }

  #queue(turn: Turn): void {
    if (turn.next >= 2 * this.#periodWeight || turn.next >= this.#periodWeight + this.#nextWeight) {
      turn.next -= this.#periodWeight;
      this.#queueByWeight(this.#following, turn);
      return;
    }
    const lightness = (MAX_WEIGHT + turn.remainder - turn.weight) >>> 4;
    this.#current.insert(turn.server.index, 256 * turn.next + lightness);
    turn.queue = this.#current;
  }

  #queueByWeight(queue: SortedQueue, turn: Turn): void {
    queue.insert(turn.server.index, MAX_WEIGHT - turn.weight);
    turn.queue = queue;
  }
}
