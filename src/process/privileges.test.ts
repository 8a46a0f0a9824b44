import { describe, expect, test } from 'vitest';
import type { Word } from '../config/cursor.js';
import type { GlobalModel } from '../config/model.js';
import { changeRoot, dropPrivileges, type Identity } from './privileges.js';

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

describe('chroot', () => {
  const changer = (fails = false): { chroot(path: string): void; asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      chroot(path) {
        asked.push(path);
        if (fails) throw new Error('EPERM');
      },
    };
  };

  test('without it, or without the package, nothing happens', () => {
    const posix = changer();
    expect(changeRoot({ chroot: undefined }, posix)).toBeUndefined();
    expect(changeRoot({ chroot: '/var/empty' }, undefined)).toBeUndefined();
    expect(posix.asked).toEqual([]);
  });

  test('what cannot be done is said as HAProxy says it', () => {
    const posix = changer(true);
    expect(changeRoot({ chroot: '/var/empty' }, posix)).toBe('[haproxy.main()] Cannot chroot(/var/empty).');
    expect(posix.asked).toEqual(['/var/empty']);
  });
});
