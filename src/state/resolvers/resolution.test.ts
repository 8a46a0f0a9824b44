import { describe, expect, test } from 'vitest';
import type { QuestionType } from '../../protocol/dns/message.js';
import type { Resolution } from './resolution.js';
import { ResolversSection } from './section.js';
import { address, ManualClock, ManualServers, reply, resolversModel } from './testing.js';

const NX = 3;
const REFUSED = 5;

/** One name that is followed, and what became of it. */
function follow(lines = '', type: QuestionType = 'AAAA') {
  const clock = new ManualClock();
  const servers = new ManualServers();
  const section = new ResolversSection(resolversModel(lines), clock, servers.open);
  const heard: string[] = [];
  const holder: { resolution?: Resolution } = {};
  const requester = {
    answered: (from?: { readonly name: string }) => void heard.push(`answered by ${from?.name ?? 'cache'}`),
    failed: () => void heard.push(`failed: ${holder.resolution?.status ?? ''}`),
  };
  const resolution = section.follow('a.x', type, requester);
  holder.resolution = resolution;
  const addresses = (): string[] =>
    resolution.records.map((record) => (record.kind === 'address' ? record.address : ''));
  return { clock, servers, section, heard, resolution, requester, addresses };
}

test('the wanted family, the other one at once, and again after timeout resolve', () => {
  const { clock, servers, heard, addresses } = follow();
  expect(servers.answer([])).toEqual(['AAAA a.x']);
  expect(servers.answer(address('a.x', '192.0.2.1'))).toEqual(['A a.x']);
  expect(heard).toEqual(['answered by ns1']);
  expect(addresses()).toEqual(['192.0.2.1']);
  clock.pass(999);
  expect(servers.take()).toEqual([]);
  clock.pass(1);
  expect(servers.take()).toEqual(['AAAA a.x']);
});

test('errors: both families, three times, a timeout retry apart', () => {
  const { clock, servers, heard } = follow();
  for (let round = 0; round < 3; round++) {
    if (round > 0) clock.pass(1000);
    expect(servers.answer(NX)).toEqual(['AAAA a.x']);
    expect(heard).toEqual([]);
    expect(servers.answer(NX)).toEqual(['A a.x']);
  }
  expect(heard).toEqual(['failed: nx']);
});

test('silence: the wanted family, three times', () => {
  const { clock, servers, heard } = follow(' timeout retry 200\n resolve_retries 3');
  expect(servers.take()).toEqual(['AAAA a.x']);
  clock.pass(200);
  expect(servers.take()).toEqual(['AAAA a.x']);
  clock.pass(200);
  expect(servers.take()).toEqual(['AAAA a.x']);
  clock.pass(199);
  expect(heard).toEqual([]);
  clock.pass(1);
  expect(heard).toEqual(['failed: timeout']);
});

test('an SRV question has no other family', () => {
  const { clock, servers, heard } = follow('', 'SRV');
  for (let round = 0; round < 3; round++) {
    expect(servers.answer(REFUSED)).toEqual(['SRV a.x']);
    clock.pass(1000);
  }
  expect(heard).toEqual(['failed: refused']);
});

describe('several name servers', () => {
  const TWO = ' nameserver ns1 127.0.0.1:53\n nameserver ns2 127.0.0.2:53';

  test('the first valid answer counts, later ones are outdated', () => {
    const { servers, section, heard } = follow(TWO);
    const [first, second] = servers.asked;
    reply(second, address('a.x', '::2'));
    reply(first, address('a.x', '::1'));
    expect(heard).toEqual(['answered by ns2']);
    expect(section.nameservers.map(({ counters }) => [counters.valid, counters.outdated])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test('a slow one may know better than a fast one', () => {
    const { servers, heard } = follow(TWO);
    const [first, second] = servers.asked;
    reply(first, NX);
    expect(servers.asked.length).toBe(2);
    reply(second, address('a.x', '::2'));
    expect(heard).toEqual(['answered by ns2']);
  });
});

test('an answer to the question before is outdated', () => {
  const { servers, section, heard } = follow();
  const [first] = servers.asked;
  servers.answer([]);
  reply(first, address('a.x', '::1'));
  expect(heard).toEqual([]);
  expect(section.nameservers[0].counters.outdated).toBe(1);
});

test('hold obsolete keeps what answers have no more', () => {
  const { clock, servers, addresses } = follow(' hold obsolete 2s');
  servers.answer(address('a.x', '::1', '::2'));
  clock.pass(1000);
  servers.answer(address('a.x', '::2'));
  expect(addresses()).toEqual(['::1', '::2']);
  clock.pass(1000);
  servers.answer(address('a.x', '::2'));
  expect(addresses()).toEqual(['::2']);
});

test('without hold obsolete it is gone at once', () => {
  const { clock, servers, addresses } = follow();
  servers.answer(address('a.x', '::1', '::2'));
  clock.pass(1000);
  servers.answer(address('a.x', '::2', '::3'));
  expect(addresses()).toEqual(['::2', '::3']);
});

test('nobody asks any more when nobody wants to know', () => {
  const { clock, servers, section, resolution, requester } = follow();
  servers.answer(address('a.x', '::1'));
  section.leave(resolution, requester);
  clock.pass(10_000);
  expect(servers.take()).toEqual([]);
});

test('an answer that is too big counts for nothing', () => {
  const { servers, section } = follow();
  servers.answer(address('a.x', ...Array.from({ length: 40 }, (_, n) => `2001:db8::${n}`)));
  expect(section.nameservers[0].counters).toMatchObject({ too_big: 1, valid: 0 });
});

test('who wants to know the same shares the question', () => {
  const { clock, servers, section, heard } = follow();
  servers.answer(address('a.x', '::1'));
  const late: string[] = [];
  const other = {
    answered: (from?: { readonly name: string }) => void late.push(from?.name ?? 'cache'),
    failed: () => void late.push('failed'),
  };
  section.follow('A.x', 'AAAA', other);
  expect(servers.take()).toEqual([]);
  clock.pass(1000);
  expect(servers.answer(address('a.x', '::1'))).toEqual(['AAAA a.x']);
  expect(heard).toEqual(['answered by ns1', 'answered by ns1']);
  expect(late).toEqual(['cache']);
});
