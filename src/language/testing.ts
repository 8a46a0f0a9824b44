import { NO_NAMES } from '../core/name-resolver.js';
import { ProcessVariables } from './process-variables.js';
import { Diagnostics } from '../config/diagnostics.js';
import type { Word } from '../config/cursor.js';
import type { UserlistModel } from '../config/model.js';
import type { Reply, StreamControl } from '../core/action.js';
import { BodyFraming, type HeaderBlock, type RequestHead, type ResponseHead } from '../core/message.js';
import type { StickTable } from '../core/stick-table.js';
import type { Sample } from '../core/sample.js';
import type { BackendInfo, FrontendInfo, LogFacts, ServerInfo, SessionContext, StreamTimers } from '../core/stream.js';
import type { Endpoint } from '../core/transport.js';
import { PatternStore } from './patterns/store.js';
import type { Environment, NamedAcl, Scope } from './scope.js';

/** What tests run expressions and rules against: plain objects in the place of sessions and proxies. */

export class FakeHeaders implements HeaderBlock {
  readonly fields: [string, string][];
  edited = false;

  constructor(fields: readonly (readonly [string, string])[] = []) {
    this.fields = fields.map(([name, value]) => [name.toLowerCase(), value]);
  }
  get count(): number {
    return this.fields.length;
  }
  name(index: number): string {
    return this.fields[index][0];
  }
  value(index: number): string {
    return this.fields[index][1];
  }
  find(name: string, from = 0): number {
    return this.fields.findIndex((field, index) => index >= from && field[0] === name);
  }
  get(name: string): string | undefined {
    return this.fields.find((field) => field[0] === name)?.[1];
  }
  add(name: string, value: string): void {
    this.fields.push([name.toLowerCase(), value]);
    this.edited = true;
  }
  set(name: string, value: string): void {
    this.delete(name.toLowerCase());
    this.add(name, value);
  }
  delete(name: string): number {
    const before = this.fields.length;
    for (let at = this.find(name); at >= 0; at = this.find(name)) this.fields.splice(at, 1);
    this.edited = true;
    return before - this.fields.length;
  }
  replaceAt(index: number, value: string): void {
    this.fields[index][1] = value;
    this.edited = true;
  }
  deleteAt(index: number): void {
    this.fields.splice(index, 1);
    this.edited = true;
  }
}

export function fakeRequest(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[] = [],
): RequestHead {
  return { method, target, minor: 1, headers: new FakeHeaders(headers), framing: BodyFraming.None, contentLength: -1 };
}

export function fakeResponse(status: number, headers: readonly (readonly [string, string])[] = []): ResponseHead {
  return {
    status,
    reason: 'OK',
    minor: 1,
    headers: new FakeHeaders(headers),
    framing: BodyFraming.Length,
    contentLength: 0,
  };
}

export const FAKE_FRONTEND: FrontendInfo = { name: 'f', id: 2, mode: 'http', currentConnections: 3, maxconn: 100 };

export function fakeServer(name: string, more: Partial<ServerInfo> = {}): ServerInfo {
  return { name, id: 1, address: '10.0.0.1', port: 80, currentConnections: 0, queued: 0, usable: true, ...more };
}

export class FakeStream implements StreamControl {
  session: SessionContext = {
    source: { address: '192.0.2.7', port: 4321, family: 4 },
    destination: { address: '192.0.2.80', port: 80, family: 4 },
    acceptDate: Date.UTC(2009, 1, 6, 11, 14, 14, 655),
    acceptTick: 1000,
    frontend: FAKE_FRONTEND,
    listener: { id: 1, name: 'sock-1', givenName: 'sock-1' },
    requestCount: 1,
    silent: false,
    vars: undefined,
  };
  frontend: FrontendInfo = FAKE_FRONTEND;
  backend: BackendInfo | undefined = undefined;
  server: ServerInfo | undefined = undefined;
  request: RequestHead | undefined = undefined;
  response: ResponseHead | undefined = undefined;
  requestBuffer = '';
  responseBuffer = '';
  requestComplete = true;
  final: boolean | undefined = undefined;
  lastRule: { readonly file: string; readonly line: number } | undefined = undefined;
  timers: StreamTimers = {
    accept: 1000,
    requestStart: 1000,
    requestEnd: 1010,
    queueEnd: 1010,
    connectEnd: 1040,
    responseHead: 1109,
    end: 1109,
  };
  log: LogFacts = {
    requestLine: 'GET /index.html HTTP/1.1',
    method: 'GET',
    uri: '/index.html',
    version: 'HTTP/1.1',
    status: 200,
    bytesOut: 2750,
    bytesIn: 100,
    retries: 0,
    redispatched: false,
    termination: '--',
    cookieState: '--',
    serverQueue: 0,
    backendQueue: 0,
    actConn: 1,
    feConn: 1,
    beConn: 1,
    srvConn: 1,
    requestCaptures: undefined,
    responseCaptures: undefined,
    requestCookie: '',
    responseCookie: '',
    uniqueId: '',
    serverName: 'srv1',
    backendSource: undefined,
    serverEndpoint: undefined,
    level: -1,
  };
  txnVars: Map<string, Sample> | undefined = undefined;
  reqVars: Map<string, Sample> | undefined = undefined;
  resVars: Map<string, Sample> | undefined = undefined;

  reply: Reply | undefined = undefined;
  denyStatus = 0;
  tarpit = 0;
  /** What actions asked for, in order. */
  readonly calls: unknown[][] = [];
  sendInformational(status: number, headers: readonly (readonly [string, string])[]): void {
    this.calls.push(['informational', status, headers]);
  }
  setSource(endpoint: Endpoint): void {
    this.calls.push(['source', endpoint]);
    this.session.source = endpoint;
  }
  setDestination(endpoint: Endpoint): void {
    this.calls.push(['destination', endpoint]);
    this.session.destination = endpoint;
  }
  setTimeout(which: string, ms: number): void {
    this.calls.push(['timeout', which, ms]);
  }
  setPriority(which: string, value: number): void {
    this.calls.push(['priority', which, value]);
  }
  suspend(): () => void {
    return () => this.calls.push(['resume']);
  }
}

/** A stream with this request. */
export function streamOf(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[] = [],
): FakeStream {
  const stream = new FakeStream();
  stream.request = fakeRequest(method, target, headers);
  stream.log.method = method;
  stream.log.uri = target;
  stream.log.requestLine = `${method} ${target} HTTP/1.1`;
  return stream;
}

/** A word as written between single quotes would arrive. */
export function wordOf(text: string): Word {
  return { text, span: { source: { file: 'test.cfg', line: 1, text }, column: 1, length: text.length } };
}

/** Words separated by spaces, with their columns. */
export function wordsOf(line: string): Word[] {
  const source = { file: 'test.cfg', line: 1, text: line };
  return [...line.matchAll(/\S+/g)].map((found) => ({
    text: found[0],
    span: { source, column: found.index + 1, length: found[0].length },
  }));
}

export interface FakeEnvironmentOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly backends?: readonly BackendInfo[];
  readonly userlists?: readonly UserlistModel[];
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  readonly tables?: readonly StickTable[];
}

export function fakeEnvironment({
  files = {},
  backends = [],
  userlists = [],
  env = {},
  now = () => 1_700_000_000_123.456,
  tables = [],
}: FakeEnvironmentOptions = {}): Environment {
  return {
    readFile(path) {
      if (path in files) return files[path];
      throw new Error(`no such file: ${path}`);
    },
    hasFrontend: (name) => name === FAKE_FRONTEND.name,
    hasBackend: (name) => backends.some((one) => one.name === name),
    hasServer: (backend, server) =>
      backends.some((one) => one.name === backend && one.servers.some(({ name }) => name === server)),
    findFrontend: (name) => (name === FAKE_FRONTEND.name ? FAKE_FRONTEND : undefined),
    findBackend: (name) => backends.find((one) => one.name === name),
    findServer: (backend, server) =>
      backends.find((one) => one.name === backend)?.servers.find(({ name }) => name === server),
    backendNames: () => backends.map((one) => one.name),
    userlists: () => userlists,
    env: (name) => env[name],
    hostname: 'testhost',
    pid: 1234,
    nbthread: 1,
    thread: 0,
    connections: () => 3,
    stopping: () => false,
    now,
    random: () => 0.5,
    variables: new ProcessVariables(),
    patterns: new PatternStore(),
    stickCounters: 3,
    tables: { find: (name) => tables.find((table) => table.name === name), all: tables },
    names: { resolver: NO_NAMES, has: () => true },
    services: new Map(),
  };
}

export interface FakeScopeOptions extends FakeEnvironmentOptions {
  /** Bits of Checkpoint; all by default. */
  readonly places?: number;
  readonly acls?: ReadonlyMap<string, NamedAcl>;
  readonly mode?: 'http' | 'tcp';
  readonly offline?: boolean;
  readonly requestCaptures?: number[];
  readonly responseCaptures?: number[];
}

export function fakeScope(options: FakeScopeOptions = {}): Scope & { readonly diagnostics: Diagnostics } {
  return {
    environment: fakeEnvironment(options),
    diagnostics: new Diagnostics(),
    proxy: {
      name: 'f',
      mode: options.mode ?? 'http',
      frontend: true,
      backend: true,
      requestCaptures: options.requestCaptures ?? [],
      responseCaptures: options.responseCaptures ?? [],
    },
    places: options.places ?? 0x3fffff,
    acls: options.acls ?? new Map(),
    offline: options.offline ?? false,
  };
}
