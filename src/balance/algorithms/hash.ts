import type { Word } from '../../config/cursor.js';
import { defineAlgorithm } from '../algorithm.js';
import { hashedText } from '../hashed.js';

export const hash = defineAlgorithm<readonly Word[]>({
  name: 'hash',
  manual: '4.2',
  summary: 'hash of an expression',
  http: false,
  dynamicWeights: 'hash',
  parse(words) {
    if (!words.more()) words.fail('balance hash requires a sample expression.');
    return words.rest();
  },
  create: (words, context) => hashedText('hash', context, context.compileExpression(words)),
});
