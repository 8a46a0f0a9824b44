import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';
import type { AclModel, CaptureSlotModel, ConfigModel, ProxyModel } from '../config/model.js';
import type { Diagnostics } from '../config/diagnostics.js';
import type { StickTables } from '../core/stick-table.js';
import { NO_NAMES } from '../core/name-resolver.js';
import type { ThreadPlace } from '../core/threads.js';
import { compileAcls } from '../language/acl.js';
import type { NamedAcl } from '../language/scope.js';
import { ProcessVariables } from '../language/process-variables.js';
import { PatternStore } from '../language/patterns/store.js';
import type { Environment, Scope } from '../language/scope.js';
import type { VariableLimits } from '../language/variables.js';
import { hasSection } from './resolvers/sections.js';
import type { Runtime } from './runtime.js';

/** What expressions may know of the world outside their proxy; names are looked up in the runtime as it is then. */
export function createEnvironment(
  model: ConfigModel,
  env: (name: string) => string | undefined,
  runtime: () => Runtime,
  place: ThreadPlace,
  tables: StickTables,
): Environment {
  const isBackend = (proxy: ProxyModel): boolean => proxy.kind !== 'frontend';
  const backends = new Set(model.proxies.filter(isBackend).map(({ name }) => name));
  return {
    readFile: (path) => readFileSync(path, 'latin1'),
    hasFrontend: (name) => model.proxies.some((proxy) => proxy.name === name && proxy.kind !== 'backend'),
    hasBackend: (name) => backends.has(name),
    hasServer: (backend, server) =>
      model.proxies.some((proxy) => proxy.name === backend && proxy.servers.some(({ name }) => name === server)),
    findFrontend: (name) => runtime().findFrontend(name),
    findBackend: (name) => runtime().findBackend(name),
    findServer: (backend, server) => runtime().findServer(backend, server),
    backendNames: () => [...backends],
    userlists: () => model.userlists,
    httpErrors: (name) => model.httpErrors.find((section) => section.name === name)?.files,
    env,
    hostname: hostname(),
    pid: process.pid,
    nbthread: Math.max(1, place.count - 1),
    thread: Math.max(0, place.index - 1),
    connections: () => runtime().process.connections,
    stopping: () => runtime().process.stopping,
    now: () => performance.timeOrigin + performance.now(),
    random: Math.random,
    variables: new ProcessVariables(),
    variableLimits: variableLimits(model.global.tune),
    patterns: new PatternStore(),
    tables,
    stickCounters: model.global.tune.get('tune.stick-counters') ?? STICK_COUNTERS,
    names: { resolver: NO_NAMES, has: (section) => hasSection(model, section) },
    services: new Map(),
  };
}

/** HAProxy's usual MAX_SESS_STKCTR. */
const STICK_COUNTERS = 3;

/** `tune.vars.*`; 0 is no limit, as in HAProxy. */
function variableLimits(tune: ReadonlyMap<string, number>): VariableLimits | undefined {
  const size = (name: string): number | undefined => tune.get(name) || undefined;
  const limits = {
    proc: size('tune.vars.proc-max-size'),
    sess: size('tune.vars.sess-max-size'),
    txn: size('tune.vars.txn-max-size'),
    reqres: size('tune.vars.reqres-max-size'),
    check: size('tune.vars.check-max-size'),
  };
  return Object.values(limits).some((limit) => limit !== undefined) ? limits : undefined;
}

/** Makes the scopes of one proxy: the same ACLs for each, with the places where the result will be evaluated. */
export class ProxyScopes {
  readonly #base: Omit<Scope, 'places' | 'acls'>;
  readonly #acls: ReadonlyMap<string, NamedAcl>;
  /** By the list of the `defaults` section: its rules all name the same one. */
  readonly #inherited = new Map<readonly AclModel[], ReadonlyMap<string, NamedAcl>>();

  /** @param errorReplies the proxy's error pages, which rules may send too */
  constructor(
    proxy: ProxyModel,
    environment: Environment,
    diagnostics: Diagnostics,
    offline: boolean,
    errorReplies?: NonNullable<Scope['errorReplies']>,
  ) {
    const slots = (direction: 'request' | 'response'): CaptureSlotModel[] =>
      proxy.captureSlots.filter((capture) => capture.direction === direction);
    const lengths = (direction: 'request' | 'response'): number[] => slots(direction).map(({ length }) => length);
    this.#base = {
      environment,
      ...(errorReplies === undefined ? {} : { errorReplies }),
      diagnostics,
      offline,
      proxy: {
        name: proxy.name,
        mode: proxy.mode,
        frontend: proxy.kind !== 'backend',
        backend: proxy.kind !== 'frontend',
        requestCaptures: lengths('request'),
        responseCaptures: lengths('response'),
        captureOf: (action) => slots('request').findIndex((slot) => slot.action === action),
      },
    };
    this.#acls = this.#compile(proxy.acls);
  }

  #compile(models: readonly AclModel[]): ReadonlyMap<string, NamedAcl> {
    return compileAcls(models, { ...this.#base, places: 0, acls: new Map() });
  }

  #inheritedAcls(models: readonly AclModel[]): ReadonlyMap<string, NamedAcl> {
    const known = this.#inherited.get(models) ?? this.#compile(models);
    this.#inherited.set(models, known);
    return known;
  }

  /** @param places bits of Checkpoint */
  at(places: number): Scope {
    return { ...this.#base, places, acls: this.#acls, inheritedAcls: (models) => this.#inheritedAcls(models) };
  }
}
