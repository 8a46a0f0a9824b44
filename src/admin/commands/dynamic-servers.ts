import { Cursor, type Word } from '../../config/cursor.js';
import { ConfigError, Diagnostics } from '../../config/diagnostics.js';
import type { ParseContext } from '../../config/keyword.js';
import { parseDynamicServer } from '../../config/keywords/proxy/servers.js';
import { CliLevel, type CliOutput } from '../../core/cli.js';
import type { Backend } from '../../state/backend.js';
import { followsWeights } from '../../state/health-weight.js';
import type { Server } from '../../state/server.js';
import { bareFailure, bareInfo, failure, findBackend, info, type AdminCommand, type AdminContext } from '../context.js';

/** `add server`, `del server` (management manual 9.3). */

const NO_MUX = 'MUX protocol is not usable for server.';

function asWords(texts: readonly string[]): Word[] {
  const source = { file: 'CLI', line: 0, text: texts.join(' ') };
  return texts.map((text) => ({ text, span: { source, column: 1, length: Math.max(1, text.length) } }));
}

function parseContext({ runtime, env }: AdminContext, backend: Backend, diagnostics: Diagnostics): ParseContext {
  return {
    model: runtime.model,
    diagnostics,
    negated: false,
    offline: false,
    env: new Map(env),
    notDone(at, what, why, effect) {
      if (effect === 'served') return;
      const span = 'span' in at ? at.span : at;
      throw what.startsWith('server … proto') && backend.mode === 'tcp'
        ? new ConfigError(span, NO_MUX)
        : new ConfigError(span, `'${what}' is not implemented: ${why}`);
    },
  };
}

/** HAProxy's way to say what may have been meant. */
function complaint({ message, hint }: ConfigError): string {
  const near = /^did you mean '(.*)'\?$/.exec(hint ?? '')?.[1];
  return near === undefined ? message : `${message}; did you mean '${near}' maybe ?`;
}

function add(context: AdminContext, place: string, texts: readonly string[]): CliOutput {
  const slash = place.indexOf('/');
  if (slash < 0) return bareFailure("Require 'backend/server'.");
  const backend = findBackend(context, place.slice(0, slash));
  const name = place.slice(slash + 1);
  if (backend === undefined) return bareFailure('No such backend.');
  if (!followsWeights(backend.model)) {
    return bareFailure('Backend must use a dynamic load balancing to support dynamic servers.');
  }
  const diagnostics = new Diagnostics();
  try {
    const words = new Cursor(asWords(['server', ...texts]), diagnostics);
    words.next('');
    const model = parseDynamicServer(name, words, parseContext(context, backend, diagnostics));
    if (backend.mode === 'tcp' && (model.proto ?? 'none') !== 'none') return failure(NO_MUX);
    const problem = clash(backend, name, model.id) ?? context.servers.add(backend, model);
    return problem === undefined ? info('New server registered.') : failure(problem);
  } catch (error) {
    if (error instanceof ConfigError) return failure(complaint(error));
    throw error;
  }
}

function clash({ servers }: Backend, name: string, id: number | undefined): string | undefined {
  if (servers.some((server) => server.name === name)) return 'Already exists a server with the same name in backend.';
  const other = id === undefined ? undefined : servers.find((server) => server.id === id);
  if (other === undefined) return undefined;
  const { source } = other.model.span;
  return `'id' : custom id ${id} already used at ${source.file}:${source.line} ('server ${other.name}').`;
}

/** Servers that the configuration names elsewhere stay. */
function isNamed({ runtime }: AdminContext, server: Server): boolean {
  if (server.trackers.length > 0) return true;
  const path = `${server.backend.name}/${server.name}`;
  return runtime.proxies.some(({ model }) => {
    const uses = model === server.backend.model && model.useServers.some(({ words }) => words[1]?.text === server.name);
    const lines = [
      ...model.acls,
      ...model.httpRequest,
      ...model.useBackends,
      ...model.monitorFail,
      ...model.tcpContent,
    ];
    return uses || lines.some(({ words }) => words.some(({ text }) => text.includes(`(${path}`)));
  });
}

function remove(context: AdminContext, place: string): CliOutput {
  const slash = place.indexOf('/');
  if (slash < 0) return bareFailure("Require 'backend/server'.");
  const backend = findBackend(context, place.slice(0, slash));
  if (backend === undefined) return bareFailure('No such backend.');
  const server = backend.servers.find(({ name }) => name === place.slice(slash + 1));
  if (server === undefined) return bareFailure('No such server.');
  if (isNamed(context, server)) {
    return bareFailure('This server cannot be removed at runtime due to other configuration elements pointing to it.');
  }
  if (!server.inMaintenance) return bareFailure('Only servers in maintenance mode can be deleted.');
  if (server.served > 0 || server.queued > 0) {
    return bareFailure('Server still has connections attached to it, cannot remove it.');
  }
  context.servers.remove(server);
  return bareInfo('Server deleted.');
}

export const dynamicServerCommands: readonly AdminCommand[] = [
  {
    name: 'add server',
    level: CliLevel.Admin,
    usage: 'add server <bk>/<srv>',
    help: 'create a new server',
    run: ({ context, args }) => add(context, args.at(0), args.from(1)),
  },
  {
    name: 'del server',
    level: CliLevel.Admin,
    usage: 'del server <bk>/<srv>',
    help: 'remove a dynamically added server',
    run: ({ context, args }) => remove(context, args.at(0)),
  },
];
