import type { Balancer, BalancedServer, BalanceInput, ServerChange } from '../../core/balancer.js';
import { defineAlgorithm } from '../algorithm.js';
import { ServerMap } from '../server-map.js';

class StaticRoundRobin implements Balancer {
  readonly name = 'static-rr';
  readonly deterministic = false;

  constructor(readonly map: ServerMap) {}

  pick(input: BalanceInput): BalancedServer | undefined {
    return this.map.next(input.avoid);
  }

  update(server: BalancedServer, change: ServerChange): void {
    this.map.update(server, change);
  }
}

export const staticRr = defineAlgorithm({
  name: 'static-rr',
  manual: '4.2',
  summary: 'in turns by fixed weight',
  http: false,
  dynamicWeights: false,
  parse: () => undefined,
  create: (_, context) => new StaticRoundRobin(new ServerMap(context.servers, context.allBackups)),
});
