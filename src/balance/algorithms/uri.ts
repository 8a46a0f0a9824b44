import type { StreamContext } from '../../core/stream.js';
import { defineAlgorithm } from '../algorithm.js';
import { hashed, NO_KEY } from '../hashed.js';
import { hashKey } from '../hash-type.js';

interface UriArgs {
  /** Bytes looked at, 0 = all. */
  readonly length: number;
  /** Directories looked at, 0 = all. */
  readonly depth: number;
  /** Up to the end, not only up to the question mark. */
  readonly whole: boolean;
  /** From the path on, without scheme and authority. */
  readonly pathOnly: boolean;
}

const SLASH = 47;
const QUESTION_MARK = 63;

export const uri = defineAlgorithm<UriArgs>({
  name: 'uri',
  manual: '4.2',
  summary: "hash of the request's URI",
  http: true,
  dynamicWeights: 'hash',
  parse(words) {
    const args = { length: 0, depth: 0, whole: false, pathOnly: false };
    while (words.more()) {
      const word = words.next('a parameter');
      if (word.text === 'len') args.length = words.integer('a length', { min: 1 });
      else if (word.text === 'depth') args.depth = words.integer('a depth', { min: 1 });
      else if (word.text === 'whole') args.whole = true;
      else if (word.text === 'path-only') args.pathOnly = true;
      else
        words.fail(
          `balance uri only accepts parameters 'len', 'depth', 'path-only', and 'whole' (got '${word.text}').`,
          word,
        );
    }
    return args;
  },
  create: (args, context) =>
    hashed('uri', context, (type) => (stream: StreamContext) => {
      if (stream.request === undefined) return NO_KEY;
      const target = stream.request.target;
      const start = args.pathOnly ? pathStart(target) : 0;
      return hashKey(type, target, start, keyEnd(target, start, args));
    }),
});

/** Where the key ends: at `len`, before the slash that would exceed `depth`, or at the question mark. */
export function keyEnd(target: string, start: number, { length, depth, whole }: UriArgs): number {
  const limit = length > 0 ? Math.min(target.length, start + length) : target.length;
  let slashes = 0;
  for (let i = start; i < limit; i++) {
    const code = target.charCodeAt(i);
    // one more than `depth`, because the first slash opens the path
    if (code === SLASH && ++slashes === depth + 1 && depth > 0) return i;
    if (code === QUESTION_MARK && !whole) return i;
  }
  return limit;
}

/** Where the path of a request target begins; its end when there is none (`*`, an authority). */
export function pathStart(target: string): number {
  if (target.charCodeAt(0) === SLASH) return 0;
  const scheme = target.indexOf('://');
  if (scheme < 0) return target.length;
  const path = target.indexOf('/', scheme + 3);
  return path < 0 ? target.length : path;
}
