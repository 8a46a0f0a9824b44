import type { BalancedServer, ServerChange } from '../core/balancer.js';

/** Maps hashes to servers: what the `hash-type` method chooses. */
export interface HashTable {
  /** @param hash unsigned 32 bits @returns undefined when nobody takes part */
  find(hash: number, avoid: BalancedServer | undefined): BalancedServer | undefined;
  /** The next server in turn with room, for requests without a key. */
  next(avoid: BalancedServer | undefined): BalancedServer | undefined;
  update(server: BalancedServer, change: ServerChange): void;
}
