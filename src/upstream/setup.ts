import type { Runtime } from '../state/runtime.js';
import { retryMask } from './retry.js';
import { ConnectionPool } from './pool.js';

/** HAProxy's `pool-purge-delay` default, ms. */
const PURGE_DELAY = 5000;

/** Gives every server its pool of idle connections. @returns what stops the purging */
export function setUpUpstreams(runtime: Runtime): () => void {
  const pools: ConnectionPool[] = [];
  for (const backend of runtime.backends) {
    backend.retryAfterSend = retryMask(backend.model.retryOn);
    for (const server of backend.servers) {
      const pool = new ConnectionPool(server);
      server.pool = pool;
      pools.push(pool);
    }
  }
  const timer = setInterval(() => {
    for (const pool of pools) pool.purge();
  }, PURGE_DELAY);
  timer.unref();
  return () => {
    clearInterval(timer);
    for (const pool of pools) pool.clear();
  };
}
