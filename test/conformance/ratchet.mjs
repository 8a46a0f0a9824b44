// The list of tests that pass, which only grows.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** @returns {string[]} paths below the suite */
export function readList(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Adds what passes. What has stopped passing is taken off by hand, with its reason in the README. */
export function updateList(file, listed, passing) {
  const all = [...new Set([...listed, ...passing])].toSorted((a, b) => (a < b ? -1 : 1));
  writeFileSync(file, all.map((path) => `${path}\n`).join(''));
}

/**
 * @param outcomes path -> result, of the tests that were run or skipped
 * @param complete false when names were given: tests that were not run are not missed then
 */
export function compareWithList(listed, outcomes, complete) {
  const passes = (path) => outcomes.get(path) === 'passed';
  return {
    broken: listed.filter((path) => (complete || outcomes.has(path)) && !passes(path)),
    unlisted: [...outcomes.keys()].filter((path) => passes(path) && !listed.includes(path)),
  };
}
