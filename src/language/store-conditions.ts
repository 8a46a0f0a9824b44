import type { Sample } from '../core/sample.js';

const CONDITIONS = ['ifexists', 'ifnotexists', 'ifempty', 'ifnotempty', 'ifset', 'ifnotset', 'ifgt', 'iflt'] as const;

/** When `set-var` stores (manual 7.3.1, `set-var`). */
export type StoreCondition = (typeof CONDITIONS)[number];

/** @returns the conditions, or a complaint */
export function parseConditions(words: readonly string[]): StoreCondition[] | string {
  const found: StoreCondition[] = [];
  for (const word of words) {
    const condition = CONDITIONS.find((one) => one === word);
    if (condition === undefined) return `unknown condition "${word}".`;
    found.push(condition);
  }
  return found;
}

/**
 * Whether all conditions hold for a new value, given the old one.
 * @param process whether it is a variable of the process: these exist as soon as the configuration names them
 */
export function mayStore(
  conditions: readonly StoreCondition[],
  value: Sample,
  old: Sample | undefined,
  process: boolean,
): boolean {
  return conditions.every((condition) => holds(condition, value, old, process));
}

function holds(condition: StoreCondition, value: Sample, old: Sample | undefined, process: boolean): boolean {
  const empty = value.value === '';
  switch (condition) {
    case 'ifexists':
      return process || old !== undefined;
    case 'ifnotexists':
      return !process && old === undefined;
    case 'ifset':
      return old !== undefined;
    case 'ifnotset':
      return old === undefined;
    case 'ifempty':
      return empty;
    case 'ifnotempty':
      return !empty;
    case 'ifgt':
      return !bothIntegers(value, old) || Number(old?.value) > Number(value.value);
    case 'iflt':
      return !bothIntegers(value, old) || Number(old?.value) < Number(value.value);
  }
}

function bothIntegers(value: Sample, old: Sample | undefined): boolean {
  return value.type === 'sint' && old?.type === 'sint';
}
