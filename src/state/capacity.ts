import type { GlobalModel } from '../config/model.js';

/** Connections and the descriptors they need (management manual 5; manual 3.1 `ulimit-n`, `fd-hard-limit`). */

/** Descriptors that are no connections and no listeners: logs, the event loop, files. HAProxy sets about as many aside. */
const OWN_DESCRIPTORS = 26;
/** Where nothing says how many descriptors there may be. */
const DEFAULT_MAXCONN = 10_000;

/**
 * `maxconn` of a process whose configuration does not say: two descriptors for a connection, as far as they go.
 * @param listeners number of listening sockets
 * @param limit descriptors that the system permits; undefined = unknown
 */
export function derivedMaxconn(
  { ulimitN = 0, fdHardLimit = 0 }: Pick<GlobalModel, 'ulimitN' | 'fdHardLimit'>,
  listeners: number,
  limit: number | undefined,
): number {
  const most = Math.min(ulimitN || (limit ?? Infinity), fdHardLimit || Infinity);
  if (most === Infinity) return DEFAULT_MAXCONN;
  return Math.max(1, Math.floor((most - listeners - OWN_DESCRIPTORS) / 2));
}

/** Descriptors that the configuration asks for; 0 = takes what there is. @param maxconn configured, undefined = not */
export function neededDescriptors(
  { ulimitN = 0 }: Pick<GlobalModel, 'ulimitN'>,
  maxconn: number | undefined,
  listeners: number,
): number {
  if (ulimitN > 0) return ulimitN;
  return maxconn === undefined ? 0 : 2 * maxconn + listeners + OWN_DESCRIPTORS;
}
