import type { CheckClock } from '../../checks/timing.js';
import type { ResolversModel } from '../../config/model.js';
import type { QuestionType, Received } from '../../protocol/dns/message.js';
import { Nameserver, type OpenLink } from './nameserver.js';
import { Resolution, type Requester, type ResolutionSection } from './resolution.js';

/** At once: questions have numbers of 16 bits, which must not be easy to guess. */
const MOST_QUESTIONS = 32_768;

/** A `resolvers` section at work: its name servers, and the names that are being followed. */
export class ResolversSection implements ResolutionSection {
  readonly nameservers: readonly Nameserver[];
  readonly #resolutions = new Map<string, Resolution>();
  readonly #expected = new Map<number, Resolution>();

  constructor(
    readonly model: ResolversModel,
    readonly clock: CheckClock,
    open: OpenLink,
  ) {
    this.nameservers = model.nameservers.map(
      ({ name, address }) =>
        new Nameserver(name, address, model.payloadSize, open, (from, message) => this.#receive(from, message)),
    );
  }

  get name(): string {
    return this.model.name;
  }

  /** Begins to follow a name, or joins those who do. */
  follow(name: string, type: QuestionType, requester: Requester): Resolution {
    const key = `${type} ${name.toLowerCase()}`;
    let resolution = this.#resolutions.get(key);
    if (resolution === undefined) {
      resolution = new Resolution(this, name, type);
      this.#resolutions.set(key, resolution);
    }
    resolution.requesters.add(requester);
    if (resolution.lastEnded === undefined) resolution.start();
    return resolution;
  }

  /** The last one who leaves ends it. */
  leave(resolution: Resolution, requester: Requester): void {
    resolution.requesters.delete(requester);
    if (resolution.requesters.size > 0) return;
    resolution.stop();
    this.#resolutions.delete(`${resolution.preferred} ${resolution.name.toLowerCase()}`);
  }

  /** Whether one more question can be told from the others. */
  get hasRoom(): boolean {
    return this.#expected.size < MOST_QUESTIONS;
  }

  expect(id: number, resolution: Resolution): boolean {
    if (this.#expected.has(id)) return false;
    this.#expected.set(id, resolution);
    return true;
  }

  forget(id: number): void {
    this.#expected.delete(id);
  }

  #receive(from: Nameserver, message: Received): void {
    const resolution = this.#expected.get(message.id);
    if (resolution === undefined) from.counters.outdated++;
    else resolution.receive(from, message);
  }

  close(): void {
    for (const resolution of this.#resolutions.values()) resolution.stop();
    this.#resolutions.clear();
    for (const server of this.nameservers) server.close();
  }
}
