import type { Balancer, BalancedServer, BalanceInput, ServerChange } from '../../core/balancer.js';
import { defineAlgorithm } from '../algorithm.js';
import { saturated } from '../farm.js';
import { HashRing } from '../hash-ring.js';

/** The less loaded of some servers drawn from the ring. */
class RandomDraws implements Balancer {
  readonly name = 'random';
  readonly deterministic = false;

  constructor(
    readonly ring: HashRing,
    readonly draws: number,
    readonly random: () => number,
  ) {}

  pick(input: BalanceInput): BalancedServer | undefined {
    let best: BalancedServer | undefined;
    for (let draw = 0; draw < this.draws; draw++) {
      const drawn = this.ring.find((this.random() * 2 ** 32) >>> 0, input.avoid);
      if (drawn === undefined) return undefined;
      if (best === undefined || drawn.served * best.effectiveWeight <= best.served * drawn.effectiveWeight)
        best = drawn;
    }
    // a full one is none: the stream then waits in the backend's queue, open to every server
    return best === undefined || saturated(best) ? undefined : best;
  }

  update(server: BalancedServer, change: ServerChange): void {
    this.ring.update(server, change);
  }
}

export const random = defineAlgorithm<number>({
  name: 'random',
  manual: '4.2',
  summary: 'the less loaded of n drawn servers',
  http: false,
  dynamicWeights: true,
  parse(words, argument) {
    if (argument === '') return 2;
    const stranger = /\D/.exec(argument)?.[0];
    if (stranger !== undefined)
      words.fail(`balance random : unexpected character '${stranger}' after argument.`, words.keyword);
    if (Number(argument) < 1) words.fail('balance random : number of draws must be at least 1.', words.keyword);
    return Number(argument);
  },
  create: (draws, context) => {
    const ring = new HashRing(context.servers, context.allBackups, context.hashBalanceFactor, 'always');
    return new RandomDraws(ring, draws, () => context.random());
  },
});
