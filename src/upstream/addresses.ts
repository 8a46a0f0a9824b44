import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Diagnostics } from '../config/diagnostics.js';
import type { Runtime } from '../state/runtime.js';
import { Admin, type Server } from '../state/server.js';
import { connectedTo } from './setup.js';

/** Resolves a name. @throws Error when it has no address */
export type Resolve = (name: string, family: 4 | 6 | undefined) => Promise<string>;

const systemResolve: Resolve = async (name, family) =>
  (await lookup(name, { family: family ?? 0, verbatim: false })).address;

/**
 * Gives every server its address (manual 5.2 `init-addr`, default `last,libc`). Names are resolved once, at start.
 * What does not resolve stops the start with HAProxy's message, unless `init-addr` ends with `none` or an address.
 * @param tolerant `-dr`: such a server is in maintenance instead
 */
export async function resolveServers(
  runtime: Runtime,
  diagnostics: Diagnostics,
  tolerant: boolean,
  resolve: Resolve = systemResolve,
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
    ...servers
      .filter((server) => needsAddress(server))
      .map(async (server) => {
        const { host, family } = server.model.address;
        try {
          server.address = await find(host, family);
        } catch {
          unresolved(server, diagnostics, tolerant);
        }
      }),
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

function needsAddress({ hostname }: Server): boolean {
  return hostname !== '';
}

function unresolved(server: Server, diagnostics: Diagnostics, tolerant: boolean): void {
  const methods = server.model.initAddr ?? ['last', 'libc'];
  const fallback = methods.find((method) => method === 'none' || isIP(method) !== 0) ?? (tolerant ? 'none' : undefined);
  if (fallback === undefined) {
    diagnostics.alert(
      server.model.span,
      `'server ${server.backend.name}/${server.name}' : could not resolve address '${server.model.address.host}'.`,
    );
  } else if (fallback === 'none') {
    server.address = '';
    server.admin |= Admin.ResolveMaint;
  } else server.address = fallback;
}
