import { LogLevel } from '../core/log.js';
import type { Health } from './health.js';
import { because, remains, standing, title, upOrDown } from './health-messages.js';
import { ServerChange } from '../core/balancer.js';
import { Admin, ServerState, type Server } from './server.js';

/**
 * What administrators do to servers: maintenance and drain, by the runtime API, the stats page and `disabled` (management
 * manual 9.3 `set server`). Servers that track another one inherit both.
 */
export class HealthAdmin {
  constructor(readonly health: Health) {}

  /** `set server … state maint`, `disable server`. */
  setMaintenance(server: Server): void {
    this.#add(server, Admin.ForcedMaint);
    this.#remove(server, Admin.ForcedDrain);
  }

  /** `set server … state drain`: no new sessions but those that persistence sends. */
  setDrain(server: Server): void {
    this.#add(server, Admin.ForcedDrain);
    this.#remove(server, Admin.ForcedMaint);
  }

  /** `set server … state ready`, `enable server`. */
  setReady(server: Server): void {
    this.#remove(server, Admin.ForcedDrain);
    this.#remove(server, Admin.ForcedMaint);
  }

  /** The server's name does not resolve, or resolves again. @param cause why it does not */
  setResolved(server: Server, resolved: boolean, cause = ''): void {
    if (resolved) this.#remove(server, Admin.ResolveMaint);
    else this.#add(server, Admin.ResolveMaint, cause);
  }

  #add(server: Server, flag: number, cause = ''): void {
    if ((server.admin & flag) === flag) return;
    const before = server.admin;
    server.admin = before | flag;
    const maint = (flag & Admin.AnyMaint) !== 0;
    if (maint && (before & Admin.AnyMaint) === 0) this.#enterMaintenance(server, cause);
    else if (!maint && (before & (Admin.AnyDrain | Admin.AnyMaint)) === 0) this.#enterDrain(server);
    const inherited = maint ? Admin.InheritedMaint : Admin.InheritedDrain;
    for (const tracker of server.trackers) this.#add(tracker, inherited);
  }

  #remove(server: Server, flags: number): void {
    if ((server.admin & flags) === 0) return;
    const before = server.admin;
    server.admin = before & ~flags;
    const maint = (flags & Admin.AnyMaint) !== 0;
    if (maint && !server.inMaintenance) this.#leaveMaintenance(server, before);
    else if (maint) this.#stillMaintained(server, before);
    else if (!server.inMaintenance && (server.admin & Admin.AnyDrain) === 0) this.#leaveDrain(server);
    else this.health.noteDrain(server);
    if ((server.admin & (maint ? Admin.AnyMaint : Admin.AnyDrain)) !== 0) return;
    const inherited = maint ? Admin.InheritedMaint : Admin.InheritedDrain;
    for (const tracker of server.trackers) this.#remove(tracker, inherited);
  }

  #enterMaintenance(server: Server, cause: string): void {
    const { health } = this;
    const forced = (server.admin & Admin.ForcedMaint) !== 0;
    const why = cause === '' ? because(server, undefined, forced) : ` (${cause})`;
    server.health = 0;
    if (server.state === ServerState.Stopped) {
      health.say(server, LogLevel.Notice, `${title(server)} was DOWN and now enters maintenance${why}.`);
      return;
    }
    const { backend } = server;
    const level = health.alarm(server, server.admin);
    const had = backend.activeServers + backend.backupServers > 0;
    server.state = ServerState.Stopped;
    const moved = health.takeOut(server);
    health.say(server, level, `${title(server)} is going DOWN for maintenance${why}${remains(server, moved)}.`);
    if (had) health.noteLoss(backend);
    health.countTransition(server);
  }

  /** Up at once, unless what it tracks is down: its checks begin anew at `rise`. */
  #leaveMaintenance(server: Server, before: number): void {
    const { health } = this;
    const { backend, tracked } = server;
    if (server.checked) server.health = server.rise;
    if ((tracked === undefined || tracked.state !== ServerState.Stopped) && server.agent?.down !== true) {
      if (tracked?.state === ServerState.Stopping) server.state = ServerState.Stopping;
      else server.state = server.slowstart > 0 ? ServerState.Starting : ServerState.Running;
    }
    const had = backend.activeServers + backend.backupServers > 0;
    health.returned(server);
    health.warm(server);
    health.putIn(server);
    if (!had && backend.activeServers + backend.backupServers > 0) health.endOutage(backend);
    health.environment.listener.grab(server);
    const name = (before & Admin.ResolveMaint) === 0 ? '' : ` (${hostOf(server)})`;
    health.say(server, LogLevel.Notice, `${title(server)}${name} is ${standing(server)} (${leaving(before)}).`);
    health.noteDrain(server);
  }

  #stillMaintained(server: Server, before: number): void {
    if ((server.admin & Admin.ForcedMaint) !== 0) {
      const text =
        (before & ~server.admin & Admin.ResolveMaint) === 0
          ? `${title(server)} remains in forced maintenance.`
          : `${title(server)} (${hostOf(server)}) resolves again (remains in forced maintenance).`;
      this.health.say(server, LogLevel.Notice, text);
      return;
    }
    if ((server.admin & Admin.ResolveMaint) !== 0) {
      const text = `${title(server)} is leaving forced maintenance but remains in maintenance.`;
      this.health.say(server, LogLevel.Notice, text);
      return;
    }
    const { tracked } = server;
    if (tracked === undefined || (server.admin & Admin.InheritedMaint) === 0) return;
    const via = `via ${tracked.backend.name}/${tracked.name}`;
    this.health.say(server, LogLevel.Notice, `${title(server)} remains in maintenance ${via}.`);
  }

  #enterDrain(server: Server): void {
    const { health } = this;
    const { backend } = server;
    const had = backend.activeServers + backend.backupServers > 0;
    server.lastChange = health.now;
    health.tellBalancer(server, ServerChange.Down);
    const moved = health.environment.listener.redistribute(server);
    const why = because(server, undefined, (server.admin & Admin.ForcedDrain) !== 0);
    health.say(server, LogLevel.Notice, `${title(server)} enters drain state${why}${remains(server, moved)}.`);
    if (had) health.noteLoss(backend);
  }

  #leaveDrain(server: Server): void {
    const { health } = this;
    const { backend } = server;
    const had = backend.activeServers + backend.backupServers > 0;
    server.lastChange = health.now;
    health.putIn(server);
    if (!had && backend.activeServers + backend.backupServers > 0) health.endOutage(backend);
    health.say(server, LogLevel.Notice, `${title(server)} is ${upOrDown(server)} (leaving forced drain).`);
    health.environment.listener.grab(server);
  }
}

/** What kind of maintenance ended. */
function leaving(before: number): string {
  if ((before & Admin.ForcedMaint) !== 0) return 'leaving forced maintenance';
  return (before & Admin.ResolveMaint) !== 0 ? 'resolves again' : 'leaving maintenance';
}

/** The name that it is known by in the network, as it is shown. */
const hostOf = ({ hostname }: Server): string => `'${hostname === '' ? '(null)' : hostname}'`;
