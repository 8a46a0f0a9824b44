import type { BalancedServer } from '../../core/balancer.js';
import { defineAlgorithm } from '../algorithm.js';
import { rankedBy, type Ranking } from '../ranked.js';

const MAX_WEIGHT = 4096;

/** Streams per weight, those queued at the server included; an idle server comes before all, whatever its weight. */
const fewestConnections: Ranking = {
  name: 'leastconn',
  byLoad: true,
  key(server: BalancedServer, weight: number): number {
    const streams = server.served + server.queued;
    return streams === 0 ? 0 : Math.trunc(((streams + 1) * MAX_WEIGHT) / weight);
  },
  // a place in the server's own queue counts as room
  hasRoom(server: BalancedServer): boolean {
    const limit = server.dynamicMaxconn;
    return limit === 0 || server.served + server.queued < limit + server.maxqueue;
  },
};

export const leastconn = defineAlgorithm({
  name: 'leastconn',
  manual: '4.2',
  summary: 'the server with the fewest connections',
  http: false,
  dynamicWeights: true,
  parse: () => undefined,
  create: (_, context) => rankedBy(fewestConnections, context),
});
