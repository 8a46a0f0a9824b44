import type { StreamContext } from '../../../core/stream.js';
import type { Endpoint } from '../../../core/transport.js';
import { encodeCapture, encodeUrl } from '../../../language/log-format/encode.js';
import { acceptDate, requestDate, timerOf } from '../../../language/log-format/timers.js';

/** What a line of `format json` says beside its text. */
export type Facts = Readonly<Record<string, unknown>>;

const where = ({ address, port, family }: Endpoint): string =>
  family === 0 ? 'unix' : `${family === 6 ? `[${address}]` : address}:${port}`;

/** A stream as an object: what `option httplog` and `tcplog` say, and a little more. What is not there is left out. */
export function streamFacts(stream: StreamContext, mode: 'http' | 'tcp'): Facts {
  const { log, session, frontend, backend } = stream;
  const { serverEndpoint } = log;
  return {
    client: where(session.source),
    accepted: new Date(mode === 'http' ? requestDate(stream) : acceptDate(stream)).toISOString(),
    frontend: frontend.name,
    backend: (backend ?? frontend).name,
    server: log.serverName,
    ...(serverEndpoint === undefined ? {} : { server_address: where(serverEndpoint) }),
    ...(mode === 'http' ? requestFacts(stream) : {}),
    ...(session.tls === undefined ? {} : { tls_version: session.tls.version, tls_cipher: session.tls.cipher }),
    bytes_in: log.bytesIn,
    bytes_out: log.bytesOut,
    times: mode === 'http' ? requestTimes(stream) : connectionTimes(stream),
    termination: mode === 'http' ? log.termination + log.cookieState : log.termination,
    retries: log.retries,
    redispatched: log.redispatched,
    connections: { process: log.actConn, frontend: log.feConn, backend: log.beConn, server: log.srvConn },
    queues: { server: log.serverQueue, backend: log.backendQueue },
    ...(log.uniqueId === '' ? {} : { unique_id: encodeUrl(log.uniqueId) }),
  };
}

function requestFacts({ log }: StreamContext): Facts {
  const request =
    log.requestLine === ''
      ? {}
      : { method: encodeUrl(log.method), uri: encodeUrl(log.uri), version: encodeUrl(log.version) };
  return {
    ...request,
    status: log.status,
    ...captures('request_headers', log.requestCaptures),
    ...captures('response_headers', log.responseCaptures),
    ...(log.requestCookie === '' ? {} : { request_cookie: encodeUrl(log.requestCookie) }),
    ...(log.responseCookie === '' ? {} : { response_cookie: encodeUrl(log.responseCookie) }),
  };
}

function captures(name: string, captured: readonly (string | undefined)[] | undefined): Facts {
  if (captured === undefined) return {};
  return { [name]: captured.map((value) => (value === undefined ? null : encodeCapture(value))) };
}

/** Milliseconds, -1 = not reached; the names are those of manual 8.4 in words. */
function requestTimes(stream: StreamContext): Facts {
  return {
    request: timerOf.TR(stream),
    queue: timerOf.Tw(stream),
    connect: timerOf.Tc(stream),
    response: timerOf.Tr(stream),
    active: timerOf.Ta(stream),
  };
}

function connectionTimes(stream: StreamContext): Facts {
  return { queue: timerOf.Tw(stream), connect: timerOf.Tc(stream), total: timerOf.Tt(stream) };
}

/** The text beside the facts, where the configuration asks for none of its own. */
export function streamMessage(stream: StreamContext, mode: 'http' | 'tcp'): string {
  const { log, session } = stream;
  if (mode === 'tcp') return `${where(session.source)} -> ${log.serverName}`;
  return `${log.requestLine === '' ? '<BADREQ>' : encodeUrl(log.requestLine)} ${log.status}`;
}
