import type { ProxyModel, TimeoutName } from '../config/model.js';

/** A proxy's timeouts in ms; 0 = infinite (manual 4.2 `timeout …`). */
export interface Timeouts {
  readonly connect: number;
  readonly client: number;
  readonly server: number;
  readonly queue: number;
  readonly tunnel: number;
  readonly httpRequest: number;
  readonly httpKeepAlive: number;
  readonly clientFin: number;
  readonly serverFin: number;
  readonly check: number;
  readonly tarpit: number;
}

/**
 * Manual: `queue` and `tarpit` fall back to `connect` (which a `frontend` has none of), `http-keep-alive` to
 * `http-request`, which falls back to `client`.
 */
export function timeoutsOf({ timeouts, kind }: ProxyModel): Timeouts {
  const ms = (name: TimeoutName): number => timeouts[name] ?? 0;
  return {
    connect: ms('connect'),
    client: ms('client'),
    server: ms('server'),
    queue: timeouts.queue ?? ms('connect'),
    tunnel: ms('tunnel'),
    httpRequest: timeouts['http-request'] ?? ms('client'),
    httpKeepAlive: timeouts['http-keep-alive'] ?? timeouts['http-request'] ?? ms('client'),
    clientFin: ms('client-fin'),
    serverFin: ms('server-fin'),
    check: ms('check'),
    tarpit: timeouts.tarpit ?? (kind === 'frontend' ? 0 : ms('connect')),
  };
}
