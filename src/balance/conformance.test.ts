import { describe, expect, test } from 'vitest';
import type { Word } from '../config/cursor.js';
import { Diagnostics } from '../config/diagnostics.js';
import { ServerChange, type Balancer, type BalancedServer, type BalanceInput } from '../core/balancer.js';
import type { StreamContext } from '../core/stream.js';
import { algorithms } from './algorithms/index.js';
import { planBalance, type BalanceConfig } from './index.js';

/** One suite over all algorithms: what holds whatever decides. */

interface Mutable extends BalancedServer {
  userWeight: number;
  effectiveWeight: number;
  usable: boolean;
  served: number;
}

const nowhere = { source: { file: 'test', line: 1, text: '' }, column: 1, length: 1 };
const words = (text: string): Word[] => text.split(' ').map((word) => ({ text: word, span: nowhere }));

function config(balance: string | undefined, hashType?: string, more: Partial<BalanceConfig> = {}): BalanceConfig {
  return {
    name: 'b',
    mode: 'http',
    span: nowhere,
    balance: balance === undefined ? undefined : words(balance),
    hashType: hashType === undefined ? undefined : words(hashType),
    hashBalanceFactor: 0,
    hashPreserveAffinity: 'always',
    options: {},
    ...more,
  };
}

/** A generator with a seed, so that failures repeat. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const xKey = (stream: StreamContext): string | undefined => stream.request?.headers.get('x-key');

function plan(chosen: BalanceConfig, diagnostics = new Diagnostics()): ReturnType<typeof planBalance> {
  return planBalance(chosen, { diagnostics, compileExpression: () => xKey, random: seeded(7) });
}

const farm = (weights: readonly number[], firstBackup = weights.length): Mutable[] =>
  weights.map((weight, index) => ({
    index,
    name: `s${index}`,
    id: index + 1,
    address: '',
    port: 0,
    userWeight: weight,
    effectiveWeight: weight * 16,
    backup: index >= firstBackup,
    usable: true,
    served: 0,
    queued: 0,
    dynamicMaxconn: 0,
    maxqueue: 0,
  }));

function input(i: number, avoid?: BalancedServer): BalanceInput {
  // spread over the whole range: the address itself is the hash
  const word = Math.imul(i + 1, 2654435761);
  const address = [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.');
  const stream = {
    session: { source: { address, port: 1, family: 4 } },
    request: { method: 'GET', target: `/k${i * 7919}?p=${i * 7919}`, headers: { get: () => `k${i * 7919}` } },
    requestBuffer: `\x03\0\0\0\0\xe0\0\0\0\0\0Cookie: mstshash=u${i * 7919}\r\n`,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream is far more than balancers look at
  return { stream: stream as unknown as StreamContext, avoid };
}

const LINES: Record<string, string> = { url_param: 'url_param p', hdr: 'hdr(x-key)', hash: 'hash req.hdr(x-key)' };
const HASHES = ['map-based', 'consistent', 'map-based wt6 avalanche', 'consistent crc32'];
const cases = algorithms.all().flatMap(({ name, dynamicWeights }): [string, string | undefined][] => {
  const line = LINES[name] ?? name;
  return dynamicWeights === 'hash' ? HASHES.map((type) => [line, type]) : [[line, undefined]];
});

function change(balancer: Balancer, server: Mutable, to: Partial<Mutable>, what: ServerChange): void {
  Object.assign(server, to);
  balancer.update(server, what);
}

/** Keeps every request open, which is what leastconn counts; `first` without maxconn takes all. */
function counts(balancer: Balancer, servers: Mutable[], requests: number): number[] {
  const got = servers.map(() => 0);
  for (let i = 0; i < requests; i++) {
    const server = balancer.pick(input(i));
    if (server === undefined) throw new Error('nobody was picked');
    got[server.index]++;
    change(balancer, servers[server.index], { served: server.served + 1 }, ServerChange.Take);
  }
  return got;
}

const turns = (): Int32Array => new Int32Array(new SharedArrayBuffer(8));

const alone = cases.map(([line, type]) => [line, type, 'one thread'] as const);
const among = cases.map(([line, type]) => [line, type, 'several threads'] as const);

describe.each([...alone, ...among])('balance %s, hash-type %s, %s', (line, type, threads) => {
  const create = (servers: readonly BalancedServer[], more: Partial<BalanceConfig> = {}): Balancer =>
    plan(config(line, type, more)).create(servers, threads === 'one thread' ? undefined : turns());

  test('nobody from an empty farm, nor when all are down', () => {
    expect(create([]).pick(input(1))).toBeUndefined();
    const servers = farm([1, 2, 1], 2);
    const balancer = create(servers);
    for (const server of servers) change(balancer, server, { usable: false }, ServerChange.Down);
    for (let i = 0; i < 10; i++) expect(balancer.pick(input(i))).toBeUndefined();
  });

  test('weights hold in the long run, and weight 0 gets nothing', () => {
    const servers = farm([10, 30, 0, 60]);
    const got = counts(create(servers), servers, 4000);
    const wanted = line === 'first' ? [1, 0, 0, 0] : [0.1, 0.3, 0, 0.6];
    expect(got[2]).toBe(0);
    for (const [i, share] of wanted.entries()) expect(Math.abs(got[i] / 4000 - share)).toBeLessThan(0.12);
  });

  test('backups only when no active server is left: the first of them, or all with allbackups', () => {
    for (const allbackups of [false, true]) {
      const servers = farm([1, 1, 1, 1], 2);
      const balancer = create(servers, { options: { allbackups } });
      const seen = (): string => {
        const got = counts(balancer, servers, 60);
        for (const server of servers) {
          while (server.served > 0) change(balancer, server, { served: server.served - 1 }, ServerChange.Release);
        }
        return servers
          .filter((server) => got[server.index] > 0)
          .map((server) => server.index)
          .join();
      };
      const inOrder = line === 'first';
      expect(seen()).toBe(inOrder ? '0' : '0,1');
      for (const i of [0, 1]) change(balancer, servers[i], { usable: false }, ServerChange.Down);
      const all = allbackups && !inOrder;
      expect(seen()).toBe(all ? '2,3' : '2');
      change(balancer, servers[2], { usable: false }, ServerChange.Down);
      expect(seen()).toBe('3');
      change(balancer, servers[2], { usable: true }, ServerChange.Up);
      expect(seen()).toBe(all ? '2,3' : '2');
      change(balancer, servers[1], { usable: true }, ServerChange.Up);
      expect(seen()).toBe('1');
    }
  });

  test('avoids the server that failed while there is another, save in a map', () => {
    const servers = farm([1, 1, 1]);
    const balancer = create(servers);
    for (let i = 0; i < 30; i++) {
      const picked = balancer.pick(input(i, servers[1]));
      expect(picked !== servers[1] || type?.startsWith('map')).toBe(true);
    }
    for (const i of [0, 2]) change(balancer, servers[i], { usable: false }, ServerChange.Down);
    expect(balancer.pick(input(1, servers[1]))).toBe(servers[1]);
  });

  test('changes under load: only usable servers are picked, ever', () => {
    const random = seeded(42);
    const servers = farm([1, 5, 100, 256, 3, 2], 4);
    const balancer = create(servers, { hashBalanceFactor: type?.startsWith('consistent') === true ? 150 : 0 });
    for (let i = 0; i < 3000; i++) {
      const server = servers[Math.floor(random() * servers.length)];
      const dice = random();
      if (dice < 0.1) change(balancer, server, { usable: false }, ServerChange.Down);
      else if (dice < 0.2) change(balancer, server, { usable: true }, ServerChange.Up);
      else if (dice < 0.3)
        change(balancer, server, { effectiveWeight: Math.floor(random() * 4097) }, ServerChange.Weight);
      else if (dice < 0.4 && server.served > 0)
        change(balancer, server, { served: server.served - 1 }, ServerChange.Release);
      const picked = balancer.pick(input(i, dice > 0.9 ? server : undefined));
      const takers = servers.filter((s) => s.usable && s.effectiveWeight > 0);
      const active = takers.filter((s) => !s.backup);
      expect(takers.length === 0 ? [undefined] : active.length > 0 ? active : takers).toContain(picked);
      if (picked !== undefined)
        change(balancer, servers[picked.index], { served: picked.served + 1 }, ServerChange.Take);
    }
  });
});

test.each([
  ['roundrobn', "did you mean 'balance roundrobin'?"],
  ['lestconn', "did you mean 'balance leastconn'?"],
])('balance %s is refused with a suggestion', (line, hint) => {
  expect(() => plan(config(line))).toThrowError(
    expect.objectContaining({ hint, message: expect.stringMatching(/^balance only supports/) }),
  );
});

test('HTTP algorithms fall back to roundrobin in mode tcp, with a warning', () => {
  const diagnostics = new Diagnostics();
  expect(plan(config('uri', undefined, { mode: 'tcp' }), diagnostics).name).toBe('roundrobin');
  expect(diagnostics.list[0].message).toContain("Layer 7 hash not possible for proxy 'b'");
});

test.each([
  [undefined, undefined, true],
  ['static-rr', undefined, false],
  ['source', undefined, false],
  ['source', 'consistent', true],
])('balance %s, hash-type %s: weights may change: %s', (line, type, expected) => {
  expect(plan(config(line, type)).dynamicWeights).toBe(expected);
});

test.each(['roundrobin', 'static-rr', 'leastconn', 'first'])('%s allocates nothing per pick', (line) => {
  const servers = farm([1, 2, 3, 40, 5]);
  const balancer = plan(config(line)).create(servers);
  const request = input(1);
  const run = (): number => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100_000; i++) {
      const server = servers[balancer.pick(request)?.index ?? 0];
      server.served++;
      balancer.update(server, ServerChange.Take);
      server.served--;
      balancer.update(server, ServerChange.Release);
    }
    return process.memoryUsage().heapUsed - before;
  };
  // the first rounds compile; one object per pick would be 1.6 MB at least
  expect(Math.min(...Array.from({ length: 5 }, run).map(Math.abs))).toBeLessThan(400_000);
});

describe('several threads', () => {
  const NAMES = ['roundrobin', 'leastconn'];

  test.each(NAMES)('%s: together they pick as one thread would', (line) => {
    const weights = line === 'roundrobin' ? [5, 1, 3] : [1, 1, 1];
    const shared = turns();
    // load is in shared memory: all see the same servers
    const servers = farm(weights);
    const threads = [0, 1, 2].map(() => plan(config(line)).create(servers, shared));
    const single = plan(config(line)).create(farm(weights));
    const random = seeded(3);
    const picked: number[] = [];
    const expected: number[] = [];
    for (let i = 0; i < 90; i++) {
      const server = threads[Math.floor(random() * threads.length)].pick(input(i));
      if (server !== undefined) servers[server.index].served++;
      picked.push(server?.index ?? -1);
      expected.push(single.pick(input(i))?.index ?? -1);
    }
    if (line === 'roundrobin') expect(picked).toEqual(expected);
    const counted = weights.map((_, index) => picked.filter((each) => each === index).length);
    expect(counted).toEqual(line === 'roundrobin' ? [50, 10, 30] : [30, 30, 30]);
  });

  test('they hear of a server that returns at different turns, and go on together all the same', () => {
    const shared = turns();
    const servers = farm([1, 1, 1]);
    const threads = [0, 1].map(() => plan(config('roundrobin')).create(servers, shared));
    let turn = 0;
    const pick = (): number => threads[turn % 2].pick(input(turn++))?.index ?? -1;
    for (const returns of [false, true]) {
      const what = returns ? ServerChange.Up : ServerChange.Down;
      change(threads[0], servers[1], { usable: returns }, what);
      for (let i = 0; i < 5; i++) pick();
      threads[1].update(servers[1], what);
      pick();
    }
    for (let round = 0; round < 20; round++)
      expect([pick(), pick(), pick()].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test('one that slept long catches up with the present, not with all of the past', () => {
    const shared = turns();
    const servers = farm([1, 1]);
    const [busy, sleeper] = [0, 1].map(() => plan(config('roundrobin')).create(servers, shared));
    for (let i = 0; i < 100_000; i++) busy.pick(input(i));
    expect(sleeper.pick(input(0))?.index).toBe(0);
  });
});
