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

function plan(chosen: BalanceConfig, diagnostics = new Diagnostics()): ReturnType<typeof planBalance> {
  const compileExpression = () => (stream: StreamContext) => stream.request?.headers.get('x-key');
  return planBalance(chosen, { diagnostics, compileExpression, random: seeded(7) });
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
  const stream = {
    session: { source: { address: `10.${i & 255}.${(i * 7) & 255}.${(i * 31) & 255}`, port: 1, family: 4 } },
    request: { method: 'GET', target: `/k${i * 7919}?p=${i * 7919}`, headers: { get: () => `k${i * 7919}` } },
    requestBuffer: `\x03\0\0\0\0\xe0\0\0\0\0\0Cookie: mstshash=u${i * 7919}\r\n`,
  };
  return { stream: stream as unknown as StreamContext, avoid };
}

const LINES: Record<string, string> = { url_param: 'url_param p', hdr: 'hdr(x-key)', hash: 'hash req.hdr(x-key)' };
const HASHES = ['map-based', 'consistent', 'map-based wt6 avalanche', 'consistent crc32'];
const cases = algorithms.all().flatMap(({ name, dynamicWeights }) => {
  const line = LINES[name] ?? name;
  return dynamicWeights === 'hash' ? HASHES.map((type) => [line, type] as const) : [[line, undefined] as const];
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

describe.each(cases)('balance %s, hash-type %s', (line, type) => {
  const create = (servers: readonly BalancedServer[], more: Partial<BalanceConfig> = {}): Balancer =>
    plan(config(line, type, more)).create(servers);

  test('nobody from an empty farm, nor when all are down', () => {
    expect(create([]).pick(input(1))).toBeUndefined();
    const servers = farm([1, 2, 1], 2);
    const balancer = create(servers);
    for (const server of servers) change(balancer, server, { usable: false }, ServerChange.Down);
    for (let i = 0; i < 10; i++) expect(balancer.pick(input(i))).toBeUndefined();
  });

  test('weights hold in the long run, and weight 0 gets nothing', () => {
    const got = counts(create(farm([10, 30, 0, 60])), farm([10, 30, 0, 60]), 4000);
    expect(got[2]).toBe(0);
    if (line === 'first') expect(got).toEqual([4000, 0, 0, 0]);
    else
      for (const [i, share] of [0.1, 0.3, 0, 0.6].entries()) expect(Math.abs(got[i] / 4000 - share)).toBeLessThan(0.12);
  });

  test('backups only when no active server is left: the first of them, or all with allbackups', () => {
    for (const allbackups of [false, true]) {
      const servers = farm([1, 1, 1, 1], 2);
      const balancer = create(servers, { options: { allbackups } });
      const seen = (): string =>
        [...new Set(Array.from({ length: 60 }, (_, i) => balancer.pick(input(i))?.index))].sort().join();
      expect(seen()).toBe(line === 'first' || line === 'leastconn' ? seen() : '0,1');
      for (const i of [0, 1]) change(balancer, servers[i], { usable: false }, ServerChange.Down);
      const all = allbackups && line !== 'first' && line !== 'leastconn';
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
      if (type?.startsWith('map') !== true) expect(picked).not.toBe(servers[1]);
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
      if (takers.length === 0) expect(picked).toBeUndefined();
      else expect(active.length > 0 ? active : takers).toContain(picked);
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
