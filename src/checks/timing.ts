import { clock } from '../base/clock.js';
/** Time for checks, injectable. Checks are few and slow beside requests: plain timers do. */
export interface CheckClock {
  /** Monotonic milliseconds, with a fraction. */
  now(): number;
  /** Date.now() in whole seconds. */
  seconds(): number;
  /** Calls `run` in `ms` milliseconds. @returns what cancels it (idempotent) */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: CheckClock = {
  now: () => clock.now(),
  seconds: () => Math.floor(Date.now() / 1000),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** How long the parts of a check may take, in ms (manual 4.2 `timeout check`); 0 = not set. */
export interface CheckTimeouts {
  /** The interval at which the server is checked now. */
  readonly inter: number;
  readonly connect: number;
  readonly check: number;
}

/** Time for one connection attempt: `inter`, and `timeout connect` too once `timeout check` is set. */
export function connectTime({ inter, connect, check }: CheckTimeouts): number {
  return check > 0 && connect > 0 ? Math.min(inter, connect) : inter;
}
