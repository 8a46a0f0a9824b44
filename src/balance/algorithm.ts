import type { Cursor, Word } from '../config/cursor.js';
import type { ProxyModel } from '../config/model.js';
import type { Balancer, BalancedServer } from '../core/balancer.js';
import type { StreamContext } from '../core/stream.js';
import type { HashType } from './hash-type.js';

/** What `balance hash` evaluates per request. @returns the key's bytes as latin1, undefined when the sample fails */
export type KeyExpression = (stream: StreamContext) => string | undefined;

/** What a balancer is made from besides its own arguments. */
export interface BalanceContext {
  readonly servers: readonly BalancedServer[];
  /** `option allbackups` */
  readonly allBackups: boolean;
  readonly hashType: HashType;
  /** `hash-balance-factor`, 0 = off */
  readonly hashBalanceFactor: number;
  readonly hashPreserveAffinity: ProxyModel['hashPreserveAffinity'];
  /** Compiles the expression of `balance hash` to binary; language/ supplies it. @throws ConfigError */
  compileExpression(words: readonly Word[]): KeyExpression;
  /** At least 0 and below 1. */
  random(): number;
  /**
   * Two words of shared memory where other threads pick from the same servers; undefined with one thread. `served` and
   * `queued` then change without a call of update().
   */
  readonly turns: Int32Array | undefined;
}

/** A balancing algorithm. `Args` is what its words mean. */
export interface Algorithm<Args = unknown> {
  readonly name: string;
  /** Section of the configuration manual. */
  readonly manual: string;
  readonly summary: string;
  /** Looks at HTTP requests: a `mode tcp` proxy falls back to roundrobin with HAProxy's warning. */
  readonly http: boolean;
  /**
   * Weights may change at run time. `hash`: only with `hash-type consistent`. Otherwise `set weight` accepts nothing but
   * 0 % and 100 % of the configured weight.
   */
  readonly dynamicWeights: boolean | 'hash';
  /** Reads what follows the name. @param argument what stood in parentheses, '' = nothing @throws ConfigError */
  parse(words: Cursor, argument: string): Args;
  create(args: Args, context: BalanceContext): Balancer;
}

/** Gives the literal its type; the registry need not know `Args`. */
export function defineAlgorithm<Args>(algorithm: Algorithm<Args>): Algorithm {
  return algorithm;
}
