import { availableParallelism } from 'node:os';
import type { ConfigModel } from '../../config/model.js';
import { ONLY_THREAD, type ThreadPlace } from '../../core/threads.js';

/** How many threads there are, and when they begin. */
export interface ThreadPlan {
  /** The main thread's. */
  readonly place: ThreadPlace;
  /** At once; otherwise when the main thread alone has too much to do. */
  readonly atOnce: boolean;
}

export const ALONE_PLAN: ThreadPlan = { place: ONLY_THREAD, atOnce: false };

/**
 * `nbthread` (manual 3.1): that many threads carry traffic, beside the main one. Without it as many as the machine has cores,
 * as with HAProxy, but they begin only when there is work for them.
 */
export function planThreads({ global }: Pick<ConfigModel, 'global'>): ThreadPlan {
  const count = global.nbthread ?? availableParallelism();
  return count === 1 ? ALONE_PLAN : { place: { index: 0, count: count + 1 }, atOnce: global.nbthread !== undefined };
}

/** Below so much idle time the main thread has too much to do alone, in percent. */
const BUSY = 50;
/** For so many seconds. */
const FOR_SECONDS = 2;

/** Calls `start` once the thread has been busy for a while. @returns what stops the waiting */
export function whenBusy(idlePercent: () => number, start: () => void): () => void {
  let busy = 0;
  const timer = setInterval(() => {
    busy = idlePercent() < BUSY ? busy + 1 : 0;
    if (busy < FOR_SECONDS) return;
    clearInterval(timer);
    start();
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}
