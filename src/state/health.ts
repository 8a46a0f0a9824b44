import type { CheckClock } from '../checks/timing.js';
import { ServerChange } from '../core/balancer.js';
import { CHECK_STATUSES, type CheckResult } from '../core/check.js';
import { BE, SV } from '../core/counters.js';
import { LogLevel, type ProxyLogger } from '../core/log.js';
import type { Backend } from './backend.js';
import { because, checkLine, remains, title, type Cause } from './health-messages.js';
import { recount, slowstartStep, warmedUp, weigh } from './health-weight.js';
import { Admin, ServerState, type Server } from './server.js';

/** What the layers above do when servers change. Called in HAProxy's order, before the change is logged. */
export interface HealthListener {
  /** Other threads balance over the same servers: tells them. */
  changed(server: Server, change: ServerChange): void;
  /** `on-marked-down shutdown-sessions` (D), or an administrator (K): ends all sessions on the server. */
  shutdownSessions(server: Server, why?: 'D' | 'K'): void;
  /** `on-marked-up shutdown-backup-sessions`: ends all sessions on the backend's backup servers. */
  shutdownBackupSessions(backend: Backend): void;
  /** The server takes no more work: moves what waits in its queue elsewhere. @returns how many streams moved */
  redistribute(server: Server): number;
  /** The server takes work: gives it streams that wait in the backend's queue. @returns how many streams it got */
  grab(server: Server): number;
}

/** Says something about the process. @param logger what is said goes there too */
export type Console = (severity: 'alert' | 'warning', message: string, logger?: ProxyLogger) => void;

export interface HealthEnvironment {
  readonly clock: CheckClock;
  readonly listener: HealthListener;
  /** HAProxy says all changes on stderr too: `[WARNING]  (pid) : Server …`, and `[ALERT]` for a backend without servers. */
  console: Console;
}

/**
 * The state of servers: what checks, traffic and administrators make of it, and what follows (manual 5.2 `check`, `rise`,
 * `fall`; behaviour as HAProxy 2.6).
 *
 *     health:   0 … rise-1 │ rise … rise+fall-1
 *                  DOWN    │        UP
 *
 * A server starts at `rise`: up, and down with the first failed check. Below `rise` a failure falls back to 0; at `rise`
 * a success goes to the top.
 */
export class Health {
  /** Slow starts under way. */
  readonly #warming = new Map<Server, () => void>();

  constructor(readonly environment: HealthEnvironment) {}

  get now(): number {
    return this.environment.clock.seconds();
  }

  /** Takes the first count of a backend, once its servers and their states exist. */
  begin(backend: Backend): void {
    for (const server of backend.servers) weigh(server, this.now);
    recount(backend);
  }

  /** Ends all slow starts' timers. */
  stop(): void {
    for (const cancel of this.#warming.values()) cancel();
    this.#warming.clear();
  }

  /** A check of the server begins: `* L4OK` in the statistics, the last result without its text. */
  checkStarted(server: Server): void {
    server.checkInProgress = true;
    server.checkResult = { ...server.checkResult, info: '' };
  }

  /** A check ended. */
  checkEnded(server: Server, result: CheckResult): void {
    server.checkInProgress = false;
    if (server.inMaintenance) return;
    this.#account(server, result);
    this.#conclude(server, result);
  }

  /** Errors in traffic count as a failed check (`observe`). */
  analysed(server: Server, info: string): void {
    const result: CheckResult = { status: 'HANA', code: server.checkResult.code, info, durationMs: -1 };
    this.#account(server, result);
    this.#conclude(server, result);
  }

  /** Counts the result, and says so with `option log-health-checks` when it changes anything. */
  #account(server: Server, result: CheckResult): void {
    const previous = server.checkResult.status;
    server.checkResult = result;
    const verdict = CHECK_STATUSES[result.status].result;
    let changed = false;
    if (verdict === 'failed') changed = this.#countFailure(server);
    else if (verdict !== 'unknown') changed = this.#countSuccess(server);
    if (!logsChecks(server.backend) || (result.status === previous && !changed)) return;
    this.#say(server.backend, LogLevel.Notice, checkLine(server, result), LogLevel.Info);
  }

  #countFailure(server: Server): boolean {
    if (server.health === 0) return false;
    server.counters[SV.chkfail]++;
    server.counters[SV.failedChecks]++;
    server.health--;
    if (server.health < server.rise) server.health = 0;
    return true;
  }

  #countSuccess(server: Server): boolean {
    if (server.model.observe !== undefined) server.consecutiveErrors = 0;
    if (server.health >= server.rise + server.fall - 1) return false;
    server.health++;
    if (server.health >= server.rise) server.health = server.rise + server.fall - 1;
    return true;
  }

  #conclude(server: Server, result: CheckResult): void {
    // The check's own line has told the reason already.
    const cause = logsChecks(server.backend) ? undefined : result;
    const up = server.health >= server.rise;
    switch (CHECK_STATUSES[result.status].result) {
      case 'failed':
        if (!up) this.down(server, cause);
        break;
      case 'passed':
        if (up && server.agent?.down !== true) this.up(server, cause);
        break;
      case 'conditional':
        if (up && server.agent?.down !== true) this.stopping(server, cause);
        break;
      case 'unknown':
        break;
    }
  }

  /** Marks the server DOWN, and those that track it. */
  down(server: Server, cause: Cause): void {
    if (server.inMaintenance || server.state === ServerState.Stopped) return;
    const { backend } = server;
    const level = this.alarm(server, server.admin);
    const had = backend.activeServers + backend.backupServers > 0;
    server.state = ServerState.Stopped;
    const moved = this.takeOut(server);
    this.#say(
      backend,
      level,
      `${title(server)} is DOWN${because(server, cause, false)}${remains(server, moved)}.`,
      level,
    );
    if (had) this.noteLoss(backend);
    this.countTransition(server);
    this.noteDrain(server);
    for (const tracker of server.trackers) this.down(tracker, undefined);
  }

  /** The server asks for no new sessions (NOLB), and so do those that track it. */
  stopping(server: Server, cause: Cause): void {
    if (server.inMaintenance || server.state === ServerState.Stopping) return;
    const { backend } = server;
    const had = backend.activeServers + backend.backupServers > 0;
    server.state = ServerState.Stopping;
    this.#cool(server);
    server.lastChange = this.now;
    this.tellBalancer(server, ServerChange.Down);
    const moved = this.environment.listener.redistribute(server);
    const text = `${title(server)} is stopping${because(server, cause, false)}${remains(server, moved)}.`;
    this.#say(backend, LogLevel.Notice, text);
    if (had) this.noteLoss(backend);
    this.noteDrain(server);
    for (const tracker of server.trackers) this.stopping(tracker, undefined);
  }

  /** Marks the server UP (or starting), and those that track it. */
  up(server: Server, cause: Cause): void {
    if (server.inMaintenance) return;
    if (server.state === ServerState.Starting || server.state === ServerState.Running) return;
    const wasDown = server.state === ServerState.Stopped;
    server.state = server.slowstart > 0 ? ServerState.Starting : ServerState.Running;
    this.#risen(server, cause, wasDown);
    for (const tracker of server.trackers) this.up(tracker, undefined);
  }

  #risen(server: Server, cause: Cause, wasDown: boolean): void {
    const { backend } = server;
    const { listener } = this.environment;
    this.noteReturn(backend);
    if (wasDown) this.#countDownTime(server);
    server.lastChange = this.now;
    this.warm(server);
    this.putIn(server);
    if (server.model.onMarkedUp === 'shutdown-backup-sessions' && !server.backup && server.effectiveWeight > 0) {
      listener.shutdownBackupSessions(backend);
    }
    const moved = listener.grab(server);
    this.#say(
      backend,
      LogLevel.Notice,
      `${title(server)} is UP${because(server, cause, false)}${remains(server, moved)}.`,
      LogLevel.Notice,
    );
    this.noteDrain(server);
  }

  /** How bad it is that the server goes: it may have been on its way out. @param admin flags before the change */
  alarm(server: Server, admin: number): LogLevel {
    const leaving = server.state === ServerState.Stopping || (admin & Admin.AnyDrain) !== 0;
    return leaving ? LogLevel.Notice : LogLevel.Alert;
  }

  /** One more time that the server went from up to down. */
  countTransition(server: Server): void {
    server.counters[SV.chkdown]++;
  }

  /** Takes a server that just stopped out of everything. @returns streams that left its queue */
  takeOut(server: Server): number {
    this.#cool(server);
    server.lastChange = this.now;
    this.tellBalancer(server, ServerChange.Down);
    const { listener } = this.environment;
    if (server.model.onMarkedDown === 'shutdown-sessions') listener.shutdownSessions(server);
    return listener.redistribute(server);
  }

  /** Gives a server that runs again its weight and its place. */
  putIn(server: Server): void {
    weigh(server, this.now);
    this.tellBalancer(server, ServerChange.Up);
  }

  /** Counts first: an algorithm may look at its backend. */
  tellBalancer(server: Server, change: ServerChange): void {
    recount(server.backend);
    server.backend.balancer.update(server, change);
    this.environment.listener.changed(server, change);
  }

  #countDownTime(server: Server): void {
    server.downTime += Math.max(0, this.now - server.lastChange);
    server.counters[SV.downtime] = server.downTime;
  }

  /** The server leaves maintenance: the time in it counts as down. */
  returned(server: Server): void {
    this.#countDownTime(server);
    server.lastChange = this.now;
  }

  /** Ends the backend's outage when it has no server yet; call before one is counted. */
  noteReturn(backend: Backend): void {
    if (backend.activeServers + backend.backupServers === 0) this.endOutage(backend);
  }

  /** The backend has servers again. */
  endOutage(backend: Backend): void {
    backend.downTime += Math.max(0, this.now - backend.lastChange);
    backend.counters[BE.downtime] = backend.downTime;
    backend.lastChange = this.now;
  }

  /** Begins the backend's outage when its last server is gone; call after it is counted. */
  noteLoss(backend: Backend): void {
    if (backend.activeServers + backend.backupServers > 0) return;
    backend.lastChange = this.now;
    backend.counters[BE.chkdown]++;
    this.environment.console('alert', `backend '${backend.name}' has no server available!`, backend.logger);
    backend.logger.event(LogLevel.Emerg, `backend ${backend.name} has no server available!`);
  }

  /** HAProxy repeats after every change of a draining server that it still drains. */
  noteDrain(server: Server): void {
    if ((server.admin & Admin.AnyMaint) !== 0) return;
    const { tracked } = server;
    if ((server.admin & Admin.ForcedDrain) !== 0) {
      this.say(server, LogLevel.Notice, `${title(server)} remains in forced drain mode.`);
    } else if ((server.admin & Admin.InheritedDrain) !== 0 && tracked !== undefined) {
      const via = `via ${tracked.backend.name}/${tracked.name}`;
      this.say(server, LogLevel.Notice, `${title(server)} is leaving forced drain but remains in drain mode ${via}.`);
    }
  }

  /** Begins (or goes on with) the slow start of a server in state Starting. */
  warm(server: Server): void {
    this.#cool(server);
    if (server.state !== ServerState.Starting) return;
    const cancel = this.environment.clock.after(slowstartStep(server), () => {
      this.#warmer(server);
    });
    this.#warming.set(server, cancel);
  }

  #warmer(server: Server): void {
    if (server.state !== ServerState.Starting) return;
    if (warmedUp(server, this.now)) {
      server.state = ServerState.Running;
      this.#risen(server, undefined, false);
      return;
    }
    weigh(server, this.now);
    this.tellBalancer(server, ServerChange.Weight);
    this.environment.listener.grab(server);
    this.warm(server);
  }

  #cool(server: Server): void {
    this.#warming.get(server)?.();
    this.#warming.delete(server);
  }

  /** Sets the weight at run time (runtime API, agent). @param weight 0..256 */
  setWeight(server: Server, weight: number): void {
    const { backend } = server;
    const had = backend.activeServers + backend.backupServers > 0;
    server.userWeight = weight;
    weigh(server, this.now);
    this.tellBalancer(server, ServerChange.Weight);
    if (had) this.noteLoss(backend);
    else if (backend.activeServers + backend.backupServers > 0) this.endOutage(backend);
    if (weight > 0) this.environment.listener.grab(server);
    this.noteDrain(server);
  }

  /** Sets the limit of streams at run time (runtime API, agent). @param limit 0 = none */
  setMaxconn(server: Server, limit: number): void {
    server.maxconn = limit;
    this.environment.listener.grab(server);
  }

  /**
   * What a check would find, until the next one.
   * @param cause `changed from CLI` of `set server … health`, `changed from Web interface`
   */
  force(server: Server, verdict: 'up' | 'stopping' | 'down', cause: string): void {
    server.health = verdict === 'down' ? 0 : server.rise + server.fall - 1;
    if (verdict === 'up') this.up(server, cause);
    else if (verdict === 'stopping') this.stopping(server, cause);
    else this.down(server, cause);
  }

  /** Logs and prints a change of one server. @param mailed how severe it is for `email-alert`; undefined = not at all */
  say(server: Server, level: LogLevel, message: string, mailed?: LogLevel): void {
    this.#say(server.backend, level, message, mailed);
  }

  #say(backend: Backend, level: LogLevel, message: string, mailed?: LogLevel): void {
    this.environment.console('warning', message, backend.logger);
    backend.logger.event(level, message);
    if (mailed !== undefined) backend.alert?.(mailed, message);
  }
}

const logsChecks = (backend: Backend): boolean => backend.model.options['log-health-checks'] === true;
