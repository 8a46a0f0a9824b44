import { networkInterfaces } from 'node:os';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type FetchDefinition } from '../definition.js';
import { formatIp } from '../values.js';
import { parseIp } from '../ip.js';
import type { Endpoint } from '../../core/transport.js';
import type { ConnectionFailure, StreamContext } from '../../core/stream.js';

type EndpointOf = (stream: StreamContext) => Endpoint | undefined;

/** Where nothing but the session is known. */
const NONE: Partial<NonNullable<StreamContext['session']['connection']>> = {};

/** Of the connection to the server: nothing is known while there is none. */
function serverError<T>(
  { log, timers }: StreamContext,
  none: T,
  read: (failure: ConnectionFailure) => T,
): T | undefined {
  const { serverFailure } = log;
  if (serverFailure !== undefined) return read(serverFailure);
  return timers.connectEnd < 0 ? undefined : none;
}

let lastEndpoint: Endpoint | undefined;
let lastAddress: number | Uint8Array | undefined;

/** The address of an endpoint; the last one is remembered, since one request asks for its source several times. */
export function addressOf(endpoint: Endpoint | undefined): number | Uint8Array | undefined {
  if (endpoint === undefined || endpoint.family === 0) return undefined;
  if (endpoint !== lastEndpoint) {
    lastEndpoint = endpoint;
    lastAddress = parseIp(endpoint.address);
  }
  return lastAddress;
}

function isLocal(endpoint: Endpoint | undefined): boolean | undefined {
  // UNIX sockets do not lead elsewhere
  if (endpoint?.family === 0) return true;
  const address = addressOf(endpoint);
  if (address === undefined) return undefined;
  const text = formatIp(address);
  if (text.startsWith('127.') || text === '::1' || text === '0.0.0.0' || text === '::') return true;
  return Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === text) === true);
}

/** Address, port and (on the client's side) locality of one end. */
function endpoint(name: string, of: EndpointOf, use: Use, summary: string, local: boolean): FetchDefinition[] {
  const manual = '7.3.3';
  const definitions = [
    defineFetch({
      name,
      args: [],
      out: 'ipv4',
      use,
      manual,
      summary,
      compile: () => (stream) => addressOf(of(stream)),
    }),
    defineFetch({
      name: `${name}_port`,
      args: [],
      out: 'sint',
      use,
      manual,
      summary: `port of ${summary}`,
      compile: () => (stream) => {
        const found = of(stream);
        return found === undefined || found.family === 0 || found.port === 0 ? undefined : found.port;
      },
    }),
  ];
  if (!local) return definitions;
  return [
    ...definitions,
    defineFetch({
      name: `${name}_is_local`,
      args: [],
      out: 'bool',
      use,
      manual,
      summary: `whether ${summary} is one of this machine's`,
      compile: () => (stream) => isLocal(of(stream)),
    }),
  ];
}

/** Connections (manual 7.3.3). */
export const connection = [
  ...endpoint('src', (stream) => stream.session.source, USES.client, 'the client', true),
  ...endpoint('dst', (stream) => stream.session.destination, USES.client, 'the address the client connected to', true),
  ...endpoint(
    'fc_src',
    ({ session }) => (session.connection ?? NONE).remote ?? session.source,
    USES.client,
    'the client, as the connection has it',
    true,
  ),
  ...endpoint(
    'fc_dst',
    ({ session }) => (session.connection ?? NONE).local ?? session.destination,
    USES.client,
    'the destination, as the connection has it',
    true,
  ),
  ...endpoint(
    'bc_src',
    (stream) => stream.log.backendSource,
    USES.serverAddress,
    'our end of the connection to the server',
    false,
  ),
  ...endpoint(
    'bc_dst',
    (stream) => stream.log.serverEndpoint,
    USES.serverAddress,
    'the server, as connected to',
    false,
  ),
  defineFetch({
    name: 'bc_err',
    args: [],
    out: 'sint',
    use: USES.response,
    manual: '7.3.3',
    summary: "number of the error of the server's connection, 0 = none",
    compile: () => (stream) => serverError(stream, 0, ({ code }) => code),
  }),
  defineFetch({
    name: 'bc_err_str',
    args: [],
    out: 'str',
    use: USES.response,
    manual: '7.3.3',
    summary: "error of the server's connection in words",
    compile: () => (stream) => serverError(stream, 'Success', (failure) => failure.text),
  }),
  defineFetch({
    name: 'fc_err',
    args: [],
    out: 'sint',
    use: USES.client,
    manual: '7.3.3',
    summary: "number of the error of the client's connection, 0 = none",
    compile:
      () =>
      ({ session }) =>
        session.failure?.code ?? 0,
  }),
  defineFetch({
    name: 'fc_err_str',
    args: [],
    out: 'str',
    use: USES.client,
    manual: '7.3.3',
    summary: "error of the client's connection in words",
    compile:
      () =>
      ({ session }) =>
        session.failure?.text ?? 'Success',
  }),
  defineFetch({
    name: 'fc_rcvd_proxy',
    args: [],
    out: 'bool',
    use: USES.client,
    manual: '7.3.3',
    summary: 'whether the client began with a PROXY header',
    compile: () => (stream) => stream.session.receivedHeader?.protocol === 'proxy',
  }),
  defineFetch({
    name: 'fc_http_major',
    args: [],
    out: 'sint',
    use: USES.client,
    manual: '7.3.3',
    summary: 'major HTTP version of the client: 1 or 2',
    compile: () => (stream) => (stream.log.version.startsWith('HTTP/2') ? 2 : 1),
  }),
  defineFetch({
    name: 'bc_http_major',
    args: [],
    out: 'sint',
    use: USES.serverAddress,
    manual: '7.3.3',
    summary: 'major HTTP version towards the server: 1 or 2',
    compile: () => () => 1,
  }),
  defineFetch({
    name: 'so_id',
    args: [],
    out: 'sint',
    use: USES.frontend,
    manual: '7.3.3',
    summary: 'number of the listener',
    compile: () => (stream) => stream.session.listener.id,
  }),
  defineFetch({
    name: 'so_name',
    args: [],
    out: 'str',
    use: USES.frontend,
    manual: '7.3.3',
    summary: 'name of the listener',
    compile: () => (stream) => stream.session.listener.givenName,
  }),
];
