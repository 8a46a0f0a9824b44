import type { LogFacts, StreamContext } from '../../core/stream.js';
import type { Endpoint } from '../../core/transport.js';
import type { Scope } from '../scope.js';
import { parseIp } from '../ip.js';
import { uniqueId } from '../unique-id.js';
import { ipBytes } from '../values.js';
import { dateWithMilliseconds, gmtDate, localDate, three } from './dates.js';
import { encodeCapture, encodeUrl } from './encode.js';
import { acceptDate, requestDate, timerOf } from './timers.js';

/** Flags in force for one variable (manual 8.2.6). */
export interface FieldFlags {
  readonly quote: boolean;
  readonly hex: boolean;
  readonly escape: boolean;
  /** Log lines print `-` for what is not there; headers made by rules print nothing. */
  readonly mandatory: boolean;
  /** `option logasap`: figures that are not final yet begin with `+`. */
  readonly early: boolean;
}

/** Writes one variable; undefined = nothing at all, and the space beside it goes too. */
export type FieldCode = (stream: StreamContext) => string | undefined;

/** A variable of log formats. */
export interface LogVariable {
  readonly name: string;
  readonly summary: string;
  /** Only where the proxy is in HTTP mode. */
  readonly http: boolean;
  /** Fields whose text is quoted, escaped and replaced by `-` as the flags say; the others write themselves. */
  readonly kind: 'text' | 'raw';
  /** Its text is a number. */
  readonly numeric?: boolean;
  code(flags: FieldFlags, scope: Scope): FieldCode;
}

const text = (
  name: string,
  summary: string,
  read: (stream: StreamContext, scope: Scope) => string,
  http = false,
): LogVariable => ({
  name,
  summary,
  http,
  kind: 'text',
  code: (_, scope) => (stream) => read(stream, scope),
});

const raw = (name: string, summary: string, code: LogVariable['code'], http = false): LogVariable => ({
  name,
  summary,
  http,
  kind: 'raw',
  code,
});

const number = (name: string, summary: string, read: (stream: StreamContext) => number, http = false): LogVariable =>
  numeric(raw(name, summary, () => (stream) => String(read(stream)), http));

const numeric = (variable: LogVariable): LogVariable => ({ ...variable, numeric: true });

/** A count that log lines show as it was when the stream ended, and rules as it is. */
const count = (
  name: string,
  summary: string,
  atEnd: (log: LogFacts) => number,
  now: (stream: StreamContext, scope: Scope) => number,
): LogVariable =>
  numeric(
    raw(name, summary, (_, scope) => (stream) => String(isOver(stream) ? atEnd(stream.log) : now(stream, scope))),
  );

/** Bytes are counted when they have all come. */
const bytes = (read: (log: LogFacts) => number): ((stream: StreamContext) => number) => {
  return (stream) => (isOver(stream) ? read(stream.log) : 0);
};

/** For the log it is: `option logasap` does not wait for the last byte. */
const isOver = ({ timers }: StreamContext): boolean => timers.end >= 0;

/** A figure that `option logasap` writes before it is final. */
const growing = (name: string, summary: string, read: (stream: StreamContext) => number, http = false): LogVariable =>
  numeric(
    raw(
      name,
      summary,
      ({ early }) =>
        (stream) =>
          early ? `+${read(stream)}` : String(read(stream)),
      http,
    ),
  );

function hexBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('hex').toUpperCase();
}

function quoted(flags: FieldFlags, value: string): string {
  return flags.quote ? `"${value}"` : value;
}

/** What stands for something that is not there. */
function missing(flags: FieldFlags): string {
  if (flags.quote) return '""';
  return flags.mandatory ? '-' : '';
}

const ip = (name: string, summary: string, of: (stream: StreamContext) => Endpoint | undefined): LogVariable =>
  raw(name, summary, (flags) => (stream) => {
    const found = of(stream);
    if (found === undefined) return missing(flags);
    if (found.family === 0) return 'unix';
    const address = flags.hex ? parseIp(found.address) : undefined;
    return address === undefined ? quoted(flags, found.address) : hexBytes(ipBytes(address));
  });

const port = (
  name: string,
  summary: string,
  of: (stream: StreamContext) => Endpoint | undefined,
  ofClient = false,
): LogVariable =>
  numeric(
    raw(name, summary, (flags) => (stream) => {
      const found = of(stream);
      if (found === undefined) return missing(flags);
      // a UNIX client has no port: HAProxy shows the number of the bind line
      const shown = found.family === 0 && ofClient ? stream.session.listener.id : found.port;
      return flags.hex ? shown.toString(16).toUpperCase().padStart(4, '0') : String(shown);
    }),
  );

const date = (name: string, summary: string, write: (stream: StreamContext) => string, http = false): LogVariable =>
  raw(name, summary, () => write, http);

const BAD = '<BADREQ>';

/** A part of the request line, quoted as a whole and encoded as a URL. */
const requestPart = (name: string, summary: string, read: (stream: StreamContext) => string): LogVariable =>
  raw(name, summary, (flags) => (stream) => quoted(flags, encodeUrl(read(stream))), true);

function isBad(stream: StreamContext): boolean {
  return stream.log.requestLine === '';
}

const cut = (uri: string): string => {
  const mark = uri.indexOf('?');
  return mark < 0 ? uri : uri.slice(0, mark);
};

/** Requests that never were complete have no captures, and no braces either; others have a place for each slot. */
function capturesOf(
  stream: StreamContext,
  direction: 'request' | 'response',
): readonly (string | undefined)[] | undefined {
  const captured = direction === 'request' ? stream.log.requestCaptures : stream.log.responseCaptures;
  return captured ?? (isBad(stream) ? undefined : []);
}

/** Captures are the frontend's, whoever shows them. */
function slotsOf({ frontend }: StreamContext, proxy: Scope['proxy'], direction: 'request' | 'response'): number {
  const own = direction === 'request' ? proxy.requestCaptures : proxy.responseCaptures;
  return proxy.frontend ? own.length : (frontend.captureSlots?.[direction].length ?? 0);
}

/** `{a|b}`: nothing when no slot is configured, an empty place for a slot that caught nothing. */
function block(
  captured: readonly (string | undefined)[] | undefined,
  slots: number,
  flags: FieldFlags,
): string | undefined {
  if (slots === 0 || captured === undefined) return undefined;
  let list = '';
  for (let slot = 0; slot < slots; slot++) {
    const value = captured[slot];
    list += (slot === 0 ? '' : '|') + (value === undefined ? '' : encodeCapture(value));
  }
  return quoted(flags, `{${list}}`);
}

/** `a b`: one field for each slot, `-` for one that caught nothing. */
function list(
  captured: readonly (string | undefined)[] | undefined,
  slots: number,
  flags: FieldFlags,
): string | undefined {
  if (slots === 0 || captured === undefined) return undefined;
  const fields = Array.from({ length: slots }, (_, slot) => {
    const value = captured[slot];
    return value === undefined ? (flags.quote ? '""' : '-') : quoted(flags, encodeCapture(value));
  });
  return fields.join(' ');
}

const { Ta, Tc, Td, Th, Ti, TR, Tq, Tr, Tt, Tu, Tw } = timerOf;

/** All variables of manual 8.2.6, `%o` aside, which only sets flags. */
export const LOG_VARIABLES: readonly LogVariable[] = [
  growing(
    'B',
    'bytes from server to client',
    bytes(({ bytesOut }) => bytesOut),
  ),
  text('CC', 'captured request cookie', (stream) => stream.log.requestCookie, true),
  text('CS', 'captured response cookie', (stream) => stream.log.responseCookie, true),
  text('H', 'host name', (_, scope) => scope.environment.hostname),
  requestPart('HM', 'HTTP method', (stream) => (isBad(stream) ? BAD : stream.log.method)),
  requestPart('HP', 'request URI without query', (stream) => (isBad(stream) ? BAD : cut(stream.log.uri))),
  requestPart('HPO', 'path only', (stream) =>
    isBad(stream) ? BAD : cut(stream.log.uri).replace(/^[^/]*:\/\/[^/]*/, ''),
  ),
  requestPart('HQ', 'query with its question mark', (stream) =>
    isBad(stream) ? BAD : stream.log.uri.slice(cut(stream.log.uri).length),
  ),
  requestPart('HU', 'request URI', (stream) => (isBad(stream) ? BAD : stream.log.uri)),
  requestPart('HV', 'HTTP version', (stream) => (isBad(stream) ? BAD : stream.log.version)),
  text('ID', 'unique-id', uniqueId),
  number('ST', 'status code', (stream) => stream.log.status),
  date('T', 'date in GMT', (stream) => gmtDate(acceptDate(stream))),
  growing('Ta', 'active time of the request', Ta, true),
  number('Tc', 'time to connect to the server', Tc),
  number('Td', 'time to transfer the data', Td),
  date('Tl', 'local date with its zone', (stream) => localDate(acceptDate(stream))),
  number('Th', 'time of handshakes', Th),
  number('Ti', 'idle time before the request', Ti, true),
  number('Tq', 'time until the request was complete', Tq, true),
  number('TR', 'time to receive the request', TR, true),
  number('Tr', 'time until the response began', Tr, true),
  raw(
    'Ts',
    'seconds since the epoch',
    ({ hex }) =>
      (stream) =>
        Math.floor(acceptDate(stream) / 1000)
          .toString(hex ? 16 : 10)
          .toUpperCase(),
  ),
  growing('Tt', 'total time', Tt),
  growing('Tu', 'total time as the client sees it', Tu),
  number('Tw', 'time in queues', Tw),
  number(
    'U',
    'bytes from client to server',
    bytes(({ bytesIn }) => bytesIn),
  ),
  count(
    'ac',
    'connections of the process',
    ({ actConn }) => actConn,
    (_, { environment }) => environment.connections(),
  ),
  text('b', 'backend', (stream) => (stream.backend ?? stream.frontend).name),
  count(
    'bc',
    'connections of the backend',
    ({ beConn }) => beConn,
    ({ backend }) => backend?.currentConnections ?? 0,
  ),
  ip('bi', 'our address towards the server', (stream) => stream.log.backendSource),
  port('bp', 'our port towards the server', (stream) => stream.log.backendSource),
  number('bq', 'place in the queue of the backend', (stream) => stream.log.backendQueue),
  ip('ci', 'client address', (stream) => stream.session.source),
  port('cp', 'client port', (stream) => stream.session.source, true),
  text('f', 'frontend', (stream) => stream.frontend.name),
  count(
    'fc',
    'connections of the frontend',
    ({ feConn }) => feConn,
    ({ frontend }) => frontend.currentConnections,
  ),
  ip('fi', 'address the client connected to', (stream) => stream.session.destination),
  port('fp', 'port the client connected to', (stream) => stream.session.destination, true),
  text('ft', 'frontend, with ~ behind it for TLS', ({ frontend, session }) =>
    session.tls === undefined && session.listener.secure !== true ? frontend.name : `${frontend.name}~`,
  ),
  number('lc', 'log lines of the frontend', (stream) => stream.log.logCounter ?? 0),
  raw(
    'hr',
    'captured request headers',
    (flags, { proxy }) =>
      (stream) =>
        block(capturesOf(stream, 'request'), slotsOf(stream, proxy, 'request'), flags),
    true,
  ),
  raw(
    'hrl',
    'captured request headers, one field each',
    (flags, { proxy }) =>
      (stream) =>
        list(capturesOf(stream, 'request'), slotsOf(stream, proxy, 'request'), flags),
    true,
  ),
  raw(
    'hs',
    'captured response headers',
    (flags, { proxy }) =>
      (stream) =>
        block(capturesOf(stream, 'response'), slotsOf(stream, proxy, 'response'), flags),
    true,
  ),
  raw(
    'hsl',
    'captured response headers, one field each',
    (flags, { proxy }) =>
      (stream) =>
        list(capturesOf(stream, 'response'), slotsOf(stream, proxy, 'response'), flags),
    true,
  ),
  raw('ms', 'milliseconds of the accept date', ({ hex }) => (stream) => {
    const ms = Math.floor(acceptDate(stream)) % 1000;
    return hex ? ms.toString(16).toUpperCase().padStart(2, '0') : three(ms);
  }),
  raw('pid', 'process id', ({ hex }, { environment }) => {
    const pid = hex ? environment.pid.toString(16).toUpperCase().padStart(4, '0') : String(environment.pid);
    return () => pid;
  }),
  requestPart('r', 'request line', (stream) => (isBad(stream) ? BAD : stream.log.requestLine)),
  raw(
    'rc',
    'retries, with + when redispatched',
    () =>
      ({ log }) =>
        log.redispatched ? `+${log.retries}` : String(log.retries),
  ),
  raw('rt', 'number of the request in this process', ({ hex }) => ({ log }) => {
    const count = log.requestNumber ?? 0;
    return hex ? count.toString(16).toUpperCase().padStart(4, '0') : String(count);
  }),
  text('s', 'server', (stream) => stream.log.serverName),
  count(
    'sc',
    'connections of the server',
    ({ srvConn }) => srvConn,
    ({ server }) => server?.currentConnections ?? 0,
  ),
  ip('si', 'server address', (stream) => stream.log.serverEndpoint),
  port('sp', 'server port', (stream) => stream.log.serverEndpoint),
  number('sq', 'place in the queue of the server', (stream) => stream.log.serverQueue),
  text('sslc', 'TLS cipher', ({ session }) => session.tls?.cipher ?? ''),
  text('sslv', 'TLS version', ({ session }) => session.tls?.version ?? ''),
  date('t', 'local date with milliseconds', (stream) => dateWithMilliseconds(acceptDate(stream))),
  date(
    'tr',
    'local date of the request with milliseconds',
    (stream) => dateWithMilliseconds(requestDate(stream)),
    true,
  ),
  date('trg', 'date of the request in GMT', (stream) => gmtDate(requestDate(stream)), true),
  date('trl', 'local date of the request with its zone', (stream) => localDate(requestDate(stream)), true),
  raw(
    'ts',
    'how the stream ended',
    () =>
      ({ log }) =>
        log.termination,
  ),
  raw(
    'tsc',
    'how the stream ended, with the state of cookies',
    () =>
      ({ log }) =>
        log.termination + log.cookieState,
    true,
  ),
];

/** Names of HAProxy's older log formats, kept in 2.6. */
export const OLD_NAMES: Readonly<Record<string, string>> = {
  Bi: 'bi',
  Bp: 'bp',
  Ci: 'ci',
  Cp: 'cp',
  Fi: 'fi',
  Fp: 'fp',
  Si: 'si',
  Sp: 'sp',
  cc: 'CC',
  cs: 'CS',
  st: 'ST',
};
