import { avalanche } from '../base/hash.js';
import { ServerChange, type BalancedServer } from '../core/balancer.js';
import type { ProxyModel } from '../config/model.js';
import { Farm, saturated } from './farm.js';
import type { HashTable } from './hash-table.js';

/** Points per server identifier: one for each unit of effective weight, at most 256 x 16. */
const POINTS_PER_ID = 4096;

/** The points of some servers on the circle of 32-bit numbers, sorted. */
class Circle {
  points = new Uint32Array(0);
  owners = new Uint32Array(0);

  /** Replaces the points of one server. */
  place(server: BalancedServer, weight: number): void {
    const own = Uint32Array.from({ length: weight }, (_, i) =>
      avalanche(Math.imul(server.id, POINTS_PER_ID) + i),
    ).toSorted();
    const kept = this.owners.reduce((count, owner) => count + Number(owner !== server.index), 0);
    const points = new Uint32Array(kept + weight);
    const owners = new Uint32Array(kept + weight);
    let taken = 0;
    let at = 0;
    const takeOwn = (limit: number): void => {
      while (taken < weight && own[taken] < limit) {
        owners[at] = server.index;
        points[at++] = own[taken++];
      }
    };
    for (let i = 0; i < this.points.length; i++) {
      if (this.owners[i] === server.index) continue;
      takeOwn(this.points[i]);
      owners[at] = this.owners[i];
      points[at++] = this.points[i];
    }
    takeOwn(Infinity);
    this.points = points;
    this.owners = owners;
  }

  /** Position of the first point at or after `hash`, the length when there is none. */
  after(hash: number): number {
    let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.points[middle] < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Position of the point nearest to `hash`, the one before it when equally far. */
  nearest(hash: number): number {
    const count = this.points.length;
    const next = this.after(hash) % count;
    const previous = (next + count - 1) % count;
    if (this.owners[next] === this.owners[previous]) return next;
    return (hash - this.points[previous]) >>> 0 <= (this.points[next] - hash) >>> 0 ? previous : next;
  }
}

export type Affinity = ProxyModel['hashPreserveAffinity'];

/** `hash-type consistent`: when a server comes or goes, only the hashes next to its points move. */
export class HashRing implements HashTable {
  readonly #farm: Farm;
  readonly #active = new Circle();
  readonly #backup = new Circle();
  /** Weight of the servers before each in the configuration, as they were at start: HAProxy never renews it. */
  readonly #weightBefore: Float64Array;
  /** Where next() gave a server last: its circle and point, undefined = nowhere yet. */
  #lastCircle: Circle | undefined;
  #lastPoint = 0;

  /** @param factor `hash-balance-factor`, 0 = off */
  constructor(
    servers: readonly BalancedServer[],
    allBackups: boolean,
    readonly factor: number,
    readonly affinity: Affinity,
  ) {
    this.#farm = new Farm(servers, allBackups);
    this.#weightBefore = new Float64Array(servers.length);
    let active = 0;
    let backup = 0;
    for (const server of servers) {
      const weight = this.#farm.weight(server);
      if (weight === 0) continue;
      this.#weightBefore[server.index] = server.backup ? backup : active;
      if (server.backup) backup += weight;
      else active += weight;
      this.#circleOf(server).place(server, weight);
    }
  }

  find(hash: number, avoid: BalancedServer | undefined): BalancedServer | undefined {
    const farm = this.#farm;
    if (farm.active === 0 && farm.soleBackup !== undefined) return farm.soleBackup;
    const circle = farm.active > 0 ? this.#active : this.#backup;
    const count = circle.points.length;
    if (count === 0) return undefined;
    let at = circle.nearest(hash);
    let server = farm.servers[circle.owners[at]];
    const slots = this.factor > 0 ? this.#slotsForAll() : 0;
    let laps = 0;
    while (server === avoid || !this.#fits(server, slots)) {
      if (++at === count) {
        at = 0;
        if (++laps > 1) break;
      }
      server = farm.servers[circle.owners[at]];
    }
    return server;
  }

  next(avoid: BalancedServer | undefined): BalancedServer | undefined {
    const farm = this.#farm;
    if (farm.active === 0 && farm.soleBackup !== undefined) return farm.soleBackup;
    const circle = farm.active > 0 ? this.#active : this.#backup;
    const count = circle.points.length;
    if (count === 0) return undefined;
    let at = this.#lastCircle === circle ? circle.after(this.#lastPoint) + 1 : 0;
    let avoidedAt = -1;
    for (let step = 0; step < count; step++, at++) {
      at %= count;
      const server = farm.servers[circle.owners[at]];
      if (saturated(server)) continue;
      if (server !== avoid) {
        this.#remember(circle, at);
        return server;
      }
      avoidedAt = at;
    }
    this.#remember(circle, avoidedAt);
    return avoidedAt < 0 ? undefined : avoid;
  }

  update(server: BalancedServer, change: ServerChange): void {
    if (change === ServerChange.Take || change === ServerChange.Release) return;
    const before = this.#farm.commit(server);
    const weight = this.#farm.weight(server);
    if (before === weight) return;
    const circle = this.#circleOf(server);
    circle.place(server, weight);
    if (this.#lastCircle === circle) this.#moveLast(circle);
  }

  /** When the point given last is gone, the one after it counts as given. */
  #moveLast(circle: Circle): void {
    const count = circle.points.length;
    this.#remember(circle, count === 0 ? -1 : circle.after(this.#lastPoint) % count);
  }

  #remember(circle: Circle, at: number): void {
    this.#lastCircle = at < 0 ? undefined : circle;
    if (at >= 0) this.#lastPoint = circle.points[at];
  }

  #circleOf(server: BalancedServer): Circle {
    return server.backup ? this.#backup : this.#active;
  }

  /** Requests that all servers together may hold with one more coming, under `hash-balance-factor`. */
  #slotsForAll(): number {
    let served = 0;
    for (const server of this.#farm.servers) served += server.served;
    return Math.floor(((served + 1) * this.factor + 99) / 100);
  }

  #fits(server: BalancedServer, slotsForAll: number): boolean {
    if (this.factor > 0 && server.served >= this.#slots(server, slotsForAll)) return false;
    if (this.affinity === 'always') return true;
    if (this.affinity === 'maxconn') return !saturated(server);
    return server.dynamicMaxconn === 0 || server.maxqueue === 0 || server.queued < server.maxqueue;
  }

  /** A server's share of the slots: whole ones by weight, the rest spread along the configuration, never 0. */
  #slots(server: BalancedServer, slotsForAll: number): number {
    const total = this.#farm.weightInUse;
    const weight = this.#farm.weight(server);
    const rest = slotsForAll % total;
    const before = this.#weightBefore[server.index];
    const share =
      weight * Math.floor(slotsForAll / total) +
      Math.floor(((before + weight) * rest) / total) -
      Math.floor((before * rest) / total);
    return Math.max(1, share);
  }
}
