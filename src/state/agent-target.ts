import type { Agent } from './agent.js';
import { HealthTarget } from './health-target.js';
import type { Server } from './server.js';

/** A server as its agent's questions see it: the agent listens on a port of its own, and maybe on another machine. */
export class AgentTarget extends HealthTarget {
  constructor(
    server: Server,
    private readonly agent: Agent,
    node: string,
  ) {
    super(server, node);
  }

  override get address(): string {
    return this.agent.address ?? this.server.address;
  }
  override get port(): number {
    return this.agent.port;
  }
  override get path(): string {
    return '';
  }
  override greeting(): string {
    return '';
  }
}
