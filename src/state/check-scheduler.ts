import type { CheckTarget } from '../checks/plan.js';
import type { CheckClock, CheckTimeouts } from '../checks/timing.js';
import type { CheckResult } from '../core/check.js';
import type { Backend } from './backend.js';
import type { Health } from './health.js';
import { AgentProbe, HealthProbe, type Probe } from './check-probes.js';
import type { Agent } from './agent.js';
import type { Server } from './server.js';

const LEAST_INTERVAL = 1;
/** Shorter intervals do not bring the first checks of other servers closer together (HAProxy's SRV_CHK_INTER_THRES). */
const SPREAD_THRESHOLD = 1000;

/** What the scheduler starts: checks/index.ts' Check, or a test's fake. */
export interface StartableCheck {
  start(target: CheckTarget, timeouts: CheckTimeouts, done: (result: CheckResult) => void): { cancel(): void };
}

export interface SchedulerEnvironment {
  readonly clock: CheckClock;
  readonly health: Health;
  /** [0, 1): jitter. */
  readonly random: () => number;
  /** `spread-checks`, 0..50 percent. */
  readonly spreadChecks: number;
  /** `max-spread-checks`, ms; undefined = the smallest interval. */
  readonly maxSpreadChecks: number | undefined;
  /** `node` of the global section, '' = the host's name. */
  readonly node: string;
}

/** One server's checks: one after the other, never two at once. */
class CheckedServer {
  #running: { cancel(): void } | undefined;
  #cancelTimer: (() => void) | undefined;
  #due = 0;

  constructor(
    readonly probe: Probe,
    readonly check: StartableCheck,
    readonly environment: SchedulerEnvironment,
  ) {}

  /** The next check in `ms`. */
  schedule(ms: number): void {
    const { clock } = this.environment;
    this.#cancelTimer?.();
    this.#due = clock.now() + ms;
    this.#cancelTimer = clock.after(ms, () => {
      this.#begin();
    });
  }

  /** Advances the next check when it is further away than `ms`. */
  hurry(ms: number): void {
    if (this.#running === undefined && this.#due > this.environment.clock.now() + ms) this.schedule(ms);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#running?.cancel();
    this.#running = undefined;
    this.probe.dropped();
  }

  #begin(): void {
    const { probe } = this;
    if (probe.idle) {
      this.schedule(probe.timeouts.inter);
      return;
    }
    probe.started();
    this.#running = this.check.start(probe.target, probe.timeouts, (result) => {
      this.#running = undefined;
      probe.ended(result);
      this.schedule(this.#next());
    });
  }

  /** The interval, more or less `spread-checks` percent. */
  #next(): number {
    const { interval } = this.probe;
    const reach = Math.floor((interval * this.environment.spreadChecks) / 100);
    return Math.max(LEAST_INTERVAL, interval + reach - Math.floor(2 * reach * this.environment.random()));
  }
}

/**
 * Runs the health checks of all backends. The first ones are spread over each server's interval, so that servers on one
 * machine are not all tested at the same moment (manual 3.2 `spread-checks`, `max-spread-checks`).
 */
export class CheckScheduler {
  readonly #servers = new Map<Server, CheckedServer>();
  readonly #agents = new Map<Server, CheckedServer>();

  constructor(readonly environment: SchedulerEnvironment) {}

  /** Names a backend's check; every server with `check` (and no `track`) will be tested with it. */
  add(backend: Backend, check: StartableCheck): void {
    for (const server of backend.servers) {
      if (!server.model.check || server.tracked !== undefined) continue;
      server.checkable = true;
      server.checked = true;
      this.#servers.set(server, new CheckedServer(this.#probe(server), check, this.environment));
    }
  }

  /** A server that came at run time: its checks begin when they are enabled. */
  addServer(server: Server, check: StartableCheck): void {
    server.checkable = true;
    const checked = new CheckedServer(this.#probe(server), check, this.environment);
    this.#servers.set(server, checked);
    checked.schedule(0);
  }

  /** The server is gone. */
  removeServer(server: Server): void {
    for (const kind of [this.#servers, this.#agents]) {
      kind.get(server)?.stop();
      kind.delete(server);
    }
  }

  /** Checks of the server were enabled: the next one is due now. */
  enabled(server: Server): void {
    this.#servers.get(server)?.hurry(0);
  }

  #probe(server: Server): HealthProbe {
    return new HealthProbe(server, this.environment.health, this.environment.node);
  }

  /** Names how a server's agent is asked. @param delay of a server that comes at run time, ms */
  addAgent(server: Server, agent: Agent, check: StartableCheck, delay?: number): void {
    const probe = new AgentProbe(server, agent, this.environment.health, this.environment.node);
    const asked = new CheckedServer(probe, check, this.environment);
    this.#agents.set(server, asked);
    if (delay !== undefined) asked.schedule(delay);
  }

  /** Begins. Call once, when all backends were added. */
  start(): void {
    const servers = [...this.#servers.values(), ...this.#agents.values()];
    const least = leastSpread(servers.map(({ probe }) => probe.interval));
    servers.forEach((each, position) => {
      const window = Math.max(least, each.probe.interval);
      const capped = Math.min(window, this.environment.maxSpreadChecks ?? window);
      each.schedule(Math.floor((capped * position) / servers.length));
    });
  }

  /** Traffic found errors: tests the server soon (`fastinter`) rather than at its next turn. */
  hurry(server: Server): void {
    const { fastinter } = server.model;
    if (fastinter !== undefined) this.#servers.get(server)?.hurry(fastinter);
  }

  /** Ends all checks, those under way included. */
  stop(): void {
    for (const each of [...this.#servers.values(), ...this.#agents.values()]) each.stop();
    this.#servers.clear();
    this.#agents.clear();
  }
}

/** The smallest interval, short ones left out: the time over which first checks are spread at least. */
function leastSpread(intervals: readonly number[]): number {
  const long = intervals.filter((interval) => interval >= SPREAD_THRESHOLD);
  return long.length === 0 ? 0 : Math.min(...long);
}
