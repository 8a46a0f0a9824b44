import { expect, test } from 'vitest';
import type { Word } from '../config/cursor.js';
import type { GlobalModel } from '../config/model.js';
import { dropPrivileges, type Identity } from './privileges.js';

const word = (text: string): Word => ({
  text,
  span: { source: { file: 'x.cfg', line: 1, text }, column: 1, length: text.length },
});
const settings = (user?: string, group?: string): GlobalModel =>
  ({
    user: user === undefined ? undefined : word(user),
    group: group === undefined ? undefined : word(group),
  }) as GlobalModel;

function recorder(fails: readonly string[] = []): { calls: string[]; identity: Identity } {
  const calls: string[] = [];
  const call = (name: string, argument: unknown): void => {
    calls.push(`${name} ${String(argument)}`);
    if (fails.includes(name)) throw new Error('EPERM');
  };
  return {
    calls,
    identity: {
      setgroups: (groups) => call('setgroups', groups),
      setgid: (id) => call('setgid', id),
      setuid: (id) => call('setuid', id),
      getuid: () => 0,
      getgid: () => 0,
    },
  };
}

test('the group goes before the user: afterwards there is no right left to change it', () => {
  const { calls, identity } = recorder();
  expect(dropPrivileges(settings('haproxy', 'haproxy'), identity)).toBeUndefined();
  expect(calls).toEqual(['setgroups ', 'setgid haproxy', 'setuid haproxy']);
});

test.each([
  ['setuid', '[haproxy.main()] Cannot set uid nobody.'],
  ['setgid', '[haproxy.main()] Cannot set gid nogroup.'],
])('a refused %s stops the start', (name, message) => {
  expect(dropPrivileges(settings('nobody', 'nogroup'), recorder([name]).identity)).toBe(message);
});

test('nothing configured, nothing done', () => {
  const { calls, identity } = recorder();
  expect(dropPrivileges(settings(), identity)).toBeUndefined();
  expect(calls).toEqual([]);
});
