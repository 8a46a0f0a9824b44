import type { Sample } from '../core/sample.js';
import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import type { Facts } from './facts.js';

/**
 * What a TCP session leaves to the HTTP one that its connection becomes: its first request goes on where the rules on
 * contents stopped (manual 4, "in-place upgrades").
 */
export interface Heritage {
  /** Chosen, and counted, already. */
  readonly backend: Backend | undefined;
  readonly txnVars: Map<string, Sample> | undefined;
  readonly reqVars: Map<string, Sample> | undefined;
  readonly lastRule?: { readonly file: string; readonly line: number } | undefined;
  readonly log: Facts;
  /** ms, -1 = not set. */
  readonly tunnelTimeout: number;
  readonly attempts: {
    readonly priorityClass: number;
    readonly priorityOffset: number;
    readonly wanted: Server | undefined;
    readonly stick: number;
  };
}
