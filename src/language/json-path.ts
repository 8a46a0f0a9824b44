import type { Sample } from '../core/sample.js';
import { readSint, toSint } from './values.js';

/** One step of a JSON path: a member's name or an element's position. */
export type PathStep = string | number;

/** Parses `$.a.b[1]`; a dot in a name is written `\.`. @returns undefined when it is no path, which then finds nothing */
export function parsePath(path: string): PathStep[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  const step = /\.((?:\\.|[^.[\\])+)|\[(\d+)\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const found = step.exec(path);
    if (found === null) return undefined;
    steps.push(found[1] === undefined ? Number(found[2]) : found[1].replaceAll(/\\(.)/g, '$1'));
  }
  return steps;
}

/** printf's %g: six significant digits, an exponent where it is shorter. */
function general(value: number): string {
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(6)))));
  if (exponent >= -4 && exponent < 6) return String(Number(value.toPrecision(6)));
  const [mantissa, power] = value.toExponential(5).split('e');
  return `${Number(mantissa)}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/**
 * The value at a path of a JSON text.
 * @param integer turns it into an integer
 * @returns undefined when the text is no JSON, nothing is there, or it is an object, an array or null
 */
export function queryJson(text: string, steps: readonly PathStep[] | undefined, integer: boolean): Sample | undefined {
  const value = steps === undefined ? undefined : walk(text, steps);
  switch (typeof value) {
    case 'boolean':
      return { type: 'bool', value };
    case 'number':
      return integer
        ? { type: 'sint', value: toSint(BigInt(Math.trunc(value))) }
        : { type: 'str', value: general(value) };
    case 'string':
      // Only characters that are bytes can be passed on.
      if (/[^\0-\xff]/.test(value)) return undefined;
      return integer ? { type: 'sint', value: readSint(value) } : { type: 'str', value };
    default:
      return undefined;
  }
}

function walk(text: string, steps: readonly PathStep[]): unknown {
  let current: unknown;
  try {
    current = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const step of steps) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<PathStep, unknown>)[step];
  }
  return current;
}
