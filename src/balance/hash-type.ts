import { avalanche, hashFunctions, sdbm, type HashFunction } from '../base/hash.js';
import type { Cursor } from '../config/cursor.js';
import { closest } from '../base/closest.js';

/** `hash-type` as understood. */
export interface HashType {
  readonly consistent: boolean;
  readonly hash: HashFunction;
  readonly avalanche: boolean;
}

/** Without a `hash-type` line. */
export const defaultHashType: HashType = { consistent: false, hash: sdbm, avalanche: false };

/** Reads `<method> [<function>] [avalanche]` (manual 4.2). @throws ConfigError in HAProxy's words */
export function parseHashType(words: Cursor): HashType {
  const method = words.peek();
  const consistent = words.take('consistent');
  if (!consistent && !words.take('map-based')) {
    words.fail("'hash-type' only supports 'consistent' and 'map-based'.", method, near(method?.text, METHODS));
  }
  const name = words.peek();
  if (name === undefined) return { consistent, hash: sdbm, avalanche: consistent };
  const hash = Object.hasOwn(hashFunctions, name.text) ? hashFunctions[name.text] : undefined;
  if (hash === undefined) {
    const hint = near(name.text, Object.keys(hashFunctions));
    return words.fail("'hash-type' only supports 'sdbm', 'djb2', 'crc32', or 'wt6' hash functions.", name, hint);
  }
  words.next('a hash function');
  const modifier = words.peek();
  const mixed = words.take('avalanche');
  if (modifier !== undefined && !mixed) {
    words.fail(
      "'hash-type' only supports 'avalanche' as a modifier for hash functions.",
      modifier,
      near(modifier.text, ['avalanche']),
    );
  }
  return { consistent, hash, avalanche: mixed };
}

const METHODS = ['consistent', 'map-based'];

function near(word: string | undefined, candidates: readonly string[]): string | undefined {
  const found = word === undefined ? undefined : closest(word, candidates);
  return found === undefined ? undefined : `did you mean '${found}'?`;
}

/** Hashes a stretch of a key as the `hash-type` says. */
export function hashKey(type: HashType, text: string, start: number, end: number): number {
  const hash = type.hash(text, start, end);
  return type.avalanche ? avalanche(hash) : hash;
}
