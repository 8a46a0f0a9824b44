import type { ServerModel } from '../config/model.js';
import type { CheckResult } from '../core/check.js';
import type { Arena } from './arena.js';
import { HealthRecord } from './health-record.js';

/** `rise` and `fall` of agents: what one says counts at once. */
export const AGENT_RISE = 1;

/** Where its agent listens; undefined = where the server does. `addr` and `port` are for both kinds of checks. */
export const agentAddress = (model: ServerModel): string | undefined => model.agentAddress ?? model.checkAddress?.host;

/** 0 = none. A port behind `addr` is that of health checks alone. */
export function agentPort({ agentPort, checkAddress, checkPort }: ServerModel): number {
  return agentPort ?? (checkPort === checkAddress?.port ? 0 : (checkPort ?? 0));
}

/** What is known of a server by its agent (manual 5.2 `agent-check`). The main thread asks it, all threads see the rest. */
export class Agent {
  /** Where it listens; undefined = where the server is. A name until it is resolved. May change at run time. */
  address: string | undefined;
  port: number;
  /** What it is sent first. */
  send: string;
  readonly #record: HealthRecord;

  constructor(model: ServerModel, arena: Arena) {
    this.address = agentAddress(model);
    this.port = agentPort(model);
    this.send = model.agentSend ?? '';
    this.#record = new HealthRecord(arena);
    if (arena.place.index !== 0) return;
    this.enabled = true;
    this.health = AGENT_RISE;
  }

  /** Asked; an administrator may switch it off and on. */
  get enabled(): boolean {
    return this.#record.checked;
  }
  set enabled(yes: boolean) {
    this.#record.checked = yes;
  }
  /** 0 = it said down, 1 = it did not. */
  get health(): number {
    return this.#record.health;
  }
  set health(value: number) {
    this.#record.health = value;
  }
  get inProgress(): boolean {
    return this.#record.inProgress;
  }
  set inProgress(yes: boolean) {
    this.#record.inProgress = yes;
  }
  get result(): CheckResult {
    return this.#record.result;
  }
  set result(result: CheckResult) {
    this.#record.result = result;
  }

  /** It keeps the server down. */
  get down(): boolean {
    return this.enabled && this.health < AGENT_RISE;
  }
}
