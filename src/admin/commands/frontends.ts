import { CliLevel, type CliOutput } from '../../core/cli.js';
import { LogLevel } from '../../core/log.js';
import { BE, FE } from '../../core/counters.js';
import type { Frontend } from '../../state/frontend.js';
import { failure, findBackend, findFrontend, type AdminCommand, type AdminContext } from '../context.js';
import { leadingInteger } from '../numbers.js';

/** Commands on frontends (management manual 9.3 `disable frontend`, `set maxconn frontend`…). */

type OnFrontend = (frontend: Frontend, context: AdminContext, word: string) => CliOutput;

function onFrontend(name: string, usage: string, help: string, act: OnFrontend): AdminCommand {
  return {
    name: `${name} frontend`,
    level: CliLevel.Admin,
    usage,
    help,
    run({ context, args }) {
      if (args.length === 0) return failure('A frontend name is expected.');
      const frontend = findFrontend(context, args.at(0));
      return frontend === undefined ? failure('No such frontend.') : act(frontend, context, args.at(1));
    },
  };
}

/** HAProxy says on stderr and in the log what happens to listeners. */
function say({ health }: AdminContext, frontend: Frontend, text: string): void {
  health.environment.console('warning', text, frontend.logger);
  frontend.logger.event(LogLevel.Warning, text);
}

const shownName = ({ name, model }: Frontend): string => `${model.kind === 'listen' ? 'proxy' : 'frontend'} ${name}`;

const disable: OnFrontend = (frontend, context) => {
  if (frontend.disabled) return failure('Frontend was previously shut down, cannot disable.');
  if (frontend.paused) return failure('All sockets are already disabled.');
  context.frontends.pause(frontend);
  say(context, frontend, `Paused ${shownName(frontend)}.`);
  return undefined;
};

const enable: OnFrontend = (frontend, context) => {
  if (frontend.disabled) return failure('Frontend was previously shut down, cannot enable.');
  if (!frontend.paused) return failure('All sockets are already enabled.');
  context.frontends.resume(frontend);
  say(context, frontend, `Resumed ${shownName(frontend)}.`);
  return undefined;
};

const shutDown: OnFrontend = (frontend, context) => {
  if (frontend.disabled) return failure('Frontend was already shut down.');
  context.frontends.stop(frontend);
  const backend = frontend.model.kind === 'listen' ? findBackend(context, frontend.name) : undefined;
  const conns = `FE: ${frontend.counters[FE.connTot]}, BE: ${backend?.counters[BE.stot] ?? 0}`;
  say(context, frontend, `Proxy ${frontend.name} stopped (cumulated conns: ${conns}).`);
  return undefined;
};

const setMaxconn: OnFrontend = (frontend, context, word) => {
  if (word === '') return failure('Integer value expected.');
  const limit = leadingInteger(word);
  if (limit < 0) return failure('Value out of range.');
  frontend.maxconn = limit;
  context.frontends.limited(frontend);
  context.frontends.makeRoom();
  return undefined;
};

export const frontendCommands: readonly AdminCommand[] = [
  onFrontend('disable', 'disable frontend <frontend>', 'temporarily disable specific frontend', disable),
  onFrontend('enable', 'enable frontend <frontend>', 're-enable specific frontend', enable),
  onFrontend('shutdown', 'shutdown frontend <frontend>', 'stop a specific frontend', shutDown),
  onFrontend(
    'set maxconn',
    'set maxconn frontend <frontend> <value>',
    "change a frontend's maxconn setting",
    setMaxconn,
  ),
];
