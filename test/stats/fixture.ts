/* oxlint-disable typescript/no-unsafe-type-assertion -- fakes have only the parts that are read */
import { TableRegistry } from '../../src/state/stick-table/compile.js';
import type { ThreadedRate } from '../../src/state/figures.js';
import { Clock } from '../../src/base/clock.js';
import { newServerSettings } from '../../src/config/keywords/server/settings.js';
import type { Word } from '../../src/config/cursor.js';
import type { Span } from '../../src/config/diagnostics.js';
import type { AddressModel, BindModel, ProxyModel, ServerModel, StatsModel } from '../../src/config/model.js';
import type { HttpService } from '../../src/core/service.js';
import type { StreamContext } from '../../src/core/stream.js';
import { ADMIN_ACTIONS, type ServerAdmin } from '../../src/observe/stats/admin.js';
import { ProcessGauges } from '../../src/observe/stats/gauges.js';
import { createStatsService, type StatsOptions } from '../../src/observe/stats/service.js';
import { Arena } from '../../src/state/arena.js';
import { Backend } from '../../src/state/backend.js';
import { Frontend, Listener } from '../../src/state/frontend.js';
import { ProcessState } from '../../src/state/process-state.js';
import type { Runtime } from '../../src/state/runtime.js';
import { Server } from '../../src/state/server.js';

/** Hand-made models and the real objects of state/ over them: a Runtime without listeners or traffic. */

const span: Span = { source: { file: 'test.cfg', line: 1, text: '' }, column: 1, length: 1 };
export const word = (text: string): Word => ({ text, span });

function address(host: string, port: number): AddressModel {
  const kind = host.startsWith('/') ? 'unix' : 'ip';
  return {
    span,
    text: `${host}:${port}`,
    kind,
    host,
    family: host.includes(':') ? 6 : 4,
    port,
    portEnd: port,
    portOffset: false,
    fd: -1,
    transport: 'stream',
  };
}

export function statsModel(more: Partial<StatsModel> = {}): StatsModel {
  return {
    enabled: true,
    uri: '/haproxy?stats',
    realm: undefined,
    auth: [],
    refresh: 0,
    hideVersion: false,
    showLegends: false,
    showModules: false,
    showDesc: undefined,
    showNode: undefined,
    scope: [],
    admin: [],
    httpRequest: [],
    ...more,
  };
}

/** The parts of a proxy that the statistics read. */
type ProxyFields = Pick<
  ProxyModel,
  'kind' | 'name' | 'id' | 'description' | 'disabled' | 'mode' | 'binds' | 'servers' | 'options' | 'balance' | 'cookie'
> &
  Pick<ProxyModel, 'dispatch' | 'stats' | 'span' | 'captureSlots' | 'timeHistograms'>;

function proxyModel(fields: Partial<ProxyFields> & { name: string; kind: ProxyModel['kind'] }): ProxyModel {
  const model: ProxyFields = {
    id: undefined,
    description: undefined,
    disabled: false,
    mode: 'http',
    binds: [],
    servers: [],
    captureSlots: [],
    timeHistograms: { of: 'off', bounds: [] },
    options: {},
    balance: undefined,
    cookie: undefined,
    dispatch: undefined,
    stats: undefined,
    span,
    ...fields,
  };
  return model as ProxyModel;
}

export interface ServerSpec extends Partial<Omit<ServerModel, 'address'>> {
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
}

export interface ProxySpec extends Partial<Omit<ProxyFields, 'servers' | 'binds'>> {
  readonly name: string;
  readonly kind: ProxyModel['kind'];
  readonly listeners?: readonly { readonly host: string; readonly port: number; readonly name?: string }[];
  readonly servers?: readonly ServerSpec[];
  readonly maxconn?: number;
  readonly fullconn?: number;
  readonly rateLimit?: number;
}

export interface Fixture {
  readonly runtime: Runtime & { readonly frontends: Frontend[]; readonly backends: Backend[] };
  frontend(name: string): Frontend;
  backend(name: string): Backend;
  server(backend: string, name: string): Server;
}

/** When the fake process started and what time it is, in ms. */
export const STARTED = 1_700_000_000_000;

/** Builds a Runtime; ids count from 1, as HAProxy's do where there is no stats socket. */
export function makeRuntime(specs: readonly ProxySpec[]): Fixture {
  const arena = new Arena();
  const frontends: Frontend[] = [];
  const backends: Backend[] = [];
  const models = specs.map((spec, index) => {
    const model = makeModel(spec);
    const id = spec.id ?? index + 1;
    if (spec.kind !== 'backend') frontends.push(makeFrontend(model, spec, id, arena));
    if (spec.kind !== 'frontend') backends.push(makeBackend(model, spec, id, arena));
    return model;
  });
  const runtime = {
    model: {
      global: { ulimitN: undefined, maxconnrate: undefined, maxsessrate: undefined, statsSockets: [] },
      proxies: models,
    } as unknown as Runtime['model'],
    arena,
    frontends,
    backends,
    process: makeProcess(arena),
    tables: new TableRegistry(),
    findFrontend: (name: string) => frontends.find((entry) => entry.name === name),
    findBackend: (name: string) => backends.find((entry) => entry.name === name),
    findServer: (backend: string, name: string) =>
      backends.find((entry) => entry.name === backend)?.servers.find((entry) => entry.name === name),
  };
  return {
    runtime,
    frontend: (name) => find(frontends, name),
    backend: (name) => find(backends, name),
    server: (backend, name) => find(find(backends, backend).servers, name),
  };
}

/** One connection is open, of ten; twenty requests were made. */
function makeProcess(arena: Arena): ProcessState {
  const process = new ProcessState(arena, {
    pid: 4321,
    version: '0.1.0',
    node: 'node-1',
    description: 'a <b>description</b>',
    startDate: STARTED,
    maxconn: 4000,
    connectionRate: 0,
    sessionRate: 0,
    nbthread: 1,
  });
  for (let i = 0; i < 10; i++) process.connect();
  process.disconnect(9);
  for (let i = 0; i < 20; i++) process.countRequest();
  return process;
}

/** @throws Error when there is none: a mistake in the test */
function find<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no ${name} in the fixture`);
  return found;
}

function makeModel(spec: ProxySpec): ProxyModel {
  const { listeners = [], servers = [], ...fields } = spec;
  return proxyModel({
    ...fields,
    binds: listeners.map(({ host, port, name }) => {
      const bind: Pick<BindModel, 'span' | 'addresses' | 'name' | 'ssl' | 'maxconn'> = {
        span,
        addresses: [address(host, port)],
        name,
        ssl: false,
        maxconn: undefined,
      };
      return bind as BindModel;
    }),
    servers: servers.map(({ host = '127.0.0.1', port = 80, ...more }) => ({
      ...newServerSettings(),
      id: undefined,
      guid: undefined,
      span,
      ...more,
      address: address(host, port),
    })),
  });
}

function makeFrontend(model: ProxyModel, spec: ProxySpec, id: number, arena: Arena): Frontend {
  const frontend = new Frontend(model, id, arena);
  frontend.maxconn = spec.maxconn ?? 3000;
  frontend.rateLimit = spec.rateLimit ?? 0;
  for (const [index, bind] of model.binds.entries()) {
    const [bound] = bind.addresses;
    frontend.listeners.push(new Listener(bind, bound, frontend, index + 1, bound.port, arena));
  }
  return frontend;
}

function makeBackend(model: ProxyModel, spec: ProxySpec, id: number, arena: Arena): Backend {
  const seconds = STARTED / 1000;
  const backend = new Backend(model, id, arena, seconds);
  backend.fullconn = spec.fullconn ?? 300;
  for (const [index, server] of model.servers.entries()) {
    const made = new Server(server, backend, index, arena, seconds);
    made.checked = server.check;
    // As after the first successful check.
    if (server.check) made.health = made.rise + made.fall - 1;
    backend.servers.push(made);
  }
  countServers(backend);
  return backend;
}

/** What state/health keeps up to date in the real thing. */
export function countServers(backend: Backend): void {
  const inUse = backend.servers.filter((server) => server.usable && server.effectiveWeight > 0);
  backend.activeServers = inUse.filter((server) => !server.backup).length;
  backend.backupServers = inUse.length - backend.activeServers;
}

/** A clock that stands still, some seconds after the start. */
export function stoppedClock(seconds = 60): Clock {
  return new Clock(
    () => seconds * 1000,
    () => STARTED + seconds * 1000,
  );
}

export interface FakeRequest {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly complete?: boolean;
}

/** A stream with just the request that a service sees. */
export function fakeStream({
  method = 'GET',
  target,
  headers = {},
  body = '',
  complete = true,
}: FakeRequest): StreamContext {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const stream = {
    request: { method, target, minor: 1, headers: { get: (name: string) => lower.get(name) } },
    requestBuffer: body,
    requestComplete: complete,
  };
  return stream as unknown as StreamContext;
}

/** Records what it was asked to do; everything succeeds unless `refuse` says otherwise. */
export function recordingAdmin(refuse: (action: string, server: Server) => boolean = () => false): {
  readonly admin: ServerAdmin;
  readonly done: string[];
} {
  const done: string[] = [];
  const act = (action: string) => (server: Server) => {
    if (refuse(action, server)) return false;
    done.push(`${action} ${server.backend.name}/${server.name}`);
    return true;
  };
  const admin: ServerAdmin = Object.fromEntries(Object.keys(ADMIN_ACTIONS).map((action) => [action, act(action)]));
  return { admin, done };
}

export function makeService(
  { runtime }: Fixture,
  stats: StatsModel,
  more: Partial<StatsOptions> = {},
  proxyName = runtime.model.proxies[0].name,
): HttpService {
  const clock = more.clock ?? stoppedClock();
  const proxy = runtime.model.proxies.find((model) => model.name === proxyName);
  if (proxy === undefined) throw new Error(`no ${proxyName} in the fixture`);
  return createStatsService(runtime, proxy, stats, {
    gauges: new ProcessGauges(runtime, () => clock.now()),
    adminConditions: [],
    accessRules: [],
    admin: recordingAdmin().admin,
    errorReplies: { get: (status) => ({ status, reason: '', headers: [], body: `error ${status}` }) },
    clock,
    ...more,
  });
}

/** The rates are live objects: this one counts `events` at the clock's moment. */
export function bump(counter: ThreadedRate, events: number, clock: Clock): void {
  counter.add(events, clock.now());
}
