import { ServerChange, type BalanceInput, type Balancer, type BalancedServer } from '../../src/core/balancer.js';
import type { StreamContext } from '../../src/core/stream.js';

/** A server whose state a test sets by hand. */
export class FakeServer implements BalancedServer {
  readonly name: string;
  readonly id: number;
  readonly address = '127.0.0.1';
  readonly port = 80;
  effectiveWeight: number;
  usable = true;
  served = 0;
  queued = 0;
  dynamicMaxconn = 0;
  maxqueue = 0;

  constructor(
    readonly index: number,
    public userWeight: number,
    readonly backup = false,
  ) {
    this.name = `s${index + 1}`;
    this.id = index + 1;
    this.effectiveWeight = userWeight * 16;
  }

  take(balancer: Balancer): void {
    this.served++;
    balancer.update(this, ServerChange.Take);
  }

  release(balancer: Balancer): void {
    this.served--;
    balancer.update(this, ServerChange.Release);
  }

  setUsable(balancer: Balancer, usable: boolean): void {
    this.usable = usable;
    balancer.update(this, usable ? ServerChange.Up : ServerChange.Down);
  }

  setWeight(balancer: Balancer, weight: number): void {
    this.userWeight = weight;
    this.effectiveWeight = weight * 16;
    balancer.update(this, ServerChange.Weight);
  }
}

/**
 * Servers in short: `3` = weight 3, `2b` = backup, `1d` = disabled, `1m4` = maxconn 4.
 * @example fakeServers('1 2 3b')
 */
export function fakeServers(text: string): FakeServer[] {
  return text.split(' ').map((word, index) => {
    const [, weight, letters, maxconn] = /^(\d+)([bd]*)(?:m(\d+))?$/.exec(word) ?? [];
    const server = new FakeServer(index, Number(weight), letters.includes('b'));
    server.usable = !letters.includes('d');
    server.dynamicMaxconn = Number(maxconn ?? 0);
    return server;
  });
}

/** A request as balancers see it. */
export interface FakeRequest {
  readonly target?: string;
  readonly method?: string;
  /** Name in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly body?: string;
}

/** The parts of a stream that balancers look at; anything else they might touch is not there and would throw. */
export function fakeInput(request: FakeRequest, avoid?: BalancedServer): BalanceInput {
  const address = request.source ?? '127.0.0.1';
  const headers = request.headers ?? {};
  const stream = {
    session: { source: { address, port: 1, family: address.includes(':') ? 6 : 4 } },
    request: {
      method: request.method ?? 'GET',
      target: request.target ?? '/',
      headers: { get: (name: string) => (Object.hasOwn(headers, name) ? headers[name] : undefined) },
    },
    requestBuffer: request.body ?? '',
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream is far more than balancers look at
  return { stream: stream as unknown as StreamContext, avoid };
}
