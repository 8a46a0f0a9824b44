import { describe, expect, test } from 'vitest';
import { derivedMaxconn, neededDescriptors } from './capacity.js';

const none = { ulimitN: undefined, fdHardLimit: undefined };

describe('capacity', () => {
  // two listeners; HAProxy 2.6.12 answers 9986 to `show info` under a limit of 20000
  test.each([
    [none, 20_000, 9986],
    [none, undefined, 10_000],
    [{ ...none, fdHardLimit: 2028 }, 20_000, 1000],
    [{ ...none, fdHardLimit: 90_000 }, 20_000, 9986],
    [{ ...none, ulimitN: 228 }, 20_000, 100],
    [none, 20, 1],
  ])('maxconn of %o with %s descriptors', (global, limit, expected) => {
    expect(derivedMaxconn(global, 2, limit)).toBe(expected);
  });

  // HAProxy 2.6.12: maxconn 1000 with two listeners asks for 2028
  test.each([
    [none, 1000, 2028],
    [none, undefined, 0],
    [{ ...none, ulimitN: 500 }, 1000, 500],
  ])('descriptors for %o, maxconn %s', (global, maxconn, expected) => {
    expect(neededDescriptors(global, maxconn, 2)).toBe(expected);
  });
});
