import { Cursor, type Word } from '../config/cursor.js';
import { ConfigError, type Diagnostics } from '../config/diagnostics.js';
import type { ProxyModel } from '../config/model.js';
import type { Balancer, BalancedServer } from '../core/balancer.js';
import type { Algorithm, KeyExpression } from './algorithm.js';
import { algorithms } from './algorithms/index.js';
import { roundrobin } from './algorithms/roundrobin.js';
import { defaultHashType, parseHashType, type HashType } from './hash-type.js';

/** What of a proxy decides its balancing. A ProxyModel is one. */
export type BalanceConfig = Pick<
  ProxyModel,
  'name' | 'mode' | 'span' | 'balance' | 'hashType' | 'hashBalanceFactor' | 'hashPreserveAffinity' | 'options'
>;

/** What the caller supplies. */
export interface BalanceServices {
  readonly diagnostics: Diagnostics;
  /** Compiles the expression of `balance hash`, its result cast to binary. @throws ConfigError */
  compileExpression(words: readonly Word[]): KeyExpression;
  /** At least 0 and below 1; Math.random where left out. */
  readonly random?: () => number;
}

/** A backend's balancing as understood: made once, then one balancer per thread. */
export interface BalancePlan {
  /** Name of the algorithm in effect. */
  readonly name: string;
  /** False: `set weight` may only choose between 0 and the configured weight (manual 4.2, static algorithms). */
  readonly dynamicWeights: boolean;
  /**
   * @param servers in the order of the configuration, `index` = position
   * @param turns see BalanceContext
   */
  create(servers: readonly BalancedServer[], turns?: Int32Array): Balancer;
}

/**
 * Understands `balance`, `hash-type` and their companions. Warns where HAProxy does.
 * @throws ConfigError for what cannot be understood
 */
export function planBalance(config: BalanceConfig, services: BalanceServices): BalancePlan {
  const words = config.balance ?? [];
  const chosen = words.length === 0 ? roundrobin : algorithmCalled(words[0]);
  const algorithm = chosen.http && config.mode !== 'http' ? fallback(config, services.diagnostics) : chosen;
  const args =
    algorithm === chosen && words.length > 0 ? readArguments(algorithm, words, services.diagnostics) : undefined;
  const hashType = readHashType(config.hashType, services.diagnostics);
  return {
    name: algorithm.name,
    dynamicWeights: algorithm.dynamicWeights === 'hash' ? hashType.consistent : algorithm.dynamicWeights,
    create: (servers, turns) =>
      algorithm.create(args, {
        servers,
        turns,
        allBackups: config.options.allbackups === true,
        hashType,
        hashBalanceFactor: config.hashBalanceFactor,
        hashPreserveAffinity: config.hashPreserveAffinity,
        compileExpression: (expression) => services.compileExpression(expression),
        random: services.random ?? Math.random,
      }),
  };
}

const UNKNOWN =
  "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and 'rdp-cookie(name)' options.";

/** Splits `name(argument)`. */
function split(text: string): { name: string; argument: string } {
  const open = text.indexOf('(');
  if (open < 0) return { name: text, argument: '' };
  return { name: text.slice(0, open), argument: text.slice(open + 1).replace(/\).*$/s, '') };
}

function algorithmCalled(word: Word): Algorithm {
  const { name } = split(word.text);
  const found = algorithms.get(name);
  if (found !== undefined) return found;
  const near = algorithms.closestTo(name);
  throw new ConfigError(word.span, UNKNOWN, near === undefined ? undefined : `did you mean 'balance ${near}'?`);
}

function readArguments(algorithm: Algorithm, words: readonly Word[], diagnostics: Diagnostics): unknown {
  const cursor = new Cursor(words, diagnostics);
  const word = cursor.next('an algorithm');
  return algorithm.parse(cursor, split(word.text).argument);
}

function readHashType(words: readonly Word[] | undefined, diagnostics: Diagnostics): HashType {
  return words === undefined || words.length === 0 ? defaultHashType : parseHashType(new Cursor(words, diagnostics));
}

function fallback(config: BalanceConfig, diagnostics: Diagnostics): Algorithm {
  const message = `Layer 7 hash not possible for proxy '${config.name}' (needs 'mode http'). Falling back to round robin.`;
  diagnostics.warning(undefined, message);
  return roundrobin;
}
