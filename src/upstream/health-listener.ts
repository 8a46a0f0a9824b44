import type { HealthListener } from '../state/health.js';
import type { Server } from '../state/server.js';
import { redistributeQueue, serveQueues } from './placement.js';

/** Who ends a session on a server, as the log says it (manual 8.5): an operator, a server's going down or coming back. */
export type Killer = 'K' | 'D' | 'U';

/** A session that may be using a server. */
export interface ServerUser {
  /** The server it is being served by now. */
  readonly currentServer: Server | undefined;
  /** Ends what the server is doing for it. */
  kill(by: Killer): void;
  /** Those of its streams that use servers each for itself; without them it uses one. */
  readonly parts?: readonly ServerUser[];
}

/** Kills the sessions on servers, but not those that only get their slots thereby. */
export function killSessions(sessions: readonly ServerUser[], by: Killer, uses: (server: Server) => boolean): void {
  const users = sessions.flatMap((session) => session.parts ?? [session]);
  const doomed = users.filter(({ currentServer }) => currentServer !== undefined && uses(currentServer));
  for (const session of doomed) session.kill(by);
}

/** What happens to streams when a server's state changes. @param sessions all that are open */
export function placementListener(sessions: () => readonly ServerUser[]): HealthListener {
  return {
    changed: () => undefined,
    shutdownSessions: (server, why = 'D') => killSessions(sessions(), why, (used) => used === server),
    shutdownBackupSessions: (backend) =>
      killSessions(sessions(), 'U', (used) => used.backend === backend && used.backup),
    redistribute: (server) => redistributeQueue(server),
    grab(server) {
      const before = server.served;
      serveQueues(server);
      return server.served - before;
    },
  };
}
