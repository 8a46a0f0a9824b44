import type { LogFacts, StreamContext } from '../core/stream.js';
import type { Endpoint } from '../core/transport.js';

/** Where nobody is. */
export const NOWHERE: Endpoint = { address: '', port: 0, family: 0 };

/** The facts of a stream of which nothing is known. */
export function emptyLogFacts(serverName: string): LogFacts {
  return {
    requestLine: '',
    method: '',
    uri: '',
    version: '',
    status: -1,
    bytesOut: 0,
    bytesIn: 0,
    retries: 0,
    redispatched: false,
    termination: '--',
    cookieState: '--',
    serverQueue: 0,
    backendQueue: 0,
    actConn: 0,
    feConn: 0,
    beConn: 0,
    srvConn: 0,
    requestCaptures: undefined,
    responseCaptures: undefined,
    requestCookie: '',
    responseCookie: '',
    uniqueId: '',
    serverName,
    backendSource: undefined,
    serverEndpoint: undefined,
    level: -1,
  };
}

/** What expressions of the global section are evaluated on: no client, no server, no data. */
export function idleStream(): StreamContext {
  const now = performance.now();
  const frontend = { name: '', id: 0, mode: 'tcp', currentConnections: 0, maxconn: 0 } as const;
  return {
    session: {
      source: NOWHERE,
      destination: NOWHERE,
      acceptDate: Date.now(),
      acceptTick: now,
      frontend,
      listener: { id: 0, name: '' },
      requestCount: 0,
      vars: undefined,
      silent: false,
    },
    frontend,
    backend: undefined,
    server: undefined,
    request: undefined,
    response: undefined,
    requestBuffer: '',
    responseBuffer: '',
    requestComplete: true,
    timers: { accept: now, requestStart: -1, requestEnd: -1, queueEnd: -1, connectEnd: -1, responseHead: -1, end: -1 },
    log: emptyLogFacts('<NOSRV>'),
    txnVars: undefined,
    reqVars: undefined,
    resVars: undefined,
  };
}
