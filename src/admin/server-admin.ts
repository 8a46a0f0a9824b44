import type { AdminAction, ServerAdmin } from '../observe/stats/admin.js';
import type { Health } from '../state/health.js';
import type { Agent } from '../state/agent.js';
import { HealthAgent } from '../state/health-agent.js';
import { HealthAdmin } from '../state/health-admin.js';
import type { Server } from '../state/server.js';
import type { ServerUser } from '../upstream/health-listener.js';

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
  const agents = new HealthAgent(health);
  const ifAgent =
    (act: (server: Server, agent: Agent) => void, asked = true) =>
    (server: Server): boolean => {
      const { agent } = server;
      if (agent === undefined || (asked && !agent.enabled)) return false;
      act(server, agent);
      return true;
    };
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
    dagent: ifAgent((_server, agent) => (agent.enabled = false)),
    eagent: ifAgent((_server, agent) => (agent.enabled = true), false),
    arunn: ifAgent((server, agent) => agents.force(server, agent, true, CAUSE)),
    adown: ifAgent((server, agent) => agents.force(server, agent, false, CAUSE)),
    shutdown: always((server) => {
      for (const session of sessions()) if (session.currentServer === server) session.transport.destroy();
    }),
  };
  return actions;
}
