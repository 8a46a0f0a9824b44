import { hostname } from 'node:os';
import { planBalance } from '../balance/index.js';
import { ConfigError, type Diagnostics } from '../config/diagnostics.js';
import { anywhere } from '../config/keywords/proxy/connection.js';
import type { BindModel, ConfigModel, GlobalModel, LogForwardModel, ProxyModel } from '../config/model.js';
import type { ProxyLogger } from '../core/log.js';
import { Checkpoint } from '../language/checkpoint.js';
import { initialProxy } from '../config/sections/proxy-model.js';
import { takeExpression } from '../config/expression.js';
import { Cursor } from '../config/cursor.js';
import type { Environment } from '../language/scope.js';
import { compileExpression, isConverter } from '../language/expression.js';
import { descriptorLimit } from '../base/descriptor-limit.js';
import { Arena } from './arena.js';
import { derivedMaxconn } from './capacity.js';
import { Backend } from './backend.js';
import { compileLogFormats, type LogFormats } from './compile-log.js';
import { checkRules, compileBackendRules, compileFrontendRules } from './compile-rules.js';
import { type CompiledLogForward, type CompiledRing, compileLogSections } from './compile-log-sections.js';
import { checkConsistency } from './consistency.js';
import { checkAlerts, checkLogReferences } from './log-consistency.js';
import { setGlobalVariables } from './compile-variables.js';
import { createEnvironment, ProxyScopes } from './environment.js';
import { ErrorReplies } from './error-replies.js';
import { Frontend, Listener } from './frontend.js';
import { compileGreeter } from './greeter.js';
import { ProcessState } from './process-state.js';
import { recount } from './health-weight.js';
import type { Runtime } from './runtime.js';
import { Server } from './server.js';
import { compileTls } from './compile-tls.js';
import { timeoutsOf } from './timeouts.js';
import { compileTables } from './stick-table/compile.js';
import { TlsCompiler } from './tls/compile.js';
import { compilePeers, type PeersSection } from './peers.js';
import type { LiveCertificates } from './tls/live.js';
import type { CertificateLists } from './tls/lists.js';
import type { TicketKeyFiles } from './tls/tickets.js';
import type { TrustFiles } from './tls/trust.js';

export interface CompileOptions {
  /** Files that the configuration names are not opened, and what is missing here is a warning (`-c --offline`). */
  readonly offline: boolean;
  readonly version: string;
  /** Date.now() */
  readonly now: number;
  /** Environment as the configuration left it. */
  env(name: string): string | undefined;
  /** Memory to be shared with other threads; default: of its own. */
  readonly arena?: Arena;
  /** Makes the logger of a proxy (observe/log). */
  createLogger(proxy: ProxyModel, formats: LogFormats): ProxyLogger;
}

/** Both halves of one proxy and the scopes its expressions are compiled in. */
export interface CompiledProxy {
  readonly model: ProxyModel;
  readonly frontend: Frontend | undefined;
  readonly backend: Backend | undefined;
  readonly scopes: ProxyScopes;
}

export interface CompiledRuntime extends Runtime {
  /** Certificates of all listeners and servers. */
  readonly certificates: LiveCertificates;
  /** The files of authorities and revocations in use. */
  readonly trust: TrustFiles;
  /** `crt-list` files and directories of certificates. */
  readonly certificateLists: CertificateLists;
  /** `tls-ticket-keys` */
  readonly ticketKeys: TicketKeyFiles;
  /** Pattern files and process-wide variables. */
  readonly environment: Environment;
  readonly proxies: readonly CompiledProxy[];
  readonly peers: readonly PeersSection[];
  readonly rings: readonly CompiledRing[];
  readonly logForwards: readonly CompiledLogForward[];
}

/**
 * Turns a model into what runs. All that can be wrong with the meaning of a configuration is found here, and all of it
 * is reported to `diagnostics`; the result must not be used when there are alerts.
 */
export function compileRuntime(model: ConfigModel, diagnostics: Diagnostics, options: CompileOptions): CompiledRuntime {
  checkConsistency(model, diagnostics);
  checkLogReferences(model, diagnostics);
  checkAlerts(model, diagnostics);
  const arena = options.arena ?? new Arena();
  const holder: { runtime?: CompiledRuntime } = {};
  const tables = compileTables(model, diagnostics, arena);
  const environment = createEnvironment(
    model,
    options.env,
    () => holder.runtime as CompiledRuntime,
    arena.place,
    tables,
  );
  setGlobalVariables(model, environment, diagnostics, options.offline);
  const proxies: CompiledProxy[] = [];
  const ids = assignIds(model);
  const tls = new TlsCompiler(model, diagnostics, options.offline);
  for (const proxy of model.proxies) {
    if (proxy.disabled) continue;
    const errorReplies = new ErrorReplies();
    const scopes = new ProxyScopes(proxy, environment, diagnostics, options.offline, errorReplies);
    errorReplies.compile(proxy, scopes.at(0));
    const id = ids.get(proxy) as number;
    const frontend = proxy.kind === 'backend' ? undefined : new Frontend(proxy, id, arena);
    const backend =
      proxy.kind === 'frontend' ? undefined : new Backend(proxy, id, arena, Math.floor(options.now / 1000));
    const compiled = { model: proxy, frontend, backend, scopes };
    equip(compiled, errorReplies, arena, diagnostics, options);
    adjustHeaderCase(compiled, model.global);
    compileTls(compiled, tls);
    proxies.push(compiled);
  }
  const runtime = {
    ...assemble(model, arena, proxies, environment, options),
    ...compileLogSections(model, tls, environment, diagnostics, options.offline),
    certificates: tls.live,
    trust: tls.trust,
    certificateLists: tls.lists,
    ticketKeys: tls.tickets,
    tables,
    peers: compilePeers(model, {
      diagnostics,
      tables,
      tls,
      commandLineName: options.env('HAPROXY_LOCALPEER'),
      scopes: (name) =>
        new ProxyScopes(
          initialProxy('backend', name, { source: { file: '', line: 0, text: '' }, column: 1, length: 1 }),
          environment,
          diagnostics,
          options.offline,
        ),
    }),
  };
  holder.runtime = runtime;
  for (const proxy of proxies) {
    if (proxy.frontend !== undefined) compileFrontendRules(proxy.frontend, proxy.scopes, runtime);
    if (proxy.backend !== undefined) compileBackendRules(proxy.backend, proxy.frontend, proxy.scopes);
    if (proxy.backend !== undefined) linkTracking(proxy.backend, runtime, diagnostics);
  }
  for (const unused of unusedDefaults(model, proxies))
    checkRules(unused, new ProxyScopes(unused, environment, diagnostics, options.offline));
  return runtime;
}

function unusedDefaults(model: ConfigModel, proxies: readonly CompiledProxy[]): ProxyModel[] {
  const used = new Set([...proxies.map((proxy) => proxy.model.from), ...model.defaults.map(({ from }) => from)]);
  return model.defaults.filter(({ name }) => name !== '' && !used.has(name));
}

/**
 * HAProxy's numbering: in file order, disabled proxies counted, from 1, or from 2 beside a `stats socket`, whose hidden
 * proxy is the first. A proxy with an `id` of its own uses up a number all the same.
 */
export function assignIds({ proxies, global }: Pick<ConfigModel, 'proxies' | 'global'>): Map<ProxyModel, number> {
  const ids = new Map<ProxyModel, number>();
  const taken = new Set(proxies.map(({ id }) => id));
  let next = global.statsSockets.length > 0 ? 2 : 1;
  for (const proxy of proxies) {
    if (proxy.id === undefined) while (taken.has(next)) next++;
    ids.set(proxy, proxy.id ?? next);
    next++;
  }
  return ids;
}

/** Everything of a proxy that needs no other proxy. */
function equip(
  { model, frontend, backend, scopes }: CompiledProxy,
  errorReplies: ErrorReplies,
  arena: Arena,
  diagnostics: Diagnostics,
  options: CompileOptions,
): void {
  const timeouts = timeoutsOf(model);
  const formats = compileLogFormats(model, scopes, diagnostics);
  const logger = options.createLogger(model, formats);
  if (frontend !== undefined) {
    frontend.timeouts = timeouts;
    frontend.errorReplies = errorReplies;
    frontend.logger = logger;
    frontend.logAsap = model.options.logasap === true;
    frontend.logsBackendSource = formats.mentionsBackendSource;
    frontend.maxconn = model.maxconn ?? 0;
    frontend.rateLimit = model.rateLimitSessions ?? 0;
    frontend.tcpInspectDelay = model.tcpInspectDelay ?? 0;
    frontend.uniqueId = formats.uniqueId;
    frontend.uniqueIdHeader = model.uniqueIdHeader;
    frontend.keepAlive = keepAliveOf(model, 'clitcpka');
    addListeners(frontend, arena);
  }
  if (backend !== undefined) {
    backend.timeouts = timeouts;
    backend.errorReplies = errorReplies;
    backend.logger = logger;
    backend.retries = model.retries ?? 3;
    backend.redispatch = model.redispatch;
    backend.keepAlive = keepAliveOf(model, 'srvtcpka');
    addServers(backend, scopes, arena, diagnostics, options);
  }
}

function adjustHeaderCase({ model, frontend, backend }: CompiledProxy, global: GlobalModel): void {
  const { options } = model;
  const names = new Map([...global.headerCaseFile, ...global.headerCase]);
  if (frontend !== undefined && options['h1-case-adjust-bogus-client'] === true) frontend.headerCase = names;
  if (backend !== undefined && options['h1-case-adjust-bogus-server'] === true) backend.headerCase = names;
}

/** What Linux waits when `clitcpka-idle`, `srvtcpka-idle` do not say. */
const KEEP_ALIVE_IDLE = 7200;

/** `option tcpka`, `clitcpka`, `srvtcpka`: seconds of silence before the first probe, 0 = no probes. */
function keepAliveOf({ options, keepAliveIdle }: ProxyModel, side: 'clitcpka' | 'srvtcpka'): number {
  if (options.tcpka !== true && options[side] !== true) return 0;
  return Math.max(1, Math.round((keepAliveIdle[side] ?? KEEP_ALIVE_IDLE * 1000) / 1000));
}

function addListeners(frontend: Frontend, arena: Arena): void {
  let next = 1;
  for (const bind of frontend.model.binds) {
    for (const address of bind.addresses) {
      const last = Math.max(address.port, address.portEnd);
      for (let port = address.port; port <= last; port++) {
        const id = bind.id ?? next;
        next = Math.max(next, id) + 1;
        frontend.listeners.push(new Listener(bind, address, frontend, id, port, arena));
      }
    }
  }
}

function addServers(
  backend: Backend,
  scopes: ProxyScopes,
  arena: Arena,
  diagnostics: Diagnostics,
  options: CompileOptions,
): void {
  const seconds = Math.floor(options.now / 1000);
  backend.model.servers.forEach((server, index) =>
    backend.servers.push(new Server(server, backend, index, arena, seconds)),
  );
  const { dispatch, balance, name, options: flags, span } = backend.model;
  if (flags.transparent === true && balance !== undefined) {
    diagnostics.alert(
      balance[0]?.span ?? span,
      `${backend.model.kind === 'listen' ? 'proxy' : 'backend'} '${name}' cannot use both transparent and balance mode.`,
    );
  }
  if (dispatch !== undefined && balance !== undefined) {
    diagnostics.warning(dispatch.span, `dispatch address of proxy '${name}' will be ignored in balance mode.`);
  } else if (dispatch !== undefined || flags.transparent === true) {
    backend.dispatch = new Server(dispatch ?? anywhere(span), backend, -1, arena, seconds);
  }
  try {
    const plan = planBalance(backend.model, {
      diagnostics,
      compileExpression(words) {
        const expression = takeExpression(new Cursor(words, diagnostics), isConverter);
        return compileExpression(expression, scopes.at(Checkpoint.UseServer)).text();
      },
    });
    backend.algorithm = plan.name;
    const words = arena.place.count > 1 ? arena.words(2) : undefined;
    backend.remakeBalancer = () => {
      backend.balancer = plan.create(backend.servers, words);
    };
    backend.remakeBalancer();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    diagnostics.alert(error.span, error.message, error.hint);
  }
  for (const server of backend.servers) addGreeter(server, scopes, diagnostics);
  if (arena.place.index === 0) recount(backend);
}

function addGreeter(server: Server, scopes: ProxyScopes, diagnostics: Diagnostics): void {
  try {
    server.greeter = compileGreeter(server.model, scopes);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    diagnostics.alert(error.span ?? server.model.span, error.message, error.hint);
  }
}

/** Checked, or by its agent. */
const isAsked = ({ model, agent }: Server): boolean => model.check || agent !== undefined;

/** `track [backend/]server` (manual 5.2). */
function linkTracking(backend: Backend, runtime: Runtime, diagnostics: Diagnostics): void {
  for (const server of backend.servers) {
    const word = server.model.track;
    if (word === undefined) continue;
    const slash = word.text.indexOf('/');
    const [owner, name] =
      slash < 0 ? [backend.name, word.text] : [word.text.slice(0, slash), word.text.slice(slash + 1)];
    const tracked = runtime.findServer(owner, name);
    if (tracked === undefined) {
      diagnostics.alert(word.span, `config : unable to find required server '${owner}/${name}' to track.`);
    } else if (tracked === server || tracked.model.track !== undefined || !isAsked(tracked)) {
      const why = tracked === server ? 'itself' : 'a server that is not checked itself';
      diagnostics.alert(
        word.span,
        `server '${backend.name}/${server.name}' cannot track '${word.text}': it is ${why}.`,
      );
    } else {
      server.tracked = tracked;
      tracked.trackers.unshift(server);
    }
  }
}

function assemble(
  model: ConfigModel,
  arena: Arena,
  proxies: readonly CompiledProxy[],
  environment: Environment,
  options: CompileOptions,
): Omit<
  CompiledRuntime,
  'certificates' | 'trust' | 'certificateLists' | 'ticketKeys' | 'tables' | 'peers' | 'rings' | 'logForwards'
> {
  const frontends = proxies.flatMap(({ frontend }) => frontend ?? []);
  const backends = proxies.flatMap(({ backend }) => backend ?? []);
  const byName = new Map(backends.toReversed().map((backend) => [backend.name, backend]));
  const maxconn =
    model.global.maxconn ?? derivedMaxconn(model.global, listenerCount(model, frontends), descriptorLimit());
  for (const frontend of frontends) if (frontend.maxconn === 0) frontend.maxconn = maxconn;
  setFullconn(backends, frontends);
  backends.forEach((backend, index) => {
    backend.index = index;
  });
  return {
    model,
    arena,
    environment,
    proxies,
    frontends,
    backends,
    process: processState(model, arena, maxconn, options),
    findFrontend: (name) => frontends.find((frontend) => frontend.name === name),
    findBackend: (name) => byName.get(name),
    findServer: (backend, server) => byName.get(backend)?.servers.find(({ name }) => name === server),
  };
}

/** Sockets that the process listens on. */
export function listenerCount({ global, logForwards }: ConfigModel, frontends: readonly Frontend[]): number {
  const own = frontends.reduce((sum, { listeners }) => sum + listeners.length, 0);
  const binds = [...global.statsSockets.map(({ bind }) => bind), ...logForwards.flatMap(bindsOf)];
  return own + binds.reduce((sum, { addresses }) => sum + addresses.length, 0);
}

const bindsOf = ({ binds, datagramBinds }: LogForwardModel): BindModel[] => [...binds, ...datagramBinds];

/** Manual 4.2 `fullconn`: by default 10 % of the sum of the maxconn of the frontends that may use the backend. */
function setFullconn(backends: readonly Backend[], frontends: readonly Frontend[]): void {
  const sums = new Map<Backend, number>(backends.map((backend) => [backend, 0]));
  for (const frontend of frontends) {
    const uses = usedBackends(frontend.model);
    for (const backend of backends) {
      if (uses(backend)) sums.set(backend, (sums.get(backend) ?? 0) + frontend.maxconn);
    }
  }
  for (const [backend, sum] of sums) backend.fullconn = backend.model.fullconn ?? Math.max(1, Math.ceil(sum / 10));
}

/** Which backends a frontend may use: with a name that is made for each request, all of them. */
function usedBackends(model: ProxyModel): (backend: Backend) => boolean {
  const targets = model.useBackends.flatMap(({ words }) => words[1]?.text ?? []);
  if (targets.some((text) => text.includes('%['))) return () => true;
  const names = new Set([...targets, model.defaultBackend?.text]);
  return (backend) => model === backend.model || names.has(backend.name);
}

function processState(model: ConfigModel, arena: Arena, maxconn: number, options: CompileOptions): ProcessState {
  const { global } = model;
  return new ProcessState(arena, {
    pid: process.pid,
    version: options.version,
    node: global.node ?? hostname(),
    description: global.description ?? '',
    startDate: options.now,
    maxconn,
    connectionRate: global.maxconnrate ?? 0,
    sessionRate: global.maxsessrate ?? 0,
    nbthread: Math.max(1, arena.place.count - 1),
  });
}
