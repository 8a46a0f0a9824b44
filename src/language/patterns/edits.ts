import type { PatternReference } from './reference.js';

/** Changes that rules make to ACL and map files in memory (manual 4.2), by the names of the actions. */
export const PATTERN_EDITS = {
  'add-acl'(reference: PatternReference, key: string): void {
    if (!reference.has(key)) reference.add(key);
  },
  'del-acl'(reference: PatternReference, key: string): void {
    reference.delete(key);
  },
  'del-map'(reference: PatternReference, key: string): void {
    reference.delete(key);
  },
  'set-map'(reference: PatternReference, key: string, value: string): void {
    if (reference.set(key, value) === 0) reference.add(key, value);
  },
} as const satisfies Readonly<Record<string, (reference: PatternReference, key: string, value: string) => void>>;

/** One change, as other threads are told of it. */
export interface PatternEdit {
  readonly action: keyof typeof PATTERN_EDITS;
  readonly file: string;
  readonly key: string;
  readonly value: string;
}
