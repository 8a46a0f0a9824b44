import { CliLevel, type CliOutput } from '../../core/cli.js';
import { SV } from '../../core/counters.js';
import { STATE_FILE_HEADER, serverStateLine } from '../../state/server-state-file.js';
import type { Backend } from '../../state/backend.js';
import type { Server } from '../../state/server.js';
import { failure, findBackend, type AdminCommand, type AdminContext } from '../context.js';

/** `show servers state`, `show servers conn`, `show backend` (management manual 9.3). */

function overBackends(
  head: string,
  line: (server: Server, context: AdminContext) => string,
): (context: AdminContext, word: string) => CliOutput {
  return (context, word) => {
    const only = word === '' ? undefined : findBackend(context, word);
    if (word !== '' && only === undefined) return failure("Can't find backend.");
    return lines(only === undefined ? context.runtime.backends : [only], head, (server) => line(server, context));
  };
}

function* lines(backends: readonly Backend[], head: string, line: (server: Server) => string): Generator<string> {
  yield head;
  for (const backend of backends) for (const server of backend.servers) yield line(server);
}

const CONNECTIONS_HEAD =
  '# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[1]\n';

/** HAProxy's default of `pool-purge-delay`, ms. */
const PURGE_DELAY = 5000;

function connectionsLine({ backend, name, id, address, port, path, model, figures }: Server): string {
  const counters = figures.totals();
  const where = path === '' ? `${address || '-'} ${port}` : '- 0';
  const used = counters[SV.usedConn];
  const idle = counters[SV.idleConn];
  const safe = counters[SV.safeConn];
  const limit = model.poolMaxConn ?? -1;
  return (
    `${backend.name}/${name} ${backend.id}/${id} ${where} - ${model.poolPurgeDelay ?? PURGE_DELAY} ` +
    `${used} ${counters[SV.smax]} ${used} ${idle - safe} ${safe} ${limit} ${idle} ${idle}\n`
  );
}

const showState = overBackends(STATE_FILE_HEADER, (server, context) =>
  serverStateLine(server, Math.floor(context.date() / 1000)),
);
const showConnections = overBackends(CONNECTIONS_HEAD, (server) => connectionsLine(server));

function* backendNames({ runtime }: AdminContext): Generator<string> {
  yield '# name\n';
  for (const { name } of runtime.backends) yield `${name}\n`;
}

export const serverListCommands: readonly AdminCommand[] = [
  {
    name: 'show servers state',
    level: CliLevel.User,
    usage: 'show servers state [<backend>]',
    help: 'dump volatile server information (all or for a single backend)',
    run: ({ context, args }) => showState(context, args.at(0)),
  },
  {
    name: 'show servers conn',
    level: CliLevel.User,
    usage: 'show servers conn [<backend>]',
    help: 'dump server connections status (all or for a single backend)',
    run: ({ context, args }) => showConnections(context, args.at(0)),
  },
  {
    name: 'show backend',
    level: CliLevel.User,
    usage: 'show backend',
    help: 'list backends in the current running config',
    run: ({ context }) => backendNames(context),
  },
];
