import type { BalancedServer } from '../../core/balancer.js';
import { defineAlgorithm } from '../algorithm.js';
import { saturated } from '../farm.js';
import { rankedBy, type Ranking } from '../ranked.js';

const lowestId: Ranking = {
  name: 'first',
  byLoad: false,
  key: (server: BalancedServer) => server.id,
  hasRoom: (server: BalancedServer) => !saturated(server),
};

export const first = defineAlgorithm({
  name: 'first',
  manual: '4.2',
  summary: 'the first server with a free slot',
  http: false,
  dynamicWeights: true,
  parse: () => undefined,
  create: (_, context) => rankedBy(lowestId, context),
});
