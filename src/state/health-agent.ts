import { CHECK_STATUSES, type AgentReply, type CheckResult } from '../core/check.js';
import { LogLevel } from '../core/log.js';
import { AGENT_RISE, type Agent } from './agent.js';
import type { Health } from './health.js';
import { HealthAdmin } from './health-admin.js';
import { agentLine } from './health-messages.js';
import { followsWeights } from './health-weight.js';
import type { Server } from './server.js';

const GREATEST_WEIGHT = 256;

/**
 * Does what agents say (manual 5.2 `agent-check`): first the administrative state, then weight and `maxconn`, then up or
 * down. Only an agent's own words count; one that cannot be asked changes nothing.
 */
export class HealthAgent {
  readonly #admin: HealthAdmin;

  constructor(readonly health: Health) {
    this.#admin = new HealthAdmin(health);
  }

  /** An agent is being asked: `* L7OK` in the statistics, the last result without its text. */
  started(agent: Agent): void {
    agent.inProgress = true;
    agent.result = { ...agent.result, info: '' };
  }

  /** It answered, or did not. */
  ended(server: Server, agent: Agent, result: CheckResult): void {
    agent.inProgress = false;
    const { agent: reply } = result;
    const final = reply === undefined ? result : this.#obey(server, result, reply);
    const previous = agent.result.status;
    agent.result = final;
    const verdict = CHECK_STATUSES[final.status].result;
    const changed = this.#count(agent, final);
    if (verdict !== 'unknown') this.#log(server, agent, changed || previous !== final.status);
    if (server.inMaintenance) return;
    const cause = logsChecks(server) ? undefined : final;
    if (final.status === 'L7STS') this.health.down(server, cause);
    else if (verdict === 'passed' && passes(server)) this.health.up(server, cause);
  }

  /** What an administrator says in the agent's place, until it speaks again. */
  force(server: Server, agent: Agent, up: boolean, cause: string): void {
    agent.health = up ? AGENT_RISE : 0;
    if (up) this.health.up(server, cause);
    else this.health.down(server, cause);
  }

  /** Only what it says itself counts. @returns whether that is news */
  #count(agent: Agent, { status }: CheckResult): boolean {
    const before = agent.health;
    if (status === 'L7STS') agent.health = 0;
    else if (status === 'L7OK') agent.health = AGENT_RISE;
    return before !== agent.health;
  }

  #log(server: Server, agent: Agent, news: boolean): void {
    if (news && logsChecks(server)) this.health.say(server, LogLevel.Notice, agentLine(server, agent), LogLevel.Info);
  }

  #obey(server: Server, result: CheckResult, reply: AgentReply): CheckResult {
    this.#administer(server, reply.admin);
    const problem = this.#weigh(server, reply.weight);
    const more = this.#limit(server, reply.maxconn);
    return summarise(result, reply, more ?? problem);
  }

  #administer(server: Server, state: AgentReply['admin']): void {
    if (state === 'ready') this.#admin.setReady(server);
    else if (state === 'drain') this.#admin.setDrain(server);
    else if (state === 'maint') this.#admin.setMaintenance(server);
  }

  /** `75%` of the weight in the configuration. @returns what is wrong with it */
  #weigh(server: Server, text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    if (!/^\d+%$/.test(text)) return 'Trailing garbage in weight string';
    const weight = Math.min(GREATEST_WEIGHT, Math.floor((server.initialWeight * Number.parseInt(text, 10)) / 100));
    if (!followsWeights(server.backend.model) && weight !== 0 && weight !== server.initialWeight) {
      return "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.";
    }
    this.health.setWeight(server, weight);
    return undefined;
  }

  #limit(server: Server, text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    if (!/^\d/.test(text)) return 'maxconn string empty or preceded by garbage';
    if (!/^\d+$/.test(text)) return 'Trailing garbage in maxconn string';
    this.health.setMaxconn(server, Number(text));
    return undefined;
  }
}

/** The result that statistics and logs show. */
function summarise(result: CheckResult, reply: AgentReply, problem: string | undefined): CheckResult {
  const { operation, unknown, description } = reply;
  if (operation !== undefined) {
    const more = unknown ?? description;
    const info = `via agent : ${operation}${more === '' ? '' : ` (${more})`}`;
    return { ...result, status: operation.toLowerCase() === 'up' ? 'L7OK' : 'L7STS', info };
  }
  if (unknown !== undefined) return { ...result, info: `agent reports an error : ${unknown}` };
  return problem === undefined ? result : { ...result, info: `agent warns : ${problem}` };
}

/** Neither its checks nor its agent keep it down. */
const passes = (server: Server): boolean =>
  (!server.checked || server.health >= server.rise) && server.agent?.down !== true;

const logsChecks = ({ backend }: Server): boolean => backend.model.options['log-health-checks'] === true;
