import { describe, expect, test } from 'vitest';
import { LivePatterns } from './live.js';
import type { Matcher } from './matcher.js';
import { findMethod, type MatchMethod } from './methods.js';
import { PatternReference } from './reference.js';

/** How often a matcher was made. */
interface Counted {
  readonly method: MatchMethod;
  made: number;
}

function counted(name: string): Counted {
  const method = findMethod(name);
  if (method === undefined) throw new Error(name);
  const counting: Counted = {
    made: 0,
    method: {
      ...method,
      build: (patterns, context): Matcher<never> => (counting.made++, method.build(patterns, context)),
    },
  };
  return counting;
}

function reference(...entries: [string, string][]): PatternReference {
  const made = new PatternReference('file');
  made.uses.push({ kind: 'map', file: 'x.cfg', line: 1, fetch: '' });
  for (const [pattern, value] of entries) made.load(pattern, value);
  return made;
}

const NONE = { resolve: (): string[] => [] };

/** What a matcher answers after each edit, that of one made anew from the same entries, and how many were made. */
const CASES: [name: string, from: [string, string][], asked: (string | number)[]][] = [
  ['str', [['a', '1'], ['b', '2']], ['a', 'b', 'c', 'A']],
  ['beg', [['a', '1'], ['ab', '2']], ['a', 'abc', 'abcd', 'x']],
  ['end', [['a', '1'], ['ba', '2']], ['a', 'cba', 'dc', 'bac']],
  ['sub', [['a', '1'], ['b', '2']], ['xa', 'bx', 'xcx', 'ab']],
  ['dom', [['a', '1'], ['.b.', '2']], ['x.a', 'b.x', 'x.c.x']],
  ['reg', [['^a', '1'], ['b$', '2']], ['ab', 'xb', 'xc', 'c']],
  ['ip', [['10.0.0.0/8', '1'], ['10.1.0.0/16', '2']], [0x0a000001, 0x0a010001, 0x0b000001]],
]; // prettier-ignore

describe.each(CASES)('-m %s', (name, from, asked) => {
  const extra = name === 'ip' ? '11.0.0.0/8' : 'c';
  const edits: [string, (one: PatternReference) => unknown][] = [
    ['add', (one) => one.add(extra, '3')],
    ['set', (one) => one.set(extra, '4')],
    ['delete', (one) => one.delete(from[0][0])],
    ['add again', (one) => one.add(from[0][0], '5')],
    ['several', (one) => [one.delete(extra), one.set(from[1][0], '6'), one.add(extra, '7')]],
  ];

  test('follows edits of single entries without being made anew, and answers the same', () => {
    const edited = reference(...from);
    const { method } = counted(name);
    const counting = counted(name);
    const live = new LivePatterns(counting.method, [{ reference: edited, insensitive: false }], NONE, 'str');
    for (const [what, edit] of edits) {
      edit(edited);
      const anew = new LivePatterns(method, [{ reference: edited, insensitive: false }], NONE, 'str');
      const answers = (one: LivePatterns): (string | undefined)[] => asked.map((value) => one.find(value)?.entry.value);
      expect({ what, answers: answers(live) }).toEqual({ what, answers: answers(anew) });
    }
    expect(counting.made).toBe(1);
  });
});

test('where one pattern hides another, a deletion makes it anew: the other one is found then', () => {
  const edited = reference(['a', '1'], ['a', '2'], ['b', '3']);
  const counting = counted('str');
  const live = new LivePatterns(counting.method, [{ reference: edited, insensitive: false }], NONE, 'str');
  edited.deleteId(edited.entries[0].id);
  expect(live.find('a')?.entry.value).toBe('2');
  edited.add('B', '4');
  edited.delete('b');
  expect(live.find('b')).toBeUndefined();
  expect(live.find('B')?.entry.value).toBe('4');
});

test('of two files the first one is looked up first, whatever comes later', () => {
  const [first, second] = [reference(['xa', '']), reference(['a', ''])];
  const sources = [first, second].map((one) => ({ reference: one, insensitive: true }));
  const live = new LivePatterns(counted('end').method, sources, NONE);
  first.add('b', 'first');
  second.add('B', 'second');
  expect(live.find('b')?.entry.value).toBe('first');
});

test('many edits, a new version, or none at all', () => {
  const edited = reference(['a', '1']);
  const counting = counted('str');
  const live = new LivePatterns(counting.method, [{ reference: edited, insensitive: false }], NONE, 'str');
  for (let index = 0; index < 5000; index++) edited.add(`k${index}`, 'v');
  expect(live.find('k4999')?.entry.value).toBe('v');
  expect(counting.made).toBe(2);
  edited.addTo(edited.prepare(), 'new', 'n');
  edited.commit(1);
  expect([live.find('a'), live.find('new')?.entry.value]).toEqual([undefined, 'n']);
});
