import type { Balancer, BalancedServer, BalanceInput, ServerChange } from '../core/balancer.js';
import type { StreamContext } from '../core/stream.js';
import type { BalanceContext } from './algorithm.js';
import { HashRing } from './hash-ring.js';
import type { HashTable } from './hash-table.js';
import { hashKey, type HashType } from './hash-type.js';
import { ServerMap } from './server-map.js';

/** The hash of a stream's key, unsigned 32 bits, or NO_KEY. */
export type StreamHash = (stream: StreamContext) => number;

/** The stream has no such key: the servers take turns. */
export const NO_KEY = -1;

/** A balancer that sends equal keys to equal servers. */
export class HashedBalancer implements Balancer {
  readonly deterministic = true;

  constructor(
    readonly name: string,
    readonly hash: StreamHash,
    readonly table: HashTable,
  ) {}

  pick(input: BalanceInput): BalancedServer | undefined {
    const hash = input.stream === undefined ? NO_KEY : this.hash(input.stream);
    return hash === NO_KEY ? this.table.next(input.avoid) : this.table.find(hash, input.avoid);
  }

  update(server: BalancedServer, change: ServerChange): void {
    this.table.update(server, change);
  }
}

/** The table that `hash-type` asks for. */
function createTable(context: BalanceContext): HashTable {
  const { servers, allBackups } = context;
  if (!context.hashType.consistent) return new ServerMap(servers, allBackups);
  return new HashRing(servers, allBackups, context.hashBalanceFactor, context.hashPreserveAffinity);
}

/** A balancer over the backend's hash table. */
export function hashed(name: string, context: BalanceContext, hash: (type: HashType) => StreamHash): Balancer {
  return new HashedBalancer(name, hash(context.hashType), createTable(context));
}

/** One that hashes all of a text. @param key undefined = the stream has none */
export function hashedText(
  name: string,
  context: BalanceContext,
  key: (stream: StreamContext) => string | undefined,
): Balancer {
  return hashed(name, context, (type) => (stream) => {
    const text = key(stream);
    return text === undefined ? NO_KEY : hashKey(type, text, 0, text.length);
  });
}
