import { CHECK_STATUSES, type CheckResult, type CheckStatus } from '../core/check.js';
import type { Agent } from './agent.js';
import { Admin, ServerState, type Server } from './server.js';

/** What is said when servers go up and down: HAProxy's words to the byte, as alerting rules match them. */

/** Why a server's state changes: a check's result, a text (`changed from CLI`), or nothing to be said. */
export type Cause = CheckResult | string | undefined;

/** Statuses whose code is shown: those at the level of an application. */
const WITH_CODE: ReadonlySet<CheckStatus> = new Set(['L7OK', 'L7OKC', 'L7STS', 'PROCERR', 'PROCTOUT', 'PROCOK']);

/** `Server b/s` or `Backup Server b/s`. */
export function title(server: Server): string {
  return `${server.backup ? 'Backup ' : ''}Server ${server.backend.name}/${server.name}`;
}

/** `, reason: …` */
function reason({ status, code, info, durationMs }: CheckResult): string {
  let text = `, reason: ${CHECK_STATUSES[status].reason}`;
  if (WITH_CODE.has(status)) text += `, code: ${code}`;
  if (info !== '') text += `, info: "${escapeInfo(info)}"`;
  return durationMs >= 0 ? `${text}, check duration: ${durationMs}ms` : text;
}

/** What a server says may not break the line: quotes, angle brackets and everything but printable ASCII become `<XX>`. */
function escapeInfo(info: string): string {
  return info.replaceAll(
    /[^ !#-;=?-~]/g,
    (byte) => `<${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}>`,
  );
}

/**
 * Why.
 * @param forced an administrator did it to this very server: that it tracks another one explains nothing
 */
export function because(server: Server, cause: Cause, forced: boolean): string {
  if (typeof cause === 'object') return reason(cause);
  if (cause !== undefined && cause !== '') return `, ${cause}`;
  const { tracked } = server;
  return !forced && tracked !== undefined ? ` via ${tracked.backend.name}/${tracked.name}` : '';
}

/**
 * What is left of the backend.
 * @param moved streams taken from or given to the server's queue
 */
export function remains(server: Server, moved: number): string {
  const { activeServers, backupServers } = server.backend;
  const onBackup = backupServers > 0 && activeServers === 0 ? ' Running on backup.' : '';
  const servers = `. ${activeServers} active and ${backupServers} backup servers`;
  return server.state === ServerState.Stopped
    ? `${servers} left.${onBackup} ${server.served} sessions active, ${moved} requeued, ${server.queued} remaining in queue`
    : `${servers} online.${onBackup} ${moved} sessions requeued, ${server.queued} total in queue`;
}

/** One line of `option log-health-checks`. */
export function checkLine(server: Server, result: CheckResult): string {
  const { health, rise, fall } = server;
  const verdict = CHECK_STATUSES[result.status].result;
  const outcome = verdict === 'failed' ? 'failed' : `${verdict === 'conditional' ? 'conditionally ' : ''}succeeded`;
  const up = health >= rise;
  const state = up ? (server.userWeight > 0 ? 'UP' : 'DRAIN') : 'DOWN';
  const count = up ? `${health - rise + 1}/${fall}` : `${health}/${rise}`;
  const name = `${server.backup ? 'backup ' : ''}server ${server.backend.name}/${server.name}`;
  return `Health check for ${name} ${outcome}${reason(result)}, status: ${count} ${state}.`;
}

/** The same for its agent. */
export function agentLine(server: Server, { health, result }: Agent): string {
  const failed = CHECK_STATUSES[result.status].result === 'failed';
  const state = health > 0 ? (server.userWeight > 0 ? 'UP' : 'DRAIN') : 'DOWN';
  const name = `${server.backup ? 'backup ' : ''}server ${server.backend.name}/${server.name}`;
  // HAProxy adds what an incomplete line was only after it has logged it
  const told = result.status === 'L7TOUT' ? { ...result, info: '' } : result;
  return `Agent check for ${name} ${failed ? 'failed' : 'succeeded'}${reason(told)}, status: ${health}/1 ${state}.`;
}

/** How a server stands after leaving maintenance: `UP/READY`. */
export function standing(server: Server): string {
  const mode = (server.admin & Admin.AnyDrain) !== 0 ? 'DRAIN' : 'READY';
  return `${upOrDown(server)}/${mode}`;
}

export const upOrDown = (server: Server): string => (server.state === ServerState.Stopped ? 'DOWN' : 'UP');
