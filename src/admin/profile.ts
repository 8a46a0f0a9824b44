import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** What `show profiling` calls it; `auto` keeps measuring what it measured before. */
export type ProfileMode = 'on' | 'off' | 'auto-on' | 'auto-off';

/** Turns of the event loop: how many, ms at work in them, ms of waiting for work. */
export interface Turns {
  readonly calls: number;
  readonly active: number;
  readonly idle: number;
}

const NONE: Turns = { calls: 0, active: 0, idle: 0 };

/** Measures the main thread's event loop while it is on (management manual 9.3 `set profiling tasks`). */
export class Profile {
  mode: ProfileMode = 'auto-off';
  #sum = NONE;
  #since: { readonly turns: number; readonly use: EventLoopUtilization } | undefined;

  /** Turning it on begins anew. */
  set(mode: 'on' | 'off' | 'auto'): void {
    const measuring = this.#since !== undefined;
    this.mode = mode === 'auto' ? (measuring ? 'auto-on' : 'auto-off') : mode;
    if (mode === 'on') {
      this.#sum = NONE;
      this.#since = { turns: turnsOfLoop(), use: performance.eventLoopUtilization() };
    } else if (mode === 'off') {
      this.#sum = this.turns;
      this.#since = undefined;
    }
  }

  /** What has been measured so far. */
  get turns(): Turns {
    if (this.#since === undefined) return this.#sum;
    const { active, idle } = performance.eventLoopUtilization(this.#since.use);
    return { calls: Math.max(1, turnsOfLoop() - this.#since.turns), active, idle };
  }
}

/** Turns since the start; Node counts them from 20.18 on. */
function turnsOfLoop(): number {
  const timing: { readonly uvMetricsInfo?: { readonly loopCount: number } } = performance.nodeTiming;
  return timing.uvMetricsInfo?.loopCount ?? 0;
}
