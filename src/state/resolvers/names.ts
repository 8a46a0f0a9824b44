import type { CheckClock } from '../../checks/timing.js';
import type { ConfigModel } from '../../config/model.js';
import type { NameResolver } from '../../core/name-resolver.js';
import type { Backend } from '../backend.js';
import type { Server } from '../server.js';
import { AddressFollower } from './follow-address.js';
import { ServiceFollower } from './follow-service.js';
import type { Keeper } from './keeper.js';
import { openLink, type OpenLink } from './nameserver.js';
import { NameQuestion } from './question.js';
import { ResolversSection } from './section.js';
import { allSections } from './sections.js';

/** What can become of `set server … fqdn`. */
export type Renaming = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

/** All names that are resolved while the process runs: those of servers, and those that rules ask for. */
export class Names implements NameResolver {
  readonly sections: ReadonlyMap<string, ResolversSection>;
  readonly #followers = new Map<Server, AddressFollower>();
  readonly #services: ServiceFollower[] = [];

  constructor(
    model: ConfigModel,
    clock: CheckClock,
    private readonly keeper: Keeper,
    open: OpenLink = openLink,
  ) {
    this.sections = new Map(allSections(model).map((each) => [each.name, new ResolversSection(each, clock, open)]));
  }

  /** Begins to follow the names of servers. */
  start(backends: readonly Backend[]): void {
    for (const backend of backends) {
      const services = new Map<string, Server[]>();
      for (const server of backend.servers) this.#begin(server, services);
      for (const [service, servers] of services) {
        const section = this.#sectionOf(servers[0]);
        if (section !== undefined) {
          const follower = new ServiceFollower(servers, section, this.keeper, this.#followers);
          follower.follow(service);
          this.#services.push(follower);
        }
      }
    }
  }

  #begin(server: Server, services: Map<string, Server[]>): void {
    const section = this.#sectionOf(server);
    if (section === undefined) return;
    const { service, hostname } = server;
    if (service === '' && hostname === '') return;
    const follower = new AddressFollower(server, section, this.keeper);
    this.#followers.set(server, follower);
    if (service === '') follower.follow();
    else services.set(service, [...(services.get(service) ?? []), server]);
  }

  #sectionOf({ model }: Server): ResolversSection | undefined {
    return model.resolvers === undefined ? undefined : this.sections.get(model.resolvers.text);
  }

  /** A server was removed at run time. */
  forget(server: Server): void {
    this.#followers.get(server)?.leave();
    this.#followers.delete(server);
    for (const service of this.#services) service.forget(server);
  }

  /** `set server … fqdn` */
  rename(server: Server, hostname: string): Renaming {
    const section = this.#sectionOf(server);
    if (section === undefined) {
      return { ok: false, why: 'set server <b>/<s> fqdn failed because no resolution is configured.' };
    }
    if (server.service !== '') {
      return { ok: false, why: 'set server <b>/<s> fqdn failed because SRV resolution is configured.' };
    }
    const by = 'stats socket command';
    if (server.hostname === hostname) return { ok: true, text: `no need to change the FDQN by '${by}'` };
    const follower = this.#followers.get(server) ?? new AddressFollower(server, section, this.keeper);
    this.#followers.set(server, follower);
    follower.leave();
    const text = this.keeper.rename(server, hostname, by);
    follower.follow();
    return { ok: true, text };
  }

  resolve(section: string, name: string, family: 4 | 6, done: (address: string | undefined) => void): () => void {
    const found = this.sections.get(section);
    if (found === undefined) {
      done(undefined);
      return () => undefined;
    }
    const question = new NameQuestion(found, name, family, done);
    question.ask();
    return () => question.cancel();
  }

  close(): void {
    for (const section of this.sections.values()) section.close();
  }
}
