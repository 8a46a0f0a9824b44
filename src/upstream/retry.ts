import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import { ServerState } from '../state/server.js';
import { Stick } from './placement.js';

/** What `retry-on` may name besides failed connections, as bits (manual 4.2 `retry-on`). */
export const RETRY_EMPTY = 1 << 0;
export const RETRY_JUNK = 1 << 1;
export const RETRY_TIMEOUT = 1 << 2;
const STATUS_BITS: readonly (readonly [number, number])[] = [
  [401, 1 << 3],
  [403, 1 << 4],
  [404, 1 << 5],
  [408, 1 << 6],
  [425, 1 << 7],
  [500, 1 << 8],
  [501, 1 << 9],
  [502, 1 << 10],
  [503, 1 << 11],
  [504, 1 << 12],
];
const BIT_OF_STATUS = new Map(STATUS_BITS);
const ALL_RETRYABLE = RETRY_EMPTY | RETRY_JUNK | RETRY_TIMEOUT | bits([500, 502, 503, 504]);

function bits(statuses: readonly number[]): number {
  return statuses.reduce((mask, status) => mask | (BIT_OF_STATUS.get(status) ?? 0), 0);
}

/** The bit of a response status, 0 = never retried. */
export function retryBitOf(status: number): number {
  return status < 400 ? 0 : (BIT_OF_STATUS.get(status) ?? 0);
}

/** @param causes the words of `retry-on`; @returns the mask of causes that are known only after the request was sent */
export function retryMask(causes: readonly string[] | undefined): number {
  let mask = 0;
  for (const cause of causes ?? []) {
    if (cause === 'none') return 0;
    if (cause === 'empty-response') mask |= RETRY_EMPTY;
    else if (cause === 'junk-response') mask |= RETRY_JUNK;
    else if (cause === 'response-timeout') mask |= RETRY_TIMEOUT;
    else if (cause === 'all-retryable-errors') mask |= ALL_RETRYABLE;
    else mask |= retryBitOf(Number(cause));
  }
  return mask;
}

/** @param causes the words of `retry-on`; @returns whether a failed connection is one of them, as it is by default */
export function retriesConnect(causes: readonly string[] | undefined): boolean {
  if (causes === undefined) return true;
  if (causes.includes('none')) return false;
  return causes.includes('conn-failure') || causes.includes('all-retryable-errors');
}

/**
 * What to do after a connection attempt failed (manual 4.2 `retries`, `option redispatch`).
 * @param done retries made so far
 * @param stick why the stream is on this server
 */
export function nextAttempt(
  backend: Backend,
  server: Server,
  done: number,
  stick: number,
): 'same' | 'redispatch' | 'give-up' {
  if (!backend.retriesConnect || done >= backend.retries) return 'give-up';
  const retry = done + 1;
  const { redispatch, retries } = backend;
  if (redispatch === 0 || (stick & Stick.Forced) !== 0) return 'same';
  if (!server.usable || server.state !== ServerState.Running) return 'redispatch';
  // A round-robin would send the next request elsewhere anyway, so there is nothing to stick to.
  if ((stick & Stick.Direct) === 0 && !backend.balancer.deterministic && backend.activeServers > 1) return 'redispatch';
  const every = redispatch > 0 ? redispatch : Math.max(1, retries + 1 + redispatch);
  return retry % every === 0 ? 'redispatch' : 'same';
}
