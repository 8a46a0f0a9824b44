import type { ProxyModel } from '../config/model.js';
import { Checkpoint } from '../language/checkpoint.js';
import type { Backend } from './backend.js';
import type { ProxyScopes } from './environment.js';
import type { Frontend } from './frontend.js';
import type { Server } from './server.js';
import type { TlsCompiler } from './tls/compile.js';

interface Halves {
  readonly model: ProxyModel;
  readonly frontend: Frontend | undefined;
  readonly backend: Backend | undefined;
  readonly scopes: ProxyScopes;
}

/** Gives listeners and servers of a proxy the TLS that their lines ask for. */
export function compileTls({ model, frontend, backend, scopes }: Halves, tls: TlsCompiler): void {
  for (const bind of frontend === undefined ? [] : model.binds) {
    const acceptor = tls.bind(bind, model);
    for (const listener of frontend?.listeners ?? []) if (listener.bind === bind) listener.tls = acceptor;
  }
  for (const server of backend?.servers ?? []) equipTls(server, tls, model, scopes);
}

/** The same for one server. */
export function equipTls(server: Server, tls: TlsCompiler, proxy: ProxyModel, scopes: ProxyScopes): void {
  const { model } = server;
  const { connector, serverName, check, release } = tls.server(model, proxy, scopes.at(Checkpoint.UseServer));
  server.readyTls = connector === undefined ? undefined : { tls: connector, tlsName: serverName };
  if (model.ssl) Object.assign(server, server.readyTls);
  server.checkTls = check;
  server.releaseTls = release;
}
