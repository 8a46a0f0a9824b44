import { CliLevel, type CliOutput } from '../../core/cli.js';
import type { StatsSocketModel } from '../../config/model.js';
import { failure, info, type AdminCommand, type AdminContext } from '../context.js';
import { resolverFigures } from '../resolver-figures.js';

/**
 * What HAProxy's developers look at (management manual 9.3 `show activity`, `show pools`, `show fd`…). The formats are
 * HAProxy's, which the manual promises to nobody; the figures are of what exists here: V8's heap in place of pools.
 */

type Answer = (context: AdminContext, words: readonly string[]) => CliOutput;

function show(name: string, level: CliLevel, usage: string, help: string, answer: Answer): AdminCommand {
  return {
    name: `show ${name}`,
    level,
    usage: `show ${usage}`,
    help,
    run: ({ context, args }) => answer(context, args.from(0)),
  };
}

const activity: Answer = ({ runtime, date }) => {
  const { process: facts, backends } = runtime;
  const byThread = facts.connectionsByThread;
  const accepted = `${facts.totalConnections}${byThread.length > 1 ? ` [ ${byThread.join(' ')} ]` : ''}`;
  const checks = backends.reduce((sum, { servers }) => sum + servers.filter(({ checked }) => checked).length, 0);
  return (
    `thread_id: 1 (1..${facts.nbthread})\ndate_now: ${(date() / 1000).toFixed(6)}\n` +
    `stream_calls: ${facts.totalRequests}\naccepted: ${accepted}\nconnections: ${facts.connections}\nchecked_servers: ${checks}\n`
  );
};

const threads: Answer = ({ runtime }) =>
  Array.from(
    { length: runtime.process.nbthread },
    (_, index) => `${index === 0 ? '*' : ' '} Thread ${index + 1} : act=${index === 0 ? 1 : 0} glob=0 wq=0 rq=0 tl=0\n`,
  ).join('');

const TASKS_HEAD = '  function                     places     %    lat_tot   lat_avg\n';
const EVENTS_HEAD = 'Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n';

/** Rings are not kept, so no sink has anything to show. The complaint has no end of line in HAProxy either. */
const events: Answer = (_context, [sink]) => (sink === undefined ? EVENTS_HEAD : 'No such event sink');

const LEVEL_NAME = 'operator';

const socketAddress = ({ bind }: StatsSocketModel): string => {
  const [address] = bind.addresses;
  if (address.kind === 'unix') return `unix@${address.host}`;
  if (address.kind === 'fd') return `fd@${address.fd}`;
  const any = address.family === 6 ? '::' : '0.0.0.0';
  const host = address.host || any;
  return host.includes(':') ? `ipv6@[${host}]:${address.port}` : `ipv4@${host}:${address.port}`;
};

function* sockets({ runtime }: AdminContext): Generator<string> {
  yield '# socket lvl processes\n';
  for (const socket of runtime.model.global.statsSockets) {
    yield `${socketAddress(socket)} ${socket.bind.level ?? LEVEL_NAME} all\n`;
  }
}

export const internalCommands: readonly AdminCommand[] = [
  show('activity', CliLevel.Operator, 'activity', 'show per-thread activity stats (for support/developers)', activity),
  show('threads', CliLevel.User, 'threads', 'show some threads debugging information', threads),
  show(
    'tasks',
    CliLevel.User,
    'tasks',
    'show running tasks',
    ({ runtime }) => `Running tasks: 0 (${runtime.process.nbthread} threads)\n${TASKS_HEAD}`,
  ),
  show('events', CliLevel.Operator, 'events [<sink>] [-w] [-n]', 'show event sink state', events),
  show('cli sockets', CliLevel.User, 'cli sockets', 'dump list of cli sockets', sockets),
  show('startup-logs', CliLevel.User, 'startup-logs', 'report logs emitted during HAProxy startup', ({ startupLogs }) =>
    info(startupLogs()),
  ),
  show(
    'resolvers',
    CliLevel.User,
    'resolvers [id]',
    'dumps counters from all resolvers section and associated name servers',
    ({ names: { sections } }, [name]) => {
      if (name === undefined) return resolverFigures(sections.values());
      const section = sections.get(name);
      return section === undefined ? failure("Can't find that resolvers section") : resolverFigures([section]);
    },
  ),
];
