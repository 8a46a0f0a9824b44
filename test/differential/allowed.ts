import type { Observation } from './differential.js';

/**
 * Differences to HAProxy 2.6 that are wanted. Each names its cases and gives back what 2.6 would have shown; whatever it
 * does not touch is compared. A case whose difference is gone fails again, so the list only shrinks.
 */
interface Allowed {
  readonly cases: RegExp;
  readonly why: string;
  accept(ours: Observation, real: Observation): Observation | undefined;
}

const refused = ({ client, origin }: Observation): boolean => client.startsWith('HTTP/1.1 400 ') && origin.length === 0;

/** Chunk sizes without leading zeros. */
const shortSizes = ({ origin }: Observation): string[] =>
  origin.map((bytes) => bytes.replace(/^0+(?=[\da-f]+\r$)/gim, ''));

const ALLOWED: readonly Allowed[] = [
  {
    cases: /\(stricter\)$/,
    why: '3.5 closed a hole that 2.6 leaves open; we refuse as 3.5 does. The origin must see nothing.',
    accept: (ours, real) => (refused(ours) && !refused(real) ? real : undefined),
  },
  {
    cases: /\(not forwarded\)$/,
    why: 'An upgrade to h2c could smuggle requests past the rules: 3.5 drops it, so do we.',
    accept: (ours, real) =>
      ours.origin.some((bytes) => /^upgrade:/im.test(bytes))
        ? undefined
        : { ...ours, origin: ours.origin.length === real.origin.length ? real.origin : ours.origin },
  },
  {
    cases: /\(re-framed\)$/,
    why: 'Chunk sizes are written anew; only the data counts.',
    accept: (ours, real) => ({
      ...ours,
      origin: shortSizes(ours).join() === shortSizes(real).join() ? real.origin : ours.origin,
    }),
  },
];

/** `ours` with its allowed differences undone. */
export function explained(name: string, ours: Observation, real: Observation): Observation {
  const rule = ALLOWED.find(({ cases }) => cases.test(name));
  return rule?.accept(ours, real) ?? ours;
}
