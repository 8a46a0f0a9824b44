import type { StreamContext } from '../core/stream.js';
import { Checkpoint } from '../language/checkpoint.js';
import type { Scope } from '../language/scope.js';
import { compileRules } from '../rules/compile.js';
import {
  compileConditionLines,
  compileRedirects,
  compileUseBackends,
  compileUseServers,
  type ConditionalTarget,
} from '../rules/lines.js';
import { compileOldLines } from '../rules/old-lines.js';
import type { Backend } from './backend.js';
import type { ProxyScopes } from './environment.js';
import { compilePersistence, warnEqualCookies } from './persistence.js';
import type { Frontend, UseBackend } from './frontend.js';
import { compileSticking } from './sticking.js';
import type { Runtime } from './runtime.js';

/** Compiles all rules of a frontend's own lines into its phase lists; empty ones cost nothing at run time. */
export function compileFrontendRules(frontend: Frontend, scopes: ProxyScopes, runtime: Runtime): void {
  const { model } = frontend;
  const scope = scopes.at(0);
  frontend.tcpConnection = compileRules(model.tcpConnection, 'tcp-request connection', scope);
  frontend.tcpSession = compileRules(model.tcpSession, 'tcp-request session', scope);
  frontend.tcpContent = compileRules(model.tcpContent, 'tcp-request content', scope);
  compileHttpRules(frontend, scope);
  frontend.httpAfterResponse = compileRules(model.httpAfterResponse, 'http-after-response', scope);
  frontend.monitorUri = model.monitorUri;
  frontend.monitorFail = compileConditionLines(model.monitorFail, scope, Checkpoint.FrontendRequestHeader);
  frontend.useBackends = compileUseBackends(model.useBackends, scope).map((line) => useBackend(line, runtime));
  frontend.defaultBackend = runtime.findBackend(
    model.defaultBackend?.text ?? (model.kind === 'listen' ? model.name : ''),
  );
}

function compileHttpRules(proxy: Frontend | Backend, scope: Scope): void {
  const { model } = proxy;
  proxy.httpRequest = compileRules([...model.blocks, ...model.httpRequest], 'http-request', scope);
  proxy.lateRequest = [...compileOldLines(model.oldRequest, true, scope), ...compileRedirects(model.redirects, scope)];
  proxy.httpResponse = compileRules(model.httpResponse, 'http-response', scope);
  proxy.lateResponse = compileOldLines(model.oldResponse, false, scope);
}

function useBackend({ condition, target }: ConditionalTarget, runtime: Runtime): UseBackend {
  if (typeof target !== 'string') return { condition, choose: (stream) => runtime.findBackend(target(stream)) };
  const backend = runtime.findBackend(target);
  return { condition, choose: () => backend };
}

/** Likewise for a backend. The rules of a `listen` were compiled once for its frontend and are shared. */
export function compileBackendRules(backend: Backend, frontend: Frontend | undefined, scopes: ProxyScopes): void {
  const { model } = backend;
  const scope = scopes.at(0);
  if (frontend !== undefined) {
    backend.tcpContent = frontend.tcpContent;
    backend.httpRequest = frontend.httpRequest;
    backend.lateRequest = frontend.lateRequest;
    backend.httpResponse = frontend.httpResponse;
    backend.lateResponse = frontend.lateResponse;
    backend.httpAfterResponse = frontend.httpAfterResponse;
  } else {
    backend.tcpContent = compileRules(model.tcpContent, 'tcp-request content', scope);
    compileHttpRules(backend, scope);
    backend.httpAfterResponse = compileRules(model.httpAfterResponse, 'http-after-response', scope);
  }
  backend.tcpResponse = compileRules(model.tcpResponse, 'tcp-response content', scope);
  backend.persistence = compilePersistence(model, scope);
  backend.sticking = compileSticking(model, scope);
  warnEqualCookies(backend, scope.diagnostics);
  if (frontend !== undefined && backend.persistence !== undefined) frontend.persistent = backend;
  backend.useServers = compileUseServers(model.useServers, scope).map((line) => useServer(line, backend));
}

/** A `use-server` line, resolved to a server. */
export interface UseServer {
  readonly condition: ((stream: StreamContext) => boolean) | undefined;
  choose(stream: StreamContext): Backend['servers'][number] | undefined;
}

function useServer({ condition, target }: ConditionalTarget, backend: Backend): UseServer {
  const find = (name: string): Backend['servers'][number] | undefined =>
    backend.servers.find((server) => server.name === name);
  if (typeof target !== 'string') return { condition, choose: (stream) => find(target(stream)) };
  const server = find(target);
  return { condition, choose: () => server };
}
