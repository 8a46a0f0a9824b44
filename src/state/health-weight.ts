import type { ProxyModel } from '../config/model.js';
import type { Backend } from './backend.js';
import { Admin, ServerState, WEIGHT_SCALE, type Server } from './server.js';

/** Which servers count, and with what weight. */

/** Whether balancing gives it new work: up, not asked to stop, not in maintenance or drain, with a weight. */
export function takesWork(server: Server): boolean {
  const up = server.state === ServerState.Running || server.state === ServerState.Starting;
  return up && (server.admin & (Admin.AnyMaint | Admin.AnyDrain)) === 0 && server.effectiveWeight > 0;
}

/** Counts the backend's servers that take work, as `act` and `bck` in the statistics. */
export function recount(backend: Backend): void {
  let active = 0;
  let backup = 0;
  for (const server of backend.servers) {
    if (!takesWork(server)) continue;
    if (server.backup) backup++;
    else active++;
  }
  // in one step: other threads may be looking
  backend.activeServers = active;
  backend.backupServers = backup;
}

/** `slowstart` in whole seconds, as HAProxy counts it. */
const slowstartSeconds = (server: Server): number => Math.ceil(server.slowstart / 1000);

/** Between two steps of a slow start, in ms. */
export const slowstartStep = (server: Server): number => Math.max(1000, Math.floor(server.slowstart / 20));

/** The slow start is over. */
export const warmedUp = (server: Server, nowSeconds: number): boolean =>
  nowSeconds < server.lastChange || nowSeconds >= server.lastChange + slowstartSeconds(server);

/** Effective weight by configured weight and, while starting, the time since the start: sixteenths of the weight. */
export function weigh(server: Server, nowSeconds: number): void {
  let scale = WEIGHT_SCALE;
  const { backend } = server;
  if (server.state === ServerState.Starting && server.slowstart > 0 && followsWeights(backend.model)) {
    const seconds = slowstartSeconds(server);
    const elapsed = Math.max(0, nowSeconds - server.lastChange);
    scale = Math.min(WEIGHT_SCALE, Math.floor((WEIGHT_SCALE * elapsed + seconds) / seconds));
  }
  server.effectiveWeight = server.userWeight * scale;
}

const HASHES = new Set(['source', 'uri', 'url_param', 'rdp-cookie', 'hash']);

/** Whether the algorithm's weights can change at run time (manual 4.2 `balance`, `hash-type`): others start at full weight. */
export function followsWeights({ balance, hashType }: ProxyModel): boolean {
  const algorithm = balance?.[0]?.text ?? 'roundrobin';
  if (algorithm === 'static-rr') return false;
  return HASHES.has(algorithm) || algorithm.startsWith('hdr') ? hashType?.[0]?.text === 'consistent' : true;
}
