import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import type { Runtime } from '../state/runtime.js';
import { retriesConnect, retryMask } from './retry.js';
import { backLimits } from '../protocol/h2/limits.js';
import { messageLimits } from '../protocol/message-limits.js';
import { H2Pool } from './h2-pool.js';
import { MixedPool, type Speech } from './mixed-pool.js';
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
    for (const server of connectedTo(backend)) equipServer(server, runtime.model.global.tune);
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

/** Gives a server its pool of connections. @param tune of `global` */
export function equipServer(server: Server, tune: ReadonlyMap<string, number>): void {
  const h2 = (): H2Pool => new H2Pool(server, { limits: backLimits(tune), heads: messageLimits(tune) });
  const main = speechOf(server);
  const webSockets = webSocketSpeech(server, main);
  if (main === webSockets && main !== 'alpn') server.pool = main === 'h2' ? h2() : new ConnectionPool(server);
  else
    server.pool = new MixedPool(
      new ConnectionPool(server),
      h2(),
      main,
      webSockets,
      (server.model.ws ?? 'auto') === 'auto',
    );
}

/** `set server … ssl` (management manual 9.3): for connections from now on; health checks stay as they are. */
export function switchTls(server: Server, on: boolean, tune: ReadonlyMap<string, number>): void {
  const { tls, tlsName } = on && server.readyTls !== undefined ? server.readyTls : PLAIN;
  server.tls = tls;
  server.tlsName = tlsName;
  server.tlsSwitched = true;
  server.fixedSpec = undefined;
  server.pool.clear();
  equipServer(server, tune);
}

const PLAIN = { tls: undefined, tlsName: undefined };

/** Told, or agreed on where there is a choice (manual 5.2 `proto`, `alpn`). */
function speechOf({ model: { proto }, backend, tls }: Server): Speech {
  if (backend.mode !== 'http') return 'h1';
  if (proto !== undefined) return proto === 'h2' ? 'h2' : 'h1';
  if (tls?.alpn.includes('h2') !== true) return 'h1';
  return tls.alpn.length === 1 ? 'h2' : 'alpn';
}

/** Manual 5.2 `ws`. */
function webSocketSpeech({ model: { ws }, backend, tls }: Server, main: Speech): Speech {
  if (backend.mode !== 'http') return main;
  if (ws === 'h1' || ws === 'h2') return ws;
  return main === 'alpn' && tls?.alpn.includes('http/1.1') === true ? 'h1' : main;
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
