import type { AddressRecord } from '../../protocol/dns/message.js';
import { Admin, type Server } from '../server.js';
import { chooseAddress, networksOf, type AddressWish } from './choice.js';
import type { Keeper } from './keeper.js';
import type { Nameserver } from './nameserver.js';
import type { HeldRecord, Requester, Resolution, ResolutionStatus } from './resolution.js';
import type { ResolversSection } from './section.js';

type HeldAddress = HeldRecord & AddressRecord;

/** What HAProxy says of a server that goes for want of an address. */
const CAUSES: Readonly<Record<Exclude<ResolutionStatus, 'none' | 'valid'>, string>> = {
  nx: 'DNS NX status',
  refused: 'DNS refused status',
  timeout: 'DNS timeout status',
  other: 'unspecified DNS error',
};

/** Gives a server the address of its name while it runs (manual 5.3). */
export class AddressFollower implements Requester {
  #resolution: Resolution | undefined = undefined;
  /** The record that its address is from, as long as answers have it. */
  #record: HeldAddress | undefined = undefined;
  readonly #wish: AddressWish;

  constructor(
    readonly server: Server,
    private readonly section: ResolversSection,
    private readonly keeper: Keeper,
  ) {
    const { resolvePrefer, resolveNet, resolveOpts } = server.model;
    this.#wish = {
      family: resolvePrefer === 'ipv4' ? 4 : 6,
      networks: networksOf(resolveNet),
      sharing: resolveOpts.includes('allow-dup-ip'),
    };
  }

  /** Follows the server's name from now on. */
  follow(): void {
    this.leave();
    const type = this.#wish.family === 4 ? 'A' : 'AAAA';
    this.#resolution = this.section.follow(this.server.hostname, type, this);
  }

  get following(): boolean {
    return this.#resolution !== undefined;
  }

  leave(): void {
    if (this.#resolution !== undefined) this.section.leave(this.#resolution, this);
    this.#resolution = undefined;
    this.#record = undefined;
  }

  answered(from: Nameserver | undefined): void {
    const { server } = this;
    const records = this.#addresses();
    if (this.#record !== undefined && !records.includes(this.#record)) this.#record = undefined;
    const kept = this.#record;
    const isCurrent = (record: HeldAddress): boolean =>
      kept === undefined ? record.address === server.address : record === kept;
    const chosen = chooseAddress(records, this.#wish, (record) => this.#isTaken(record), isCurrent);
    this.#record = chosen;
    if (chosen !== undefined && !isCurrent(chosen)) {
      if (from !== undefined) from.counters.update++;
      const source = from === undefined ? 'DNS cache' : `${this.section.name}/${from.name}`;
      this.keeper.moveTo(server, chosen.address, source);
    }
    if (chosen === undefined) this.#goWithout('No IP for server ');
    else if ((server.admin & Admin.ResolveMaint) !== 0) this.keeper.ready(server);
  }

  failed(): void {
    const { section } = this;
    const resolution = this.#resolution;
    if (resolution === undefined) return;
    const { status, lastValid } = resolution;
    if (status === 'none' || status === 'valid') return;
    if (section.clock.now() < lastValid + section.model.hold[status]) return;
    this.#goWithout(CAUSES[status]);
  }

  #goWithout(cause: string): void {
    const { server } = this;
    if ((server.admin & Admin.ResolveMaint) !== 0) return;
    this.#record = undefined;
    this.keeper.rest(server, cause);
  }

  #addresses(): HeldAddress[] {
    const records = this.#resolution?.records ?? [];
    return records.filter((record): record is HeldAddress => record.kind === 'address');
  }

  #isTaken(record: HeldAddress): boolean {
    for (const other of this.#resolution?.requesters ?? []) {
      if (other === this || !(other instanceof AddressFollower)) continue;
      if (other.#record === record && other.server.backend === this.server.backend) return true;
    }
    return false;
  }
}
