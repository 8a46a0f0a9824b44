import type { CheckResult } from '../core/check.js';

/** `rise` and `fall` of agents: what one says counts at once. */
export const AGENT_RISE = 1;

/** What is known of a server by its agent (manual 5.2 `agent-check`). */
export class Agent {
  /** Asked; an administrator may switch it off and on. */
  enabled = true;
  /** 0 = it said down, 1 = it did not. */
  health = AGENT_RISE;
  inProgress = false;
  result: CheckResult = { status: 'INI', code: 0, info: '', durationMs: 0 };

  /** It keeps the server down. */
  get down(): boolean {
    return this.enabled && this.health < AGENT_RISE;
  }
}
