import type { Transport } from '../core/transport.js';
import type { HealthListener } from '../state/health.js';
import type { Server } from '../state/server.js';
import { redistributeQueue, serveQueues } from './placement.js';

/** A session that may be using a server. */
export interface ServerUser {
  readonly transport: Transport;
  /** The server it is being served by now. */
  readonly currentServer: Server | undefined;
}

/** What happens to streams when a server's state changes. @param sessions all that are open */
export function placementListener(sessions: () => readonly ServerUser[]): HealthListener {
  const shutdown = (uses: (server: Server) => boolean): void => {
    for (const session of sessions()) {
      if (session.currentServer !== undefined && uses(session.currentServer)) session.transport.destroy();
    }
  };
  return {
    changed: () => undefined,
    shutdownSessions: (server) => shutdown((used) => used === server),
    shutdownBackupSessions: (backend) => shutdown((used) => used.backend === backend && used.backup),
    redistribute: (server) => redistributeQueue(server),
    grab(server) {
      const before = server.served;
      serveQueues(server);
      return server.served - before;
    },
  };
}
