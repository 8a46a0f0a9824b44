import { hostname } from 'node:os';
import type { Diagnostics } from '../config/diagnostics.js';
import type { AddressModel, BindModel, ConfigModel, PeerModel, PeersModel } from '../config/model.js';
import { initialProxy } from '../config/sections/proxy-model.js';
import type { TlsAcceptor } from '../core/tls.js';
import type { ConnectSpec } from '../core/transport.js';
import type { ProxyScopes } from './environment.js';
import type { SharedTable } from './stick-table/table.js';
import type { TableRegistry } from './stick-table/compile.js';
import type { TlsCompiler } from './tls/compile.js';

/** A `peers` section as it runs (manual 3.5). */
export interface PeersSection {
  readonly name: string;
  readonly model: PeersModel;
  /** This process's own name. */
  readonly local: string;
  /** Where it listens. */
  readonly listeners: readonly PeerListener[];
  readonly tls: TlsAcceptor | undefined;
  /** Where a process that takes over from this one listens, to be told everything; undefined = cannot be known. */
  readonly self: ConnectSpec | undefined;
  readonly remotes: readonly RemotePeer[];
  /** Tables and the names that peers call them by. */
  readonly tables: readonly { readonly table: SharedTable; readonly name: string }[];
}

export interface PeerListener {
  readonly bind: BindModel;
  readonly address: AddressModel;
}

export interface RemotePeer {
  readonly name: string;
  /** undefined = it has no port: it may connect to us. */
  readonly spec: ConnectSpec | undefined;
}

/** `-L`, else `localpeer`, else the machine's name. */
function localName({ global }: ConfigModel, commandLine: string | undefined): string {
  const machine = hostname();
  return commandLine !== undefined && commandLine !== machine ? commandLine : (global.localpeer ?? machine);
}

/** What compiling needs of the rest of the configuration. */
interface Parts {
  readonly diagnostics: Diagnostics;
  readonly tables: TableRegistry;
  readonly tls: TlsCompiler;
  /** `HAPROXY_LOCALPEER`: what `-L` says, or the machine's name. */
  readonly commandLineName: string | undefined;
  /** A scope in which expressions of `server` lines may be compiled. */
  readonly scopes: (name: string) => ProxyScopes;
}

/** Sections that tables refer to, or that have tables of their own; others have nothing to exchange. */
export function compilePeers(model: ConfigModel, parts: Parts): PeersSection[] {
  const local = localName(model, parts.commandLineName);
  return model.peers.flatMap((section) => {
    const tables = tablesOf(section, model, parts.tables);
    if (section.disabled || tables.length === 0) return [];
    const own = section.peers.find(({ name }) => name === local);
    if (own === undefined) {
      parts.diagnostics.warning(
        section.span,
        `Removing incomplete section 'peers ${section.name}' (no peer named '${local}').`,
        `one of its lines should be 'peer ${local} <address>:<port>', or give the name of one with -L`,
      );
      return [];
    }
    return [compileSection(section, own, tables, parts)];
  });
}

function tablesOf({ name, tables }: PeersModel, { proxies }: ConfigModel, registry: TableRegistry) {
  const own = tables.map((each) => ({ table: registry.find(`${name}/${each.name}`), name: `/${each.name}` }));
  const shared = proxies
    .filter(({ stickTable }) => stickTable?.peers?.text === name)
    .map((proxy) => ({ table: registry.find(proxy.name), name: proxy.name }));
  return [...own, ...shared].flatMap((each) =>
    each.table === undefined ? [] : [{ table: each.table, name: each.name }],
  );
}

function compileSection(
  section: PeersModel,
  own: PeerModel,
  tables: PeersSection['tables'],
  { diagnostics, tls, scopes }: Parts,
): PeersSection {
  const proxy = { ...initialProxy('frontend', section.name, section.span), mode: 'tcp' as const };
  const scope = scopes(section.name);
  const listeners = listenersOf(section, own);
  if (listeners.length === 0) {
    diagnostics.alert(
      own.span,
      `peers section '${section.name}': the local peer '${own.name}' has no address.`,
      "give it one, or a 'bind' line to the section",
    );
  }
  const specOf = (peer: PeerModel, address: AddressModel): ConnectSpec => {
    const plain = plainSpec(address);
    if (!peer.settings.ssl) return plain;
    const server = { ...peer.settings, name: peer.name, span: peer.span, address, id: undefined, guid: undefined };
    const { connector } = tls.server(server, { ...proxy, kind: 'backend' }, scope.at(0));
    return connector === undefined ? plain : { ...plain, tls: connector };
  };
  const remotes = section.peers.flatMap((peer) => {
    if (peer === own || peer.address === undefined) return [];
    const reachable = peer.address.kind !== 'ip' || peer.address.port !== 0;
    return [{ name: peer.name, spec: reachable ? specOf(peer, peer.address) : undefined }];
  });
  const [first] = listeners;
  return {
    name: section.name,
    model: section,
    local: own.name,
    listeners,
    tls: section.bind === undefined ? undefined : tls.bind(section.bind, proxy),
    self: first === undefined || first.address.kind === 'fd' ? undefined : specOf(own, first.address),
    remotes,
    tables,
  };
}

function listenersOf(section: PeersModel, own: PeerModel): PeerListener[] {
  if (section.bind !== undefined) {
    const { bind } = section;
    return bind.addresses.map((address) => ({ bind, address }));
  }
  return own.address === undefined ? [] : [{ bind: own.bind, address: own.address }];
}

function plainSpec(address: AddressModel): ConnectSpec {
  const ip = address.kind === 'ip';
  return {
    address: ip ? address.host || '127.0.0.1' : '',
    port: ip ? address.port : 0,
    path: ip ? '' : address.host,
    sourceAddress: '',
    sourcePort: 0,
  };
}
