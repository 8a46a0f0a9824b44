import { defineAlgorithm } from '../algorithm.js';
import { RoundRobin } from '../round-robin.js';

export const roundrobin = defineAlgorithm({
  name: 'roundrobin',
  manual: '4.2',
  summary: 'in turns by weight; weights may change at run time',
  http: false,
  dynamicWeights: true,
  parse: () => undefined,
  create: (_, context) => new RoundRobin(context.servers, context.allBackups, context.turns),
});
