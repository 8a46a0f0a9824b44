import { CliLevel } from '../../core/cli.js';
import { COMPATIBLE_VERSION, renderInfo, renderInfoJson, renderInfoTyped } from '../../observe/stats/info.js';
import { JSON_SCHEMA } from '../../observe/stats/schema.js';
import { info, type AdminCommand, type AdminContext } from '../context.js';
import { failure } from '../context.js';

/** What the process is and does: `show info`, `show version`, `show env`… */

function showInfo(context: AdminContext, options: readonly string[]): string {
  const { runtime, gauges } = context;
  const source = { runtime, figures: gauges.read(), date: context.date() };
  const style = { descriptions: options.includes('desc'), floats: options.includes('float') };
  if (options.includes('json')) return `${renderInfoJson(source, style)}\n`;
  return options.includes('typed') ? renderInfoTyped(source, style) : renderInfo(source, style);
}

function* allVariables({ env }: AdminContext): Generator<string> {
  for (const [name, value] of env) if (value !== undefined) yield `${name}=${value}\n`;
}

export const processCommands: readonly AdminCommand[] = [
  {
    name: 'show info',
    level: CliLevel.User,
    usage: 'show info [desc|json|typed|float]*',
    help: 'report information about the running process',
    run: ({ context, args }) => showInfo(context, args.from(0)),
  },
  {
    name: 'show schema json',
    level: CliLevel.User,
    usage: 'show schema json',
    help: 'report schema used for stats',
    run: () => `${JSON_SCHEMA}\n`,
  },
  {
    name: 'show version',
    level: CliLevel.User,
    usage: 'show version',
    help: 'show version of the current process',
    run: () => info(COMPATIBLE_VERSION),
  },
  {
    name: 'show env',
    level: CliLevel.Operator,
    usage: 'show env [var]',
    help: 'dump environment variables known to the process',
    run({ context, args }) {
      if (args.length === 0) return allVariables(context);
      const value = context.env.get(args.at(0));
      return value === undefined ? failure('Variable not found') : `${args.at(0)}=${value}\n`;
    },
  },
];
