import type { AdminAction, ServerAdmin } from '../observe/stats/admin.js';
import type { Health } from '../state/health.js';
import { HealthAdmin } from '../state/health-admin.js';
import type { Server } from '../state/server.js';
import { killSessions, type ServerUser } from '../upstream/health-listener.js';

/** How logs name the statistics page. */
const CAUSE = 'changed from Web interface';

/** What the statistics page's form does to servers (manual 4.2 `stats admin`), and later the runtime socket. */
export function createServerAdmin(health: Health, sessions: () => readonly ServerUser[]): ServerAdmin {
  const admin = new HealthAdmin(health);
  const always =
    (act: (server: Server) => void) =>
    (server: Server): boolean => {
      act(server);
      return true;
    };
  const ifChecked =
    (act: (server: Server) => void) =>
    (server: Server): boolean => {
      if (!server.model.check || server.tracked !== undefined) return false;
      act(server);
      return true;
    };
  /** Agents are refused when the configuration is read, so no server has one. */
  const noAgent = (): boolean => false;
  const actions: Record<AdminAction, (server: Server) => boolean> = {
    ready: always((server) => admin.setReady(server)),
    drain: always((server) => admin.setDrain(server)),
    maint: always((server) => admin.setMaintenance(server)),
    dhlth: ifChecked((server) => {
      server.checked = false;
    }),
    ehlth: ifChecked((server) => {
      server.checked = true;
    }),
    hrunn: ifChecked((server) => health.force(server, 'up', CAUSE)),
    hnolb: ifChecked((server) => health.force(server, 'stopping', CAUSE)),
    hdown: ifChecked((server) => health.force(server, 'down', CAUSE)),
    dagent: noAgent,
    eagent: noAgent,
    arunn: noAgent,
    adown: noAgent,
    shutdown: always((server) => {
      killSessions(sessions(), 'K', (used) => used === server);
    }),
  };
  return actions;
}
