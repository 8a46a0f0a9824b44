import { randomInt } from 'node:crypto';
import type { CheckClock } from '../../checks/timing.js';
import type { ResolversModel } from '../../config/model.js';
import {
  encodeQuestion,
  judge,
  type AnswerRecord,
  type QuestionType,
  type Received,
  type Verdict,
} from '../../protocol/dns/message.js';
import type { Nameserver } from './nameserver.js';

/** How the last resolution ended. */
export type ResolutionStatus = 'none' | 'valid' | 'nx' | 'refused' | 'timeout' | 'other';

/** Who wants to know what a name stands for. */
export interface Requester {
  /**
   * There is an answer; `resolution.records` has it.
   * @param from the name server that gave it; undefined for all but the first who hears of it
   */
  answered(from: Nameserver | undefined): void;
  /** All tries were in vain, as `resolution.status` says. */
  failed(): void;
}

/** What a resolution needs of its section. */
export interface ResolutionSection {
  readonly model: ResolversModel;
  readonly clock: CheckClock;
  readonly nameservers: readonly Nameserver[];
  /** It waits for answers with this id, until it calls `forget`. @returns false when somebody else does */
  expect(id: number, resolution: Resolution): boolean;
  forget(id: number): void;
}

/** A record, and when it was last part of an answer (clock.now(), ms). */
export type HeldRecord = AnswerRecord & { lastSeen: number };

const LARGEST_ID = 0xffff;

/**
 * One name that is resolved again and again (manual 5.3.1), as HAProxy does it:
 *
 *     idle ──ask all servers──▶ running ──first valid answer──▶ idle, again after `timeout resolve`
 *                                │ ▲
 *             all answered badly │ │ every `timeout retry`, `resolve_retries` times
 *                                ▼ │
 *                     the other family (A, AAAA) at once, then the preferred one again
 */
export class Resolution {
  status: ResolutionStatus = 'none';
  /** clock.now() of the last valid answer; before there is one, of the beginning. */
  lastValid: number;
  /** clock.now() when the last resolution ended; undefined = none has. */
  lastEnded: number | undefined = undefined;
  readonly records: HeldRecord[] = [];
  readonly requesters = new Set<Requester>();
  #type: QuestionType;
  #id = -1;
  #tries = 0;
  #responses = 0;
  #cancel: () => void = () => undefined;

  constructor(
    private readonly section: ResolutionSection,
    readonly name: string,
    readonly preferred: QuestionType,
  ) {
    this.#type = preferred;
    this.lastValid = section.clock.now();
  }

  get running(): boolean {
    return this.#id >= 0;
  }

  /** Asks now, unless it is asking. */
  start(): void {
    if (this.running) return;
    this.#cancel();
    const { section } = this;
    do this.#id = randomInt(LARGEST_ID + 1);
    while (!section.expect(this.#id, this));
    this.#type = this.preferred;
    this.#tries = Math.max(0, section.model.retries - 1);
    this.#send();
  }

  /** Nobody wants to know any more. */
  stop(): void {
    this.#cancel();
    if (this.running) this.section.forget(this.#id);
    this.#id = -1;
  }

  #send(): void {
    const { section, name } = this;
    this.#cancel();
    this.#responses = 0;
    const question = encodeQuestion(this.#id, name, this.#type, section.model.payloadSize);
    for (const server of section.nameservers) server.ask(question);
    this.#cancel = section.clock.after(section.model.timeouts.retry, () => this.#late());
  }

  /** `timeout retry` is over. */
  #late(): void {
    if (this.#tries === 0) {
      if (this.#responses === 0) this.status = 'timeout';
      this.#giveUp();
      return;
    }
    const other = this.#responses > 0 && this.#type === this.preferred ? otherFamily(this.preferred) : undefined;
    if (other === undefined) this.#tries--;
    this.#type = other ?? this.preferred;
    this.#send();
  }

  /** An answer to its question. */
  receive(from: Nameserver, message: Received): void {
    const asked = message.packet.questions?.[0]?.type;
    if (asked !== undefined && asked !== this.#type) {
      from.counters.outdated++;
      return;
    }
    const verdict = judge(message, this.name, this.#type);
    this.#responses++;
    if (verdict.ok) {
      from.counters.valid++;
      this.#accept(from, verdict.records);
      return;
    }
    from.countProblem(verdict.problem);
    this.status = statusOf(verdict);
    // a slow server may know better than a fast one
    if (this.#responses < this.section.nameservers.length) return;
    const other = this.#type === this.preferred ? otherFamily(this.preferred) : undefined;
    if (other !== undefined) {
      this.#type = other;
      this.#send();
    } else if (this.#tries === 0) this.#giveUp();
  }

  #accept(from: Nameserver, records: readonly AnswerRecord[]): void {
    this.#end();
    this.status = 'valid';
    this.lastValid = this.section.clock.now();
    this.#merge(records);
    let first: Nameserver | undefined = from;
    for (const requester of Array.from(this.requesters)) {
      if (!this.requesters.has(requester)) continue;
      requester.answered(first);
      first = undefined;
    }
  }

  #giveUp(): void {
    this.#end();
    for (const requester of Array.from(this.requesters)) if (this.requesters.has(requester)) requester.failed();
  }

  #end(): void {
    const { section } = this;
    section.forget(this.#id);
    this.#id = -1;
    this.lastEnded = section.clock.now();
    this.#cancel();
    this.#cancel = section.clock.after(section.model.timeouts.resolve, () => this.start());
  }

  /** Keeps records that an answer does not have any more for `hold obsolete`. */
  #merge(fresh: readonly AnswerRecord[]): void {
    const now = this.section.clock.now();
    for (const record of fresh) {
      const known = this.records.findIndex((held) => sameRecord(held, record));
      // the object stays: servers hold on to it
      if (known >= 0) Object.assign(this.records[known], record, { lastSeen: now });
      else this.records.push({ ...record, lastSeen: now });
    }
    const { obsolete } = this.section.model.hold;
    for (let at = this.records.length - 1; at >= 0; at--) {
      const { lastSeen } = this.records[at];
      if (lastSeen < now && lastSeen + obsolete <= now) this.records.splice(at, 1);
    }
  }
}

/** SRV records are not asked for in two ways. */
function otherFamily(type: QuestionType): QuestionType | undefined {
  if (type === 'SRV') return undefined;
  return type === 'A' ? 'AAAA' : 'A';
}

function statusOf(verdict: Verdict & { ok: false }): ResolutionStatus {
  const { problem } = verdict;
  return problem === 'nx' || problem === 'refused' ? problem : 'other';
}

/** A service is told by its target, port and priority: its weight may change. */
function sameRecord(held: AnswerRecord, record: AnswerRecord): boolean {
  if (held.kind === 'address' || record.kind === 'address') {
    return held.kind === 'address' && record.kind === 'address' && held.address === record.address;
  }
  return held.target === record.target && held.port === record.port && held.priority === record.priority;
}
