import { LogLevel } from '../../core/log.js';
import type { HealthAdmin } from '../health-admin.js';
import { Admin, type Server } from '../server.js';

/** Does to servers what their names ask for, and says so in HAProxy's words. */
export class Keeper {
  constructor(
    private readonly admin: HealthAdmin,
    /** A server has another address or port: tells the other threads. */
    private readonly moved: (server: Server) => void,
  ) {}

  /** @param source who says so */
  moveTo(server: Server, address: string, source: string): void {
    const before = server.address === '' ? '(none)' : server.address;
    server.address = address;
    this.#relocated(server);
    this.#say(server, `${nameOf(server)} changed its IP from ${before} to ${address} by ${source}.`);
  }

  /** A valid answer ends the maintenance that the lack of one began. */
  ready(server: Server): void {
    this.admin.setResolved(server, true);
    this.#say(server, `Server ${nameOf(server)} administratively READY thanks to valid DNS answer.`);
  }

  /** The same for an address that came beside an SRV record, of which HAProxy says less. */
  quietlyReady(server: Server): void {
    this.admin.setResolved(server, true);
  }

  /** It has no address any more. */
  rest(server: Server, cause: string): void {
    this.admin.setResolved(server, false, cause);
    if (server.address === '') return;
    server.address = '';
    this.#relocated(server);
  }

  /** @param by whose record it is. @returns what is said of it */
  rename(server: Server, hostname: string, by: string): string {
    const before = server.hostname === '' ? '(null)' : server.hostname;
    server.hostname = hostname;
    server.admin |= Admin.HostnameSet;
    return `${nameOf(server)} changed its FQDN from ${before} to ${hostname} by '${by}'`;
  }

  /** A rename that nobody asked for at the runtime API is in the log, and only there. */
  logRename(server: Server, hostname: string): void {
    server.backend.logger.event(LogLevel.Notice, this.rename(server, hostname, 'SRV record'));
  }

  setPort(server: Server, port: number): void {
    if (server.port === port && !server.portOffset) return;
    server.port = port;
    server.portOffset = false;
    this.#relocated(server);
  }

  setWeight(server: Server, weight: number): void {
    if (server.userWeight !== weight) this.admin.health.setWeight(server, weight);
  }

  #relocated(server: Server): void {
    server.pool.clear();
    this.moved(server);
  }

  #say(server: Server, text: string): void {
    this.admin.health.say(server, LogLevel.Notice, text);
  }
}

const nameOf = ({ backend, name }: Server): string => `${backend.name}/${name}`;
