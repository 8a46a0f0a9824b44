import { isIP } from 'node:net';
import type { Backend } from './backend.js';
import type { Health } from './health.js';
import type { HealthAdmin } from './health-admin.js';
import { weigh } from './health-weight.js';
import { Admin, ServerState, type Server } from './server.js';
import { CheckFlag, type SavedServer } from './server-state-file.js';

/**
 * Puts servers into the state that a file has of them (manual 4.2 `load-server-state-from-file`), before traffic comes.
 * Where the configuration says something else now than it did then, the configuration is right.
 */
export class ServerRestorer {
  constructor(
    readonly health: Health,
    readonly admin: HealthAdmin,
    /** `server-state partially applied for server …` */
    readonly warn: (message: string) => void,
  ) {}

  /** Applies the lines that are about the backend's servers. */
  restore(backend: Backend, saved: readonly SavedServer[]): void {
    for (const server of backend.servers) {
      const line = savedOf(server, saved);
      if (line !== undefined) this.#apply(server, line);
    }
  }

  #apply(server: Server, saved: SavedServer): void {
    this.#applyState(server, saved);
    this.#applyAdmin(server, saved);
    server.lastChange = this.health.now - saved.sinceChange;
    server.checkResult = { ...server.checkResult, status: saved.checkStatus };
    const wasConfigured = (saved.checkState & CheckFlag.Configured) !== 0;
    // `disable health` outlives a reload; everything else about checks is the configuration's.
    if (server.checkable && wasConfigured && (saved.checkState & CheckFlag.Enabled) === 0) server.checked = false;
    const { agent } = server;
    const agentWasConfigured = (saved.agentState & CheckFlag.Configured) !== 0;
    if (agent !== undefined && agentWasConfigured) agent.enabled = (saved.agentState & CheckFlag.Enabled) !== 0;
    if (saved.initialWeight === server.initialWeight) server.userWeight = saved.userWeight;
    weigh(server, this.health.now);
    this.#applyPlace(server, saved);
  }

  #applyState(server: Server, saved: SavedServer): void {
    if ((server.admin & Admin.AnyMaint) !== 0 && (saved.admin & Admin.AnyMaint) !== 0) return;
    const cause = 'changed from server-state after a reload';
    if (saved.state === ServerState.Stopped && (saved.admin & Admin.AnyMaint) === 0) {
      this.health.force(server, 'down', cause);
    } else if (saved.state === ServerState.Stopping) {
      this.health.force(server, 'stopping', cause);
    } else if (saved.state === ServerState.Running && !server.inMaintenance) {
      this.health.force(server, 'up', cause);
    }
  }

  #applyAdmin(server: Server, saved: SavedServer): void {
    const disabled = (server.admin & Admin.ConfigMaint) !== 0;
    const forced = (saved.admin & Admin.ForcedMaint) !== 0;
    const wasDisabled = (saved.admin & Admin.ConfigMaint) !== 0;
    if (disabled !== wasDisabled) {
      if (disabled) this.admin.setMaintenance(server);
      else this.admin.setReady(server);
    } else if (forced && !disabled) this.admin.setMaintenance(server);
    else if (!forced && disabled) this.admin.setReady(server);
    const drained = (saved.admin & Admin.ForcedDrain) !== 0 && (server.admin & Admin.ForcedMaint) === 0;
    // A weight of 0 drains too: it does not outlive a configuration that gives the server a weight again.
    if (drained && (saved.initialWeight > 0 || server.initialWeight === 0)) this.admin.setDrain(server);
  }

  #applyPlace(server: Server, saved: SavedServer): void {
    if (server.path !== '') return;
    if (this.#applyNames(server, saved) && saved.port > 0) server.port = saved.port;
    const kind = this.#placeChecks(server, saved) ? (this.#placeAgent(server, saved) ? '' : 'agent') : 'health';
    if (kind === '') return;
    const name = `${server.backend.name}/${server.name}`;
    this.warn(`server-state partially applied for server '${name}', ${kind} checks are not enabled on this server`);
  }

  /**
   * The name that the runtime API or an SRV record gave it; its address is a matter of `init-addr last`.
   * @returns false when its port is not that of the configuration's service
   */
  #applyNames(server: Server, { service, hostname, admin, name }: SavedServer): boolean {
    if (service !== server.service) {
      if (service === '' || server.service === '') return server.service === '';
      const owner = `server-state partially applied for server '${server.backend.name}/${server.name}'`;
      const names = `configuration ('${server.service}') and state file ('${service}) for server '${name}'`;
      this.warn(`config : ${owner}, SRV record mismatch between ${names}. Previous state not applied`);
      return false;
    }
    const renamed = (admin & Admin.HostnameSet) !== 0 && server.model.resolvers !== undefined;
    if (hostname === '' || !(renamed || service !== '')) return true;
    server.hostname = hostname;
    server.admin |= Admin.HostnameSet;
    return true;
  }

  /** @returns false when there are none */
  #placeChecks(server: Server, saved: SavedServer): boolean {
    if (saved.checkPort === 0 && saved.checkAddress === '') return true;
    if (!server.checked) return false;
    if (saved.checkPort > 0) server.checkPort = saved.checkPort;
    if (isIP(saved.checkAddress) !== 0) server.checkAddress = saved.checkAddress;
    return true;
  }

  /** @returns false when there is none */
  #placeAgent({ agent }: Server, saved: SavedServer): boolean {
    if (saved.agentPort === 0 && saved.agentAddress === '') return true;
    if (agent?.enabled !== true) return false;
    if (saved.agentPort > 0) agent.port = saved.agentPort;
    if (isIP(saved.agentAddress) !== 0) agent.address = saved.agentAddress;
    return true;
  }
}

/** What a file says of a server, undefined where that is nothing. */
export function savedOf({ backend, model, name, id }: Server, saved: readonly SavedServer[]): SavedServer | undefined {
  return saved.find(
    (line) =>
      (backend.model.id === undefined ? line.backendName === backend.name : line.backendId === backend.id) &&
      (model.id === undefined ? line.name === name : line.id === id),
  );
}
