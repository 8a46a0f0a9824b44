import { Check } from '../checks/index.js';
import { systemClock } from '../checks/timing.js';
import { Diagnostics } from '../config/diagnostics.js';
import type { ServerModel } from '../config/model.js';
import type { TransportProvider } from '../core/transport.js';
import type { ServerRegistry } from '../admin/context.js';
import type { Backend } from '../state/backend.js';
import type { CheckScheduler } from '../state/check-scheduler.js';
import { compileBackendCheck } from '../state/compile-checks.js';
import type { CompiledRuntime } from '../state/compile.js';
import type { Health } from '../state/health.js';
import { recount, weigh } from '../state/health-weight.js';
import { Admin, Server, ServerState } from '../state/server.js';
import { equipTls } from '../state/compile-tls.js';
import { TlsCompiler } from '../state/tls/compile.js';
import { equipServer } from '../upstream/setup.js';

export interface DynamicServersOptions {
  readonly runtime: CompiledRuntime;
  readonly health: Health;
  readonly scheduler: CheckScheduler;
  readonly transports: TransportProvider;
}

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
    const id = model.id ?? freeId(backend);
    const server = new Server(model, backend, backend.servers.length, runtime.arena, health.now, id);
    const problem = this.addTls(server);
    if (problem !== undefined) return problem;
    equipServer(server, runtime.model.global.tune);
    if (backend.thread === 0) {
      server.state = ServerState.Stopped;
      server.admin = Admin.ForcedMaint;
      server.health = 0;
      weigh(server, health.now);
    }
    backend.model.servers.push(server.model);
    backend.servers.push(server);
    if (tracked !== undefined) {
      server.tracked = tracked;
      tracked.trackers.push(server);
    }
    this.settle(backend);
    // the main thread checks for all
    return model.check && tracked === undefined && backend.thread === 0 ? this.addCheck(server) : undefined;
  }

  /** @returns why its TLS parameters cannot be carried out */
  private addTls(server: Server): string | undefined {
    const { runtime } = this.options;
    const { model, backend } = server;
    const scopes = runtime.proxies.find((proxy) => proxy.backend === backend)?.scopes;
    if (scopes === undefined || (!model.ssl && !model.checkSsl)) return undefined;
    const diagnostics = new Diagnostics();
    equipTls(server, new TlsCompiler(runtime.model, diagnostics, false), backend.model, scopes);
    return diagnostics.list.find(({ severity }) => severity === 'alert')?.message;
  }

  private addCheck(server: Server): string | undefined {
    const { runtime, scheduler, transports } = this.options;
    const { backend } = server;
    const diagnostics = new Diagnostics();
    const scopes = runtime.proxies.find((proxy) => proxy.backend === backend)?.scopes;
    if (scopes !== undefined) backend.checkPlan ??= compileBackendCheck(backend, scopes, diagnostics);
    if (backend.checkPlan === undefined) return 'Health checks of this backend cannot be made.';
    scheduler.addServer(server, new Check(backend.checkPlan, { provider: transports, clock: systemClock }));
    return undefined;
  }

  remove(server: Server): void {
    const { backend, tracked } = server;
    this.options.scheduler.removeServer(server);
    server.pool.clear();
    if (tracked !== undefined) tracked.trackers.splice(tracked.trackers.indexOf(server), 1);
    backend.servers.splice(backend.servers.indexOf(server), 1);
    backend.model.servers.splice(backend.model.servers.indexOf(server.model), 1);
    this.settle(backend);
  }

  checksEnabled(server: Server): void {
    this.options.scheduler.enabled(server);
  }

  /** Positions are where the balancer looks servers up. */
  private settle(backend: Backend): void {
    for (const [index, server] of backend.servers.entries()) server.index = index;
    if (backend.thread === 0) recount(backend);
    backend.remakeBalancer();
  }
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
  if (!tracked.checkable) {
    return `unable to use ${owner}/${name} for tracking as it does not have any check nor agent enabled.`;
  }
  return tracked;
}
