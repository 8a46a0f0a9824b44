import type { ConnectionFailure, LogFacts } from '../core/stream.js';
import type { Endpoint } from '../core/transport.js';

/** What a stream leaves behind for its log line. Reused with the stream; request parts are cut out only when asked for. */
export class Facts implements LogFacts {
  requestLine = '';
  status = -1;
  bytesOut = 0;
  bytesIn = 0;
  /** How many of both the counters have already. */
  countedOut = 0;
  countedIn = 0;
  retries = 0;
  redispatched = false;
  termination = '--';
  cookieState = '--';
  serverQueue = 0;
  backendQueue = 0;
  actConn = 0;
  feConn = 0;
  beConn = 0;
  srvConn = 0;
  requestCaptures: (string | undefined)[] | undefined = undefined;
  responseCaptures: (string | undefined)[] | undefined = undefined;
  requestCookie = '';
  responseCookie = '';
  uniqueId = '';
  serverName = '<NOSRV>';
  backendSource: Endpoint | undefined = undefined;
  serverEndpoint: Endpoint | undefined = undefined;
  serverFailure: ConnectionFailure | undefined = undefined;
  level = -1;
  logCounter = 0;
  requestNumber = 0;

  get method(): string {
    const space = this.requestLine.indexOf(' ');
    return space < 0 ? '' : this.requestLine.slice(0, space);
  }

  get uri(): string {
    const first = this.requestLine.indexOf(' ');
    const last = this.requestLine.lastIndexOf(' ');
    return first < 0 || last <= first ? '' : this.requestLine.slice(first + 1, last);
  }

  get version(): string {
    const last = this.requestLine.lastIndexOf(' ');
    return last < 0 ? '' : this.requestLine.slice(last + 1);
  }

  /** What rules of the same stream have said before it was one of HTTP. */
  inherit({ requestCaptures, level, requestNumber }: Facts): void {
    this.requestCaptures = requestCaptures;
    this.level = level;
    this.requestNumber = requestNumber;
  }

  reset(): void {
    this.requestLine = '';
    this.status = -1;
    this.bytesOut = 0;
    this.bytesIn = 0;
    this.countedOut = 0;
    this.countedIn = 0;
    this.retries = 0;
    this.redispatched = false;
    this.termination = '--';
    this.cookieState = '--';
    this.serverQueue = 0;
    this.backendQueue = 0;
    this.srvConn = 0;
    this.requestCaptures = undefined;
    this.responseCaptures = undefined;
    this.requestCookie = '';
    this.responseCookie = '';
    this.uniqueId = '';
    this.serverName = '<NOSRV>';
    this.backendSource = undefined;
    this.serverEndpoint = undefined;
    this.serverFailure = undefined;
    this.level = -1;
  }
}
