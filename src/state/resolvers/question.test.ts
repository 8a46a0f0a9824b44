import { expect, test } from 'vitest';
import { NameQuestion } from './question.js';
import { ResolversSection } from './section.js';
import { address, ManualClock, ManualServers, resolversModel } from './testing.js';

const NX = 3;

function bench(lines = '') {
  const clock = new ManualClock();
  const servers = new ManualServers();
  const section = new ResolversSection(resolversModel(lines), clock, servers.open);
  const said: (string | undefined)[] = [];
  const ask = (name: string, family: 4 | 6 = 4): NameQuestion => {
    const question = new NameQuestion(section, name, family, (found) => void said.push(found));
    question.ask();
    return question;
  };
  return { clock, servers, section, said, ask };
}

test('one answer for one question', () => {
  const { servers, said, ask, clock } = bench();
  ask('a.x');
  servers.answer(address('a.x', '192.0.2.1', '192.0.2.2'));
  expect(said).toEqual(['192.0.2.1']);
  clock.pass(60_000);
  expect(servers.take()).toEqual([]);
});

test.each<[4 | 6, string, string]>([
  [4, 'A', '192.0.2.1'],
  [6, 'AAAA', '::1'],
])('family %i first', (family, type, expected) => {
  const { servers, said, ask } = bench();
  ask('a.x', family);
  expect(servers.answer(address('a.x', '192.0.2.1', '::1'))).toEqual([`${type} a.x`]);
  expect(said).toEqual([expected]);
});

test('no such name, after all tries', () => {
  const { servers, said, ask } = bench(' resolve_retries 1');
  ask('a.x');
  expect(servers.answer(NX)).toEqual(['A a.x']);
  expect(servers.answer(NX)).toEqual(['AAAA a.x']);
  expect(said).toEqual([undefined]);
});

test.each(['', 'a..x', 'x'.repeat(64)])("nobody is asked for '%s'", (name) => {
  const { servers, said, ask } = bench();
  ask(name);
  expect(servers.take()).toEqual([]);
  expect(said).toEqual([undefined]);
});

test('who gives up hears nothing', () => {
  const { servers, said, ask } = bench();
  const question = ask('a.x');
  question.cancel();
  servers.answer(address('a.x', '192.0.2.1'));
  expect(said).toEqual([]);
});

test('what a server that follows the name knows counts for hold valid', () => {
  const { clock, servers, section, said, ask } = bench(' hold valid 3s\n timeout resolve 10s');
  section.follow('a.x', 'A', { answered: () => undefined, failed: () => undefined });
  servers.answer(address('a.x', '192.0.2.1'));
  clock.pass(2999);
  ask('a.x');
  expect(said).toEqual(['192.0.2.1']);
  clock.pass(1);
  ask('a.x');
  expect(servers.answer(address('a.x', '192.0.2.2'))).toEqual(['A a.x']);
  expect(said).toEqual(['192.0.2.1', '192.0.2.2']);
});
