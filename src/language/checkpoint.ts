/**
 * Where an expression may be evaluated, after the table that heads `haproxy -dKsmp`: one bit per place. A fetch declares
 * the places where its data exist; a configuration that uses it elsewhere is refused or warned about.
 */
export const enum Checkpoint {
  FrontendConnection = 1 << 0,
  FrontendSession = 1 << 1,
  FrontendRequestContent = 1 << 2,
  FrontendRequestHeader = 1 << 3,
  FrontendRequestBody = 1 << 4,
  UseBackend = 1 << 5,
  BackendRequestContent = 1 << 6,
  BackendRequestHeader = 1 << 7,
  BackendRequestBody = 1 << 8,
  UseServer = 1 << 9,
  ServerSource = 1 << 10,
  BackendResponseContent = 1 << 11,
  BackendResponseHeader = 1 << 12,
  BackendResponseBody = 1 << 13,
  StoreResponse = 1 << 14,
  FrontendResponseContent = 1 << 15,
  FrontendResponseHeader = 1 << 16,
  FrontendResponseBody = 1 << 17,
  Log = 1 << 18,
  TcpCheck = 1 << 19,
  ConfigParser = 1 << 20,
  CliParser = 1 << 21,
}

/** HAProxy's names of the places, in bit order. */
export const CHECKPOINT_NAMES = [
  'frontend tcp-request connection rule',
  'frontend tcp-request session rule',
  'frontend tcp-request content rule',
  'frontend http-request header rule',
  'frontend http-request body rule',
  'frontend use-backend rule',
  'backend tcp-request content rule',
  'backend http-request header rule',
  'backend http-request body rule',
  'backend use-server, balance or stick-match rule',
  'server source selection',
  'backend tcp-response content rule',
  'backend http-response header rule',
  'backend http-response body rule',
  'backend stick-store rule',
  'frontend tcp-response content rule',
  'frontend http-response header rule',
  'frontend http-response body rule',
  'logs',
  'backend tcp-check rule',
  'configuration parser',
  'CLI parser',
];

/** The first place of a set, named as HAProxy names it. */
export function checkpointName(places: number): string {
  return CHECKPOINT_NAMES[31 - Math.clz32(places & -places)];
}

/** What a fetch needs; decides where it can be used. */
export interface Use {
  /** Places where the data exist. */
  readonly places: number;
  /** HAProxy's name of what is needed, for complaints. */
  readonly needs: string;
}

function use(needs: string, row: string): Use {
  let places = 0;
  for (let bit = 0; bit < row.length; bit++) if (row[bit] === 'Y') places |= 1 << bit;
  return { places, needs };
}

/** The rows of the table; columns are the places above, in order. */
export const USES = {
  constant: use('a constant', 'YYYYYYYYYYYYYYYYYYYYYY'),
  internal: use('internal state', 'YYYYYYYYYYYYYYYYYYYY.Y'),
  client: use('client address', 'YYYYYYYYYYYYYYYYYYYY..'),
  frontend: use('frontend', 'YYYYYYYYYYYYYYYYYYY...'),
  clientSession: use('client-side connection', '.YYYYYYYYYYYYYYYYYY...'),
  requestBuffer: use('request buffer', '..YYYYYYYYY...........'),
  requestHeaders: use('HTTP request headers', '..YYYYYYYYY...........'),
  request: use('HTTP request', '..YYYYYYYYYYYYYYYYY...'),
  eitherHeaders: use('HTTP request headers', '..YYYYYYYYYYYYYYYY.Y..'),
  backend: use('backend', '......YYYYYYYYYYYYYY..'),
  serverBytes: use('bytes from the server', '.........YYYYYYYYYY...'),
  server: use('server', '..........YYYYYYYYYY..'),
  responseBuffer: use('response buffer', '...........YYYYYYY.Y..'),
  responseHeaders: use('HTTP response headers', '...........YYYYYYY.Y..'),
  serverAddress: use('server address', '...........YYYYYYYYY..'),
  response: use('HTTP response', '...........YYYYYYYYY..'),
} as const;
