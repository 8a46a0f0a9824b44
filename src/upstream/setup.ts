import type { Runtime } from '../state/runtime.js';
import { retriesConnect, retryMask } from './retry.js';
import { ConnectionPool } from './pool.js';

/** HAProxy's default of `pool-purge-delay`, ms. */
const PURGE_DELAY = 5000;

/** Gives every server its pool of idle connections. @returns what stops the purging */
export function setUpUpstreams(runtime: Runtime): () => void {
  const pools: ConnectionPool[] = [];
  /** By the time between two purges. */
  const byDelay = new Map<number, ConnectionPool[]>();
  for (const backend of runtime.backends) {
    backend.retryAfterSend = retryMask(backend.model.retryOn);
    backend.retriesConnect = retriesConnect(backend.model.retryOn);
    for (const server of backend.servers) {
      const pool = new ConnectionPool(server);
      server.pool = pool;
      pools.push(pool);
      const delay = server.model.poolPurgeDelay ?? PURGE_DELAY;
      byDelay.set(delay, [...(byDelay.get(delay) ?? []), pool]);
    }
  }
  // A server with a delay of 0 keeps no idle connections, so there is nothing to purge.
  const timers = [...byDelay].flatMap(([delay, group]) => (delay === 0 ? [] : purgeEvery(delay, group)));
  return () => {
    for (const timer of timers) clearInterval(timer);
    for (const pool of pools) pool.clear();
  };
}

function purgeEvery(delay: number, pools: readonly ConnectionPool[]): NodeJS.Timeout {
  const timer = setInterval(() => {
    for (const pool of pools) pool.purge();
  }, delay);
  timer.unref();
  return timer;
}
