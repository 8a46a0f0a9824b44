import { describe, expect, test } from 'vitest';
import { PatternReference, type PatternChange } from './reference.js';

function filled(): PatternReference {
  const reference = new PatternReference('file');
  reference.uses.push({ kind: 'map', file: 'x.cfg', line: 1, fetch: '' });
  reference.load('a', '1');
  reference.load('b', '2');
  return reference;
}
const contents = (reference: PatternReference): string =>
  reference.entries.map(({ pattern, value }) => `${pattern}=${value}`).join(' ');

describe('versions (management manual 9.3 prepare map)', () => {
  test('a prepared version is invisible until it is committed, and then the only one', () => {
    const reference = filled();
    const version = reference.prepare();
    reference.addTo(version, 'c', '3');
    expect(contents(reference)).toBe('a=1 b=2');
    expect(reference.size).toBe(3);
    expect(reference.commit(version)).toBe(true);
    expect(contents(reference)).toBe('c=3');
    expect([reference.current, reference.next, reference.size]).toEqual([1, 1, 1]);
  });

  test('committing an empty version empties', () => {
    const reference = filled();
    reference.commit(reference.prepare());
    expect(contents(reference)).toBe('');
  });

  test('only prepared versions can be committed, and older ones are gone then', () => {
    const reference = filled();
    expect(reference.commit(0)).toBe(false);
    expect(reference.commit(1)).toBe(false);
    const first = reference.prepare();
    const second = reference.prepare();
    reference.addTo(first, 'x', '');
    expect(reference.commit(second)).toBe(true);
    expect(reference.commit(first)).toBe(false);
    expect(reference.size).toBe(0);
  });

  test('deleting and setting reach all versions', () => {
    const reference = filled();
    const version = reference.prepare();
    reference.addTo(version, 'a', '9');
    expect(reference.set('a', '7')).toBe(2);
    expect(reference.delete('a')).toBe(2);
    expect(reference.delete('a')).toBe(0);
  });
});

describe('other threads follow', () => {
  const edits: ((reference: PatternReference) => void)[] = [
    (reference) => reference.add('c', '3'),
    (reference) => reference.set('b', '5'),
    (reference) => reference.delete('a'),
    (reference) => reference.clear(),
    (reference) => reference.deleteId(reference.entries[1].id),
    (reference) => reference.setId(reference.entries[0].id, '8'),
    (reference) => reference.commit(reference.prepare()),
  ];

  test.each(edits)('%s', (edit) => {
    const here = filled();
    const there = filled();
    const changes: PatternChange[] = [];
    here.onChange = (change) => changes.push(change);
    there.onChange = () => expect.unreachable('what came from elsewhere is not sent back');
    edit(here);
    for (const change of changes) there.apply(structuredClone(change));
    expect(contents(there)).toBe(contents(here));
    expect(there.edited).toBe(true);
  });

  test('what is read from a file is no change', () => expect(filled().edited).toBe(false));
});
