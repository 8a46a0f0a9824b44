import { avalanche } from '../../base/hash.js';
import type { StreamContext } from '../../core/stream.js';
import { addressWord, NO_ADDRESS } from '../address-word.js';
import { defineAlgorithm } from '../algorithm.js';
import { hashed, NO_KEY } from '../hashed.js';

export const source = defineAlgorithm({
  name: 'source',
  manual: '4.2',
  summary: "hash of the client's address",
  http: false,
  dynamicWeights: 'hash',
  parse: () => undefined,
  // The address itself is the hash: HAProxy applies the modifier here, but never the function.
  create: (_, context) =>
    hashed('source', context, (type) => (stream: StreamContext) => {
      const word = addressWord(stream.session.source);
      if (word === NO_ADDRESS) return NO_KEY;
      return type.avalanche ? avalanche(word) : word;
    }),
});
