import type { CheckTarget } from '../checks/plan.js';
import type { CheckTimeouts } from '../checks/timing.js';
import type { CheckResult } from '../core/check.js';
import type { Agent } from './agent.js';
import { AgentTarget } from './agent-target.js';
import type { Health } from './health.js';
import { HealthAgent } from './health-agent.js';
import { HealthTarget } from './health-target.js';
import { ServerState, type Server } from './server.js';

/** HAProxy's default for `inter` and `agent-inter`. */
const DEFAULT_INTERVAL = 2000;

/** Something that is asked of a server again and again: how it is, or what its agent says. */
export interface Probe {
  readonly server: Server;
  readonly target: CheckTarget;
  /** ms until the next one. */
  readonly interval: number;
  readonly timeouts: CheckTimeouts;
  /** True while nobody wants to know. */
  readonly idle: boolean;
  started(): void;
  ended(result: CheckResult): void;
  /** It was stopped in the middle. */
  dropped(): void;
}

/** The times between two checks of a server (manual 5.2 `inter`, `fastinter`, `downinter`), ms. */
export function checkInterval(server: Server): number {
  const { inter = DEFAULT_INTERVAL, fastinter, downinter } = server.model;
  if (server.health === server.rise + server.fall - 1) return inter;
  if (server.state === ServerState.Stopped && server.health === 0) return downinter ?? inter;
  return fastinter ?? inter;
}

export class HealthProbe implements Probe {
  readonly target: HealthTarget;

  constructor(
    readonly server: Server,
    private readonly health: Health,
    node: string,
  ) {
    this.target = new HealthTarget(server, node);
  }

  get interval(): number {
    return checkInterval(this.server);
  }
  get timeouts(): CheckTimeouts {
    const { connect, check } = this.server.backend.timeouts;
    return { inter: this.server.model.inter ?? DEFAULT_INTERVAL, connect, check };
  }
  /** Maintenance, or checks switched off by an administrator. */
  get idle(): boolean {
    const { server } = this;
    return server.inMaintenance || !server.checked || server.backend.disabled;
  }
  started(): void {
    this.health.checkStarted(this.server);
  }
  ended(result: CheckResult): void {
    this.health.checkEnded(this.server, result);
  }
  dropped(): void {
    this.server.checkInProgress = false;
  }
}

export class AgentProbe implements Probe {
  readonly target: AgentTarget;
  private readonly listener: HealthAgent;

  constructor(
    readonly server: Server,
    private readonly agent: Agent,
    health: Health,
    node: string,
  ) {
    this.target = new AgentTarget(server, agent, node);
    this.listener = new HealthAgent(health);
  }

  get interval(): number {
    return this.server.model.agentInter ?? DEFAULT_INTERVAL;
  }
  get timeouts(): CheckTimeouts {
    const { connect, check } = this.server.backend.timeouts;
    return { inter: this.interval, connect, check };
  }
  /** In maintenance it goes on: only the agent can take back what it did. */
  get idle(): boolean {
    return !this.agent.enabled || this.server.backend.disabled;
  }
  started(): void {
    this.listener.started(this.agent);
  }
  ended(result: CheckResult): void {
    this.listener.ended(this.server, this.agent, result);
  }
  dropped(): void {
    this.agent.inProgress = false;
  }
}
