import type { Diagnostics } from '../config/diagnostics.js';
import type { AddressModel, BindModel, ConfigModel, LogForwardModel, RingModel, ServerModel } from '../config/model.js';
import { initialProxy } from '../config/sections/proxy-model.js';
import type { TlsAcceptor, TlsConnector } from '../core/tls.js';
import { Checkpoint } from '../language/checkpoint.js';
import type { Environment } from '../language/scope.js';
import { ProxyScopes } from './environment.js';
import type { TlsCompiler } from './tls/compile.js';

/** A `ring` section whose servers can be connected to. */
export interface CompiledRing {
  readonly model: RingModel;
  readonly servers: readonly { readonly model: ServerModel; readonly tls: TlsConnector | undefined }[];
}

/** One address that a `log-forward` section listens on for connections. */
export interface LogListener {
  readonly bind: BindModel;
  readonly address: AddressModel;
  readonly port: number;
  readonly tls: TlsAcceptor | undefined;
}

export interface CompiledLogForward {
  readonly model: LogForwardModel;
  readonly listeners: readonly LogListener[];
}

/** Gives the servers of rings, and the listeners of log-forward sections, the TLS that their lines ask for. */
export function compileLogSections(
  model: ConfigModel,
  tls: TlsCompiler,
  environment: Environment,
  diagnostics: Diagnostics,
  offline: boolean,
): { rings: CompiledRing[]; logForwards: CompiledLogForward[] } {
  return {
    rings: model.rings.map((ring) => {
      // names in HAProxy's complaints are those of a backend
      const proxy = initialProxy('backend', ring.name, ring.span);
      const scopes = new ProxyScopes(proxy, environment, diagnostics, offline);
      const servers = ring.servers.map((server) => ({
        model: server,
        tls: tls.server(server, proxy, scopes.at(Checkpoint.UseServer)).connector,
      }));
      return { model: ring, servers };
    }),
    logForwards: model.logForwards.map((forward) => {
      const proxy = initialProxy('frontend', forward.name, forward.span);
      return { model: forward, listeners: forward.binds.flatMap((bind) => listenersOf(bind, tls.bind(bind, proxy))) };
    }),
  };
}

function listenersOf(bind: BindModel, tls: TlsAcceptor | undefined): LogListener[] {
  return bind.addresses.flatMap((address) => {
    const count = Math.max(0, address.portEnd - address.port) + 1;
    return Array.from({ length: count }, (_, index) => ({ bind, address, port: address.port + index, tls }));
  });
}
