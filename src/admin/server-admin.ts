import { ADMIN_ACTIONS, type AdminAction, type ServerAdmin } from '../observe/stats/admin.js';
import type { Health } from '../state/health.js';
import type { Agent } from '../state/agent.js';
import { HealthAgent } from '../state/health-agent.js';
import { HealthAdmin } from '../state/health-admin.js';
import type { Server } from '../state/server.js';

/** How logs name the statistics page. */
const CAUSE = 'changed from Web interface';

const always = (): boolean => true;
const ifChecked = (server: Server): boolean => server.model.check && server.tracked === undefined;
const hasAgent = (server: Server): boolean => server.agent !== undefined;
const ifAgent = (server: Server): boolean => server.agent?.enabled === true;

/** Which servers an action applies to. */
const APPLIES: Readonly<Record<AdminAction, (server: Server) => boolean>> = {
  ready: always,
  drain: always,
  maint: always,
  dhlth: ifChecked,
  ehlth: ifChecked,
  hrunn: ifChecked,
  hnolb: ifChecked,
  hdown: ifChecked,
  dagent: ifAgent,
  eagent: hasAgent,
  arunn: ifAgent,
  adown: ifAgent,
  shutdown: always,
};

/** Carries out an action on a server that it applies to. */
export type CarryOut = (action: AdminAction, server: Server) => void;

/** The statistics page's form (manual 4.2 `stats admin`). @param carryOut here, or in the main thread */
export function createServerAdmin(carryOut: CarryOut): ServerAdmin {
  const actionOf =
    (action: AdminAction) =>
    (server: Server): boolean => {
      if (!APPLIES[action](server)) return false;
      carryOut(action, server);
      return true;
    };
  const names = Object.keys(ADMIN_ACTIONS) as AdminAction[];
  return Object.fromEntries(names.map((action) => [action, actionOf(action)]));
}

/** @param shutdown ends the sessions of a server */
export function carryOutWith(health: Health, shutdown: (server: Server) => void): CarryOut {
  const admin = new HealthAdmin(health);
  const agents = new HealthAgent(health);
  const withAgent =
    (act: (server: Server, agent: Agent) => void) =>
    (server: Server): void => {
      if (server.agent !== undefined) act(server, server.agent);
    };
  const actions: Record<AdminAction, (server: Server) => void> = {
    ready: (server) => admin.setReady(server),
    drain: (server) => admin.setDrain(server),
    maint: (server) => admin.setMaintenance(server),
    dhlth(server) {
      server.checked = false;
    },
    ehlth(server) {
      server.checked = true;
    },
    hrunn: (server) => health.force(server, 'up', CAUSE),
    hnolb: (server) => health.force(server, 'stopping', CAUSE),
    hdown: (server) => health.force(server, 'down', CAUSE),
    dagent: withAgent((_server, agent) => (agent.enabled = false)),
    eagent: withAgent((_server, agent) => (agent.enabled = true)),
    arunn: withAgent((server, agent) => agents.force(server, agent, true, CAUSE)),
    adown: withAgent((server, agent) => agents.force(server, agent, false, CAUSE)),
    shutdown,
  };
  return (action, server) => actions[action](server);
}
