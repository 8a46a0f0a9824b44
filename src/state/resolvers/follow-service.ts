import type { ServiceRecord } from '../../protocol/dns/message.js';
import { Admin, type Server } from '../server.js';
import type { AddressFollower } from './follow-address.js';
import type { Keeper } from './keeper.js';
import type { HeldRecord, Requester, Resolution } from './resolution.js';
import type { ResolversSection } from './section.js';

type HeldService = HeldRecord & ServiceRecord;

/** Weights of SRV records reach up to 65535, those of servers up to 256; 0 stays 0. */
const weightOf = ({ weight }: ServiceRecord): number => Math.ceil(weight / 256);

/**
 * Gives the servers of a backend that stand for one service (`_http._tcp.example.net`) the names, ports and weights of
 * its SRV records, one record each (manual 5.3.1). Servers without a record wait in maintenance.
 */
export class ServiceFollower implements Requester {
  #resolution: Resolution | undefined = undefined;
  readonly #assigned = new Map<HeldService, Server>();
  /** Those without a record, the one that waits longest first. */
  readonly #free: Server[];

  /** @param followers by server: they find the addresses of targets */
  constructor(
    servers: readonly Server[],
    private readonly section: ResolversSection,
    private readonly keeper: Keeper,
    private readonly followers: ReadonlyMap<Server, AddressFollower>,
  ) {
    this.#free = [...servers];
  }

  /** @param service its name, `_http._tcp.example.net` */
  follow(service: string): void {
    this.#resolution = this.section.follow(service, 'SRV', this);
  }

  answered(): void {
    const all = this.#resolution?.records ?? [];
    const records = all.filter((record): record is HeldService => record.kind === 'service');
    for (const [record, server] of this.#assigned) if (!records.includes(record)) this.#withdraw(record, server);
    for (const record of records) {
      const server = this.#assigned.get(record) ?? this.#take(record);
      // there are more records than servers: `server-template` says how many there can be
      if (server === undefined) continue;
      this.#assigned.set(record, server);
      this.#apply(record, server);
    }
    // what a state file said of these is not so any more
    for (const server of this.#free) if (server.hostname !== '') this.#reset(server);
  }

  /** A free server for a record: the one that had it before a reload, or any that waits for a name. */
  #take({ target, port }: HeldService): Server | undefined {
    const free = this.#free;
    const known = free.findIndex((server) => server.hostname === target && server.port === port);
    const unnamed = free.findIndex(({ hostname }) => hostname === '');
    const index = [known, unnamed].find((at) => at >= 0) ?? 0;
    return free.splice(index, 1)[0];
  }

  failed(): void {
    if (this.#resolution === undefined) return;
    const { status, lastValid } = this.#resolution;
    if (status === 'none' || status === 'valid') return;
    if (this.section.clock.now() < lastValid + this.section.model.hold[status]) return;
    for (const [record, server] of this.#assigned) this.#withdraw(record, server);
  }

  #apply(record: HeldService, server: Server): void {
    const { keeper } = this;
    const follower = this.followers.get(server);
    const beside = record.address?.address;
    if (beside !== undefined) {
      follower?.leave();
      if (server.address !== beside) keeper.moveTo(server, beside, 'DNS additional record');
    }
    const renamed = server.hostname === '';
    if (renamed) keeper.logRename(server, record.target);
    if (beside === undefined) {
      if (follower?.following !== true) follower?.follow();
    } else if ((server.admin & Admin.ResolveMaint) !== 0) keeper.quietlyReady(server);
    keeper.setPort(server, record.port);
    if (!server.model.resolveOpts.includes('ignore-weight')) keeper.setWeight(server, weightOf(record));
  }

  /** Its record is gone: it may be given another one. */
  #withdraw(record: HeldService, server: Server): void {
    this.#assigned.delete(record);
    this.#reset(server);
    this.#free.push(server);
  }

  #reset(server: Server): void {
    this.followers.get(server)?.leave();
    this.keeper.rest(server, 'entry removed from SRV record');
    server.hostname = '';
    this.keeper.setPort(server, 0);
  }

  /** The server was removed at run time. */
  forget(server: Server): void {
    for (const [record, assigned] of this.#assigned) if (assigned === server) this.#assigned.delete(record);
    const at = this.#free.indexOf(server);
    if (at >= 0) this.#free.splice(at, 1);
  }
}
