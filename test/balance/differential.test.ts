import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planBalance } from '../../src/balance/index.js';
import type { Word } from '../../src/config/cursor.js';
import { Diagnostics } from '../../src/config/diagnostics.js';
import type { Balancer } from '../../src/core/balancer.js';
import { haproxyInstalled, RealHaproxy } from './real.js';
import { comparisons, type Comparison, type Step } from './comparisons.js';
import { fakeInput, fakeServers, type FakeServer } from './servers.js';

/** The same configuration and the same requests for the real haproxy and for our balancers: the same servers, in order. */
const real = new RealHaproxy();

describe.skipIf(!haproxyInstalled && process.env.CI === undefined)(
  'as haproxy (skipped where it is not installed)',
  () => {
    beforeAll(() => real.start(comparisons));
    afterAll(() => real.stop());

    test.each(comparisons.map((comparison) => [comparison.title, comparison] as const))('%s', async (_, comparison) => {
      const theirs: string[] = [];
      for (const step of comparison.steps) theirs.push(...(await playReal(comparison.name, step)));
      expect(playOurs(comparison)).toEqual(theirs);
    });
  },
);

async function playReal(backend: string, step: Step): Promise<string[]> {
  switch (step.kind) {
    case 'request':
      return [await real.send(backend, step.request, step.hold)];
    case 'release':
      await real.release(backend, step.hold);
      return [];
    case 'weight':
      return admin(`set weight ${backend}/${step.server} ${step.weight}`);
    default:
      return admin(`set server ${backend}/${step.server} state ${step.up ? 'ready' : 'maint'}`);
  }
}

async function admin(command: string): Promise<string[]> {
  const answer = (await real.command(command)).trim();
  if (answer !== '') throw new Error(`${command}: ${answer}`);
  return [];
}

function playOurs(comparison: Comparison): string[] {
  const servers = fakeServers(comparison.servers);
  const balancer = plan(comparison).create(servers);
  const held = new Map<string, FakeServer>();
  return comparison.steps.flatMap((step) => playStep(step, servers, balancer, held));
}

function playStep(step: Step, servers: FakeServer[], balancer: Balancer, held: Map<string, FakeServer>): string[] {
  const named = (name: string): FakeServer => servers[Number(name.slice(1)) - 1];
  switch (step.kind) {
    case 'request': {
      const server = balancer.pick(fakeInput(step.request));
      if (server === undefined) return ['503'];
      named(server.name).take(balancer);
      if (step.hold === undefined) named(server.name).release(balancer);
      else held.set(step.hold, named(server.name));
      return [server.name];
    }
    case 'release':
      held.get(step.hold)?.release(balancer);
      return [];
    case 'weight':
      named(step.server).setWeight(balancer, step.weight);
      return [];
    default:
      named(step.server).setUsable(balancer, step.up);
      return [];
  }
}

/** Our balancer for the lines that haproxy was given. */
function plan({ lines, name }: Comparison): ReturnType<typeof planBalance> {
  const after = (keyword: string): Word[] | undefined => {
    const line = lines.find((text) => text.startsWith(`${keyword} `));
    return line
      ?.split(' ')
      .slice(1)
      .map((text) => ({ text, span: nowhere }));
  };
  const config = {
    name,
    mode: 'http' as const,
    span: nowhere,
    balance: after('balance'),
    hashType: after('hash-type'),
    hashBalanceFactor: Number(after('hash-balance-factor')?.[0].text ?? 0),
    hashPreserveAffinity: 'always' as const,
    options: { allbackups: lines.includes('option allbackups') },
  };
  return planBalance(config, {
    diagnostics: new Diagnostics(),
    // the only expression compared: req.hdr(x-key)
    compileExpression: () => (stream) => stream.request?.headers.get('x-key'),
  });
}

const nowhere = { source: { file: 'test', line: 1, text: '' }, column: 1, length: 1 };
