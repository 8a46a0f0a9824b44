import { CliLevel, type CliArguments, type CliOutput } from '../../core/cli.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';

/**
 * `set profiling` and `show profiling` (management manual 9.3). HAProxy counts its functions; here one counts, the event
 * loop: `cpu` is its work, `lat` how long it waited for work.
 */

const HEAD = 'Tasks activity:\n  function                      calls   cpu_tot   cpu_avg   lat_tot   lat_avg\n';

function status({ profile }: AdminContext): string {
  return (
    `Per-task CPU profiling              : ${profile.mode.padEnd(8)}      # set profiling tasks {on|auto|off}\n` +
    'Memory usage profiling              : off           # set profiling memory {on|off}\n'
  );
}

function tasks({ profile }: AdminContext): string {
  const { calls, active, idle } = profile.turns;
  if (calls === 0) return HEAD;
  const times = [active, active / calls, idle, idle / calls].map((ms) => timeText(ms).padStart(10)).join('');
  return `${HEAD}  ${'event_loop'.padEnd(25)}${String(calls).padStart(10)}${times}\n`;
}

/** As HAProxy writes times: four digits and the unit that suits. */
export function timeText(ms: number): string {
  const ns = ms * 1e6;
  if (ns < 1000) return `${ns.toFixed(1)}ns`;
  const units = ['us', 'ms', 's', 'm', 'h'];
  const factors = [1000, 1000, 1000, 60, 60];
  let value = ns / factors[0];
  let unit = 0;
  while (unit + 1 < units.length && value >= factors[unit + 1]) value /= factors[++unit];
  return `${value.toPrecision(4)}${units[unit]}`;
}

function show(context: AdminContext, what: string): CliOutput {
  if (what === 'status') return status(context);
  if (what === 'tasks') return tasks(context);
  return what === 'memory' ? undefined : status(context) + tasks(context);
}

function set({ profile }: AdminContext, args: CliArguments): CliOutput {
  switch (args.at(0)) {
    case 'memory':
      return failure('Memory profiling not compiled in.');
    case 'tasks': {
      const mode = args.at(1);
      if (mode !== 'on' && mode !== 'off' && mode !== 'auto') return failure("Expects 'on', 'auto', or 'off'.");
      profile.set(mode);
      return undefined;
    }
    default:
      return failure("Expects either 'tasks' or 'memory'.");
  }
}

export const profilingCommands: readonly AdminCommand[] = [
  {
    name: 'set profiling',
    level: CliLevel.Admin,
    usage: 'set profiling <what> {auto|on|off}',
    help: 'enable/disable resource profiling (tasks,memory)',
    run: ({ context, args }) => set(context, args),
  },
  {
    name: 'show profiling',
    level: CliLevel.Operator,
    usage: 'show profiling [<what>|<#lines>|byaddr]*',
    help: 'show profiling state (all,status,tasks,memory)',
    run: ({ context, args }) => show(context, args.at(0)),
  },
];
