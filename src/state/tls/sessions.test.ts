import { expect, test } from 'vitest';
import { SessionCache } from './sessions.js';

const id = (name: string): Buffer => Buffer.from(name);

test('sessions are found until they are too old', () => {
  const cache = new SessionCache(10, 1000);
  cache.set(id('a'), id('session a'), 0);
  expect(cache.get(id('a'), 999)).toEqual(id('session a'));
  expect(cache.get(id('b'), 0)).toBeNull();
  expect(cache.get(id('a'), 1000)).toBeNull();
});

test('the least recently used leaves first', () => {
  const cache = new SessionCache(2, 1000);
  for (const name of ['a', 'b']) cache.set(id(name), id(name), 0);
  cache.get(id('a'), 1);
  cache.set(id('c'), id('c'), 2);
  expect([cache.get(id('a'), 3), cache.get(id('b'), 3), cache.get(id('c'), 3)]).toEqual([id('a'), null, id('c')]);
});

test('a session by the name that a hello of TLS 1.3 has for it, once', () => {
  const cache = new SessionCache(2, 1000);
  cache.set(id('a'), id('session a'), 0);
  cache.alias(id('legacy'), id('a'));
  expect([cache.get(id('legacy'), 1), cache.get(id('legacy'), 1)]).toEqual([id('session a'), null]);
});

test('tune.ssl.cachesize 0 keeps none', () => {
  const cache = new SessionCache(0, 1000);
  cache.set(id('a'), id('a'), 0);
  expect(cache.get(id('a'), 0)).toBeNull();
});
