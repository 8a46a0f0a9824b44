import { CHECK_STATUSES, type CheckStatus } from '../../core/check.js';
import { Admin, ServerState, type Server } from '../../state/server.js';

/** States that a server's status is told in: 1 for the one it is in. */
export const SERVER_STATES = ['DOWN', 'UP', 'MAINT', 'DRAIN', 'NOLB'] as const;
type ExportedState = (typeof SERVER_STATES)[number];

export function exportedState(server: Server): ExportedState {
  if (server.inMaintenance) return 'MAINT';
  if (server.state === ServerState.Stopped) return 'DOWN';
  if (server.state === ServerState.Stopping) return 'NOLB';
  return (server.admin & Admin.AnyDrain) === 0 ? 'UP' : 'DRAIN';
}

/** There is no outcome yet. */
const ABSENT: ReadonlySet<string> = new Set<CheckStatus>(['UNK', 'INI', 'HCHK']);
/** No states of their own, as in HAProxy; `CHECKED` says that a check changed nothing. */
const UNTOLD: ReadonlySet<string> = new Set<CheckStatus>(['UNK', 'INI', 'HCHK', 'CHECKED']);
/** Outcomes of checks in HAProxy's order. */
export const CHECK_STATES: readonly string[] = [
  'HANA',
  ...Object.keys(CHECK_STATUSES).filter((status) => status !== 'HANA' && !UNTOLD.has(status)),
];

/** The outcome of the server's last check; undefined = it is not checked, or not now. */
export function exportedCheck(server: Server): CheckStatus | undefined {
  return server.checked && !server.inMaintenance ? server.checkResult.status : undefined;
}

export function hasCheckEnded(status: CheckStatus): boolean {
  return !ABSENT.has(status);
}
