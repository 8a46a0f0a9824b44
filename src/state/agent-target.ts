import { HealthTarget } from './health-target.js';

/** A server as its agent's questions see it: the agent listens on a port of its own, and maybe on another machine. */
export class AgentTarget extends HealthTarget {
  override get address(): string {
    const { agentAddress } = this.server.model;
    if (agentAddress === undefined) return this.server.address;
    return this.server.resolved.get(agentAddress) ?? agentAddress;
  }
  override get port(): number {
    return this.server.model.agentPort ?? 0;
  }
  override get path(): string {
    return '';
  }
  override greeting(): string {
    return '';
  }
}
