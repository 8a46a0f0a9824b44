import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import type { Runtime } from '../state/runtime.js';
import { retriesConnect, retryMask } from './retry.js';
import { ConnectionPool } from './pool.js';

/** HAProxy's default of `pool-purge-delay`, ms. */
const PURGE_DELAY = 5000;

/** Servers, and what stands in for them. */
export function connectedTo({ servers, dispatch }: Backend): readonly Server[] {
  return dispatch === undefined ? servers : [...servers, dispatch];
}

/** Gives every server its pool of idle connections. @returns what stops the purging */
export function setUpUpstreams(runtime: Runtime): () => void {
  for (const backend of runtime.backends) {
    backend.retryAfterSend = retryMask(backend.model.retryOn);
    backend.retriesConnect = retriesConnect(backend.model.retryOn);
    for (const server of connectedTo(backend)) equipServer(server);
  }
  const delays = new Set(allServers(runtime).map(purgeDelay));
  // Servers that come later are purged with those of the default delay, when theirs is one that nobody had.
  delays.add(PURGE_DELAY);
  // A server with a delay of 0 keeps no idle connections, so there is nothing to purge.
  delays.delete(0);
  const known = (delay: number): number => (delays.has(delay) ? delay : PURGE_DELAY);
  const timers = [...delays].map((delay) =>
    every(delay, () => allServers(runtime).filter((server) => known(purgeDelay(server)) === delay)),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
    for (const server of allServers(runtime)) server.pool.clear();
  };
}

/** Gives a server its pool of idle connections. */
export function equipServer(server: Server): void {
  server.pool = new ConnectionPool(server);
}

const allServers = ({ backends }: Runtime): Server[] => backends.flatMap(({ servers }) => servers);
const purgeDelay = ({ model }: Server): number => model.poolPurgeDelay ?? PURGE_DELAY;

function every(delay: number, servers: () => readonly Server[]): NodeJS.Timeout {
  const timer = setInterval(() => {
    for (const server of servers()) server.pool.purge();
  }, delay);
  timer.unref();
  return timer;
}
