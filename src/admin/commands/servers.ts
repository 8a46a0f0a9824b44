import { CliLevel, type CliOutput } from '../../core/cli.js';
import type { Server } from '../../state/server.js';
import { bareFailure, failure, findServer, type AdminCommand, type AdminContext } from '../context.js';
import { setWeight, shownWeights } from '../server-weight.js';
import { setServer } from '../server-settings.js';

/** Commands on one server, the first word names it: `disable server b/s`. */

type OnServer = (server: Server, context: AdminContext, word: (index: number) => string) => CliOutput;

function onServer(name: string, level: CliLevel, usage: string, help: string, act: OnServer): AdminCommand {
  return {
    name,
    level,
    usage,
    help,
    run({ context, args }) {
      const result = findServer(context, args.at(0));
      return 'complaint' in result ? result.complaint : act(result.found, context, (index) => args.at(index + 1));
    },
  };
}

const admin = (name: string, usage: string, help: string, act: OnServer): AdminCommand =>
  onServer(name, CliLevel.Admin, usage, help, act);

const done = (act: (server: Server, context: AdminContext) => void): OnServer => {
  return (server, context) => {
    act(server, context);
    return undefined;
  };
};

export const serverCommands: readonly AdminCommand[] = [
  admin(
    'disable agent',
    'disable agent',
    'disable agent checks',
    // Without an agent there is nothing to switch off, which HAProxy does not mind.
    done(({ agent }) => {
      if (agent !== undefined) agent.enabled = false;
    }),
  ),
  admin(
    'disable health',
    'disable health',
    'disable health checks',
    done((server) => (server.checked = false)),
  ),
  admin(
    'disable server',
    'disable server (DEPRECATED)',
    "disable a server for maintenance (use 'set server' instead)",
    done((server, context) => context.admin.setMaintenance(server)),
  ),
  admin('enable agent', 'enable agent', 'enable agent checks', ({ agent }) => {
    if (agent === undefined) return failure('Agent was not configured on this server, cannot enable.');
    agent.enabled = true;
    return undefined;
  }),
  admin('enable health', 'enable health', 'enable health checks', (server, context) => {
    if (!server.checkable) {
      return failure('Health check was not configured on this server, cannot enable.');
    }
    server.checked = true;
    context.servers.checksEnabled(server);
    return undefined;
  }),
  admin(
    'enable server',
    'enable server  (DEPRECATED)',
    "enable a disabled server (use 'set server' instead)",
    done((server, context) => context.admin.setReady(server)),
  ),
  onServer('get weight', CliLevel.User, 'get weight <bk>/<srv>', "report a server's current weight", (server) =>
    shownWeights(server),
  ),
  admin(
    'set server',
    'set server <bk>/<srv> [opts]',
    "change a server's state, weight, address or ssl",
    (server, context, word) => setServer(context, server, word),
  ),
  admin(
    'set weight',
    'set weight <bk>/<srv>  (DEPRECATED)',
    "change a server's weight (use 'set server' instead)",
    (server, context, word) => setWeight(context, server, word(0)),
  ),
  admin(
    'set maxconn server',
    'set maxconn server <bk>/<srv>',
    "change a server's maxconn setting",
    (server, context, word) => setMaxconn(context, server, word(0)),
  ),
  admin(
    'shutdown sessions server',
    'shutdown sessions server <bk>/<srv>',
    'kill sessions on a server',
    done((server, context) => context.health.environment.listener.shutdownSessions(server, 'K')),
  ),
];

function setMaxconn({ health }: AdminContext, server: Server, word: string): CliOutput {
  if (word === '') return failure('Require <maxconn>.');
  const number = /^[ \t]*([+-]?\d+)/.exec(word);
  if (number === null) return bareFailure('maxconn string empty or preceded by garbage');
  if (number[0] !== word) return bareFailure('Trailing garbage in maxconn string');
  health.setMaxconn(server, Math.max(0, Number(number[1])));
  return undefined;
}
