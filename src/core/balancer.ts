import type { StreamContext } from './stream.js';

/**
 * Load-balancing contract (manual 4.2 `balance`). One instance per backend and thread; `pick` runs per request and must
 * not allocate. The order in which servers are picked equals HAProxy's, request by request, for every deterministic
 * algorithm; test/differential proves it.
 */
export interface BalancedServer {
  /** Position in the configuration, 0-based. */
  readonly index: number;
  readonly name: string;
  /** `id` keyword or position, from 1; consistent hashing derives its points from it. */
  readonly id: number;
  readonly address: string;
  readonly port: number;
  /** Static weight as configured or set at run time, 0..256. */
  readonly userWeight: number;
  /** Effective weight: userWeight x 16, scaled down during slowstart (HAProxy's BE_WEIGHT_SCALE = 16); 0 = drains. */
  readonly effectiveWeight: number;
  readonly backup: boolean;
  /** UP (or unchecked) and not in maintenance; weight 0 is still usable for persistence but never picked. */
  readonly usable: boolean;
  /** Sessions being served now. */
  readonly served: number;
  /** Streams waiting in the server's own queue. */
  readonly queued: number;
  /** Current `maxconn` of the server after `minconn`/`fullconn`, 0 = unlimited. */
  readonly dynamicMaxconn: number;
  /** Limit of the server's own queue, 0 = unlimited. */
  readonly maxqueue: number;
}

export const enum ServerChange {
  Up,
  Down,
  Weight,
  /** `served` went up: a stream was given to the server. */
  Take,
  /** `served` went down: a stream left it. */
  Release,
}

/** What a balancer may look at. */
export interface BalanceInput {
  /** undefined for balancing outside of a stream (checks, dispatching of log lines). */
  readonly stream: StreamContext | undefined;
  /** The server to avoid (the one that just failed, on redispatch), or undefined. */
  readonly avoid: BalancedServer | undefined;
}

export interface Balancer {
  readonly name: string;
  /** True when the same input always finds the same server (hashes): redispatch then waits before the same server is retried. */
  readonly deterministic: boolean;
  /**
   * Chooses a server. Saturated servers are skipped by the algorithms that do so in HAProxy (roundrobin, static-rr,
   * leastconn, first, random), not by hashes.
   * @returns undefined when none is usable (the caller queues in the backend or answers 503)
   */
  pick(input: BalanceInput): BalancedServer | undefined;
  /** A server's state, weight or load changed. Called between picks, never during one. */
  update(server: BalancedServer, change: ServerChange): void;
}
