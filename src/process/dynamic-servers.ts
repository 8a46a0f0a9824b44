import { Check } from '../checks/index.js';
import { agentPlan } from '../checks/types/agent.js';
import { systemClock } from '../checks/timing.js';
import { Diagnostics } from '../config/diagnostics.js';
import type { ServerModel } from '../config/model.js';
import type { TransportProvider } from '../core/transport.js';
import type { ServerRegistry } from '../admin/context.js';
import { agentPort } from '../state/agent.js';
import type { Backend } from '../state/backend.js';
import type { CheckScheduler } from '../state/check-scheduler.js';
import { compileBackendCheck } from '../state/compile-checks.js';
import type { CompiledRuntime } from '../state/compile.js';
import type { ProxyScopes } from '../state/environment.js';
import { compileGreeter } from '../state/greeter.js';
import type { Health } from '../state/health.js';
import { recount, weigh } from '../state/health-weight.js';
import { Admin, Server, ServerState } from '../state/server.js';
import { equipTls } from '../state/compile-tls.js';
import { TlsCompiler } from '../state/tls/compile.js';
import { equipServer, switchTls } from '../upstream/setup.js';

export interface DynamicServersOptions {
  readonly runtime: CompiledRuntime;
  readonly health: Health;
  readonly scheduler: CheckScheduler;
  readonly transports: TransportProvider;
  /** Tells the other threads. */
  changed(edit: ServerEdit): void;
  /** Nobody need look after the server any more. */
  removed(server: Server): void;
}

/** What becomes of a backend's servers, for other threads to follow. */
export type ServerEdit =
  | { readonly kind: 'server-added'; readonly backend: number; readonly id: number; readonly model: ServerModel }
  | { readonly kind: 'server-removed'; readonly backend: number; readonly server: number }
  | { readonly kind: 'server-tls'; readonly backend: number; readonly server: number; readonly on: boolean };

/**
 * Servers that come and go at run time (management manual 9.3 `add server`, `del server`). The backend's balancer is made
 * anew each time: its turns begin again, as after a reload.
 */
export class DynamicServers implements ServerRegistry {
  constructor(private readonly options: DynamicServersOptions) {}

  add(backend: Backend, model: ServerModel): string | undefined {
    const { runtime, health } = this.options;
    const tracked = trackedServer(runtime, backend, model);
    if (typeof tracked === 'string') return tracked;
    if (model.agentCheck && agentPort(model) === 0) {
      return `server ${model.name} does not have agent port. Agent check has been disabled.`;
    }
    const id = model.id ?? freeId(backend);
    const server = attachServer(runtime, backend, model, id, health.now);
    const problem = equipWithTls(runtime, server);
    if (problem !== undefined) {
      detachServer(server);
      return problem;
    }
    server.state = ServerState.Stopped;
    server.admin = Admin.ForcedMaint;
    server.health = 0;
    weigh(server, health.now);
    recount(backend);
    // It was made in service, as those of the configuration are.
    backend.remakeBalancer();
    this.options.changed({ kind: 'server-added', backend: backend.index, id, model });
    this.addAgent(server);
    return model.check && tracked === undefined ? this.addCheck(server) : undefined;
  }

  /** It is not asked until it is enabled. */
  private addAgent(server: Server): void {
    const { agent } = server;
    if (agent === undefined) return;
    const { scheduler, transports } = this.options;
    agent.enabled = false;
    const plan = agentPlan(() => agent.send);
    scheduler.addAgent(server, agent, new Check(plan, { provider: transports, clock: systemClock }), 0);
  }

  private addCheck(server: Server): string | undefined {
    const { runtime, scheduler, transports } = this.options;
    const { backend } = server;
    const diagnostics = new Diagnostics();
    const scopes = scopesOf(runtime, backend);
    if (scopes !== undefined) backend.checkPlan ??= compileBackendCheck(backend, scopes, diagnostics);
    if (backend.checkPlan === undefined) return 'Health checks of this backend cannot be made.';
    scheduler.addServer(server, new Check(backend.checkPlan, { provider: transports, clock: systemClock }));
    return undefined;
  }

  remove(server: Server): void {
    const place = { backend: server.backend.index, server: server.index };
    this.options.scheduler.removeServer(server);
    this.options.removed(server);
    detachServer(server);
    recount(server.backend);
    this.options.changed({ kind: 'server-removed', ...place });
  }

  switchTls(server: Server, on: boolean): void {
    switchTls(server, on, this.options.runtime.model.global.tune);
    this.options.changed({ kind: 'server-tls', backend: server.backend.index, server: server.index, on });
  }

  checksEnabled(server: Server): void {
    this.options.scheduler.enabled(server);
  }
}

/** Makes a server part of its backend, in this thread: all threads do so in the same order, so that its memory is one. */
export function attachServer(
  runtime: CompiledRuntime,
  backend: Backend,
  model: ServerModel,
  id: number,
  now: number,
): Server {
  const server = new Server(model, backend, backend.servers.length, runtime.arena, now, id);
  server.dynamic = true;
  // Names are not resolved (`init-addr none`): it has no address until it is given one.
  if (server.hostname !== '') server.address = '';
  equipServer(server, runtime.model.global.tune);
  const scopes = scopesOf(runtime, backend);
  if (scopes !== undefined) server.greeter = compileGreeter(model, scopes);
  backend.model.servers.push(model);
  backend.servers.push(server);
  const tracked = trackedServer(runtime, backend, model);
  if (tracked instanceof Server) {
    server.tracked = tracked;
    tracked.trackers.unshift(server);
  }
  settle(backend);
  return server;
}

/** Takes a server out of its backend, in this thread. */
export function detachServer(server: Server): void {
  const { backend, tracked } = server;
  server.pool.clear();
  server.releaseTls?.();
  if (tracked !== undefined) tracked.trackers.splice(tracked.trackers.indexOf(server), 1);
  backend.servers.splice(backend.servers.indexOf(server), 1);
  backend.model.servers.splice(backend.model.servers.indexOf(server.model), 1);
  settle(backend);
}

const scopesOf = (runtime: CompiledRuntime, backend: Backend): ProxyScopes | undefined =>
  runtime.proxies.find((proxy) => proxy.backend === backend)?.scopes;

/** Positions are where the balancer looks servers up. */
function settle(backend: Backend): void {
  for (const [index, server] of backend.servers.entries()) server.index = index;
  backend.remakeBalancer();
}

/** Gives a server its TLS. @returns why its parameters cannot be carried out */
export function equipWithTls(runtime: CompiledRuntime, server: Server): string | undefined {
  const { model, backend } = server;
  const scopes = scopesOf(runtime, backend);
  if (scopes === undefined || (!model.ssl && !model.checkSsl)) return undefined;
  const diagnostics = new Diagnostics();
  equipTls(server, new TlsCompiler(runtime.model, diagnostics, false, runtime), backend.model, scopes);
  return diagnostics.list.find(({ severity }) => severity === 'alert')?.message;
}

function freeId({ servers }: Backend): number {
  const taken = new Set(servers.map(({ id }) => id));
  let id = 1;
  while (taken.has(id)) id++;
  return id;
}

/** The server of `track`, or why it cannot be tracked. */
function trackedServer(
  runtime: CompiledRuntime,
  backend: Backend,
  { track }: ServerModel,
): Server | string | undefined {
  if (track === undefined) return undefined;
  const [owner, name] = track.text.includes('/') ? track.text.split('/', 2) : [backend.name, track.text];
  const tracked = runtime.findServer(owner, name);
  if (tracked === undefined) return `unable to find required server '${owner}/${name}' to track.`;
  if (tracked.dynamic) return `unable to use ${owner}/${name} for tracking as it is a dynamic server.`;
  if (!tracked.checkable && tracked.agent === undefined) {
    return `unable to use ${owner}/${name} for tracking as it does not have any check nor agent enabled.`;
  }
  return tracked;
}
