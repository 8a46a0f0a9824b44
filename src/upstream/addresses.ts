import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Diagnostics } from '../config/diagnostics.js';
import type { Runtime } from '../state/runtime.js';
import { Admin, ServerState, type Server } from '../state/server.js';
import { connectedTo } from './setup.js';

/** Resolves a name. @throws Error when it has no address */
export type Resolve = (name: string, family: 4 | 6 | undefined) => Promise<string>;

const systemResolve: Resolve = async (name, family) =>
  (await lookup(name, { family: family ?? 0, verbatim: false })).address;

export interface ResolutionOptions {
  /** `-dr`: a server whose name does not resolve is in maintenance instead. */
  readonly tolerant: boolean;
  /** The address that a state file has of a server. */
  readonly last?: (server: Server) => string | undefined;
  readonly resolve?: Resolve;
}

/**
 * Gives every server its address (manual 5.2 `init-addr`, default `last,libc`): the one that it starts with.
 * What does not resolve stops the start with HAProxy's message, unless `init-addr` ends with `none` or an address.
 */
export async function resolveServers(
  runtime: Runtime,
  diagnostics: Diagnostics,
  { tolerant, last, resolve = systemResolve }: ResolutionOptions,
): Promise<void> {
  const known = new Map<string, Promise<string>>();
  const find: Resolve = (host, family) => {
    const key = `${family ?? 0} ${host}`;
    const pending = known.get(key) ?? resolve(host, family);
    known.set(key, pending);
    return pending;
  };
  const servers = runtime.backends.flatMap((backend) => connectedTo(backend));
  await Promise.all([
    ...servers.filter(needsAddress).map((server) => initialise(server, find, diagnostics, { tolerant, last })),
    ...servers.map((server) => resolveChecked(server, find, diagnostics)),
  ]);
}

/** Where checks and the agent are, when that is elsewhere. */
async function resolveChecked(server: Server, find: Resolve, diagnostics: Diagnostics): Promise<void> {
  const { agent, model } = server;
  const lookUp = async (keyword: string, name: string | undefined): Promise<string | undefined> => {
    if (name === undefined || name === '' || isIP(name) !== 0) return name;
    try {
      return await find(name, undefined);
    } catch {
      const title = `'server ${server.backend.name}/${server.name}'`;
      diagnostics.alert(model.span, `${title} : parsing ${keyword} failed. Check if '${name}' is correct address..`);
      return name;
    }
  };
  if (model.checkAddress?.kind === 'ip') server.checkAddress = await lookUp('addr', server.checkAddress);
  if (agent === undefined) return;
  agent.address = model.agentAddress === undefined ? server.checkAddress : await lookUp('agent-addr', agent.address);
}

function needsAddress({ hostname, service }: Server): boolean {
  return hostname !== '' || service !== '';
}

/** A server whose name is followed later must not keep the process from starting. */
function initMethods({ model }: Server): readonly string[] {
  return model.initAddr ?? (model.resolvers === undefined ? ['last', 'libc'] : ['last', 'libc', 'none']);
}

function preferredFamily({ model }: Server): 4 | 6 | undefined {
  if (model.resolvePrefer === undefined) return undefined;
  return model.resolvePrefer === 'ipv4' ? 4 : 6;
}

/** Tries the ways to an address in their order. */
async function initialise(
  server: Server,
  find: Resolve,
  diagnostics: Diagnostics,
  { tolerant, last }: ResolutionOptions,
): Promise<void> {
  const { host, family } = server.model.address;
  const complaint = `'server ${server.backend.name}/${server.name}' : could not resolve address '${host}'`;
  const { span } = server.model;
  let failed = false;
  for (const method of initMethods(server)) {
    if (method === 'last') {
      const address = last?.(server) ?? '';
      if (isIP(address) === 0) continue;
      server.address = address;
      return;
    }
    // a service has no address of its own
    if (method === 'libc' && server.service !== '') continue;
    if (method === 'none') {
      if (failed) diagnostics.warning(span, `${complaint}, disabling server.`);
      awaitAddress(server);
      return;
    }
    try {
      server.address = method === 'libc' ? await find(host, family ?? preferredFamily(server)) : method;
      if (failed) diagnostics.warning(span, `${complaint}, falling back to configured address.`);
      return;
    } catch {
      failed = true;
    }
  }
  if (tolerant || server.service !== '') awaitAddress(server);
  else diagnostics.alert(span, `${complaint}.`);
}

/** It takes no traffic until it is given an address. */
function awaitAddress(server: Server): void {
  server.address = '';
  server.admin |= Admin.ResolveMaint;
  server.state = ServerState.Stopped;
  server.health = 0;
}
