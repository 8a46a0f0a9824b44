import { insightCommands } from '../../../admin/commands/insights.js';
import { masterDebugMode, sessionCommands } from '../../../admin/commands/session.js';
import { info } from '../../../admin/context.js';
import { CliLevel, type CliCommand } from '../../../core/cli.js';
import type { Master } from '../master.js';
import { processTable } from './show-proc.js';

/** What the master's own commands work on. */
export interface MasterContext {
  readonly master: Master;
  /** As workers answer `show version`. */
  readonly version: string;
  /** The master's sockets: addresses and levels. */
  readonly sockets: readonly { readonly address: string; readonly level: string }[];
  /** What was said when the configuration was last read. */
  startupLog(): string;
}

type MasterCommand = CliCommand<MasterContext>;

/** Stand in the list only: MasterCli takes the prefix off before it looks for a command. */
const prefix = (name: string, help: string): MasterCommand => ({
  name,
  level: CliLevel.User,
  usage: name,
  help,
  run: () => undefined,
});

/** Of the session's commands, those that HAProxy's master has. */
const SHARED = ['operator', 'user', 'expert-mode', 'experimental-mode', 'prompt', 'quit', 'show cli level'];

/** Commands of the master's socket (management manual 9.4.1), in the order of the help. */
export const masterCommands: readonly MasterCommand[] = [
  prefix('@!<pid>', 'send a command to the <pid> process'),
  prefix('@<relative pid>', 'send a command to the <relative pid> process'),
  prefix('@master', 'send a command to the master process'),
  ...[
    ...sessionCommands.filter(({ name }) => SHARED.includes(name)),
    masterDebugMode,
    ...insightCommands.map((command): MasterCommand => ({ ...command, mode: 'debug' })),
    {
      name: 'reload',
      level: CliLevel.Operator,
      usage: 'reload',
      help: 'reload haproxy',
      run({ context, session }) {
        session.leaving = true;
        void context.master.reload();
        return undefined;
      },
    } satisfies MasterCommand,
    {
      name: 'show cli sockets',
      level: CliLevel.User,
      usage: 'show cli sockets',
      help: 'dump list of cli sockets',
      run: ({ context }) =>
        ['# socket lvl processes', ...context.sockets.map(({ address, level }) => `${address} ${level} all`), ''].join(
          '\n',
        ),
    } satisfies MasterCommand,
    {
      name: 'show proc',
      level: CliLevel.User,
      usage: 'show proc',
      help: 'show processes status',
      run: ({ context }) => processTable(context.master, context.version, performance.now()),
    } satisfies MasterCommand,
    {
      name: 'show startup-logs',
      level: CliLevel.User,
      usage: undefined,
      help: 'report logs emitted during HAProxy startup',
      since: '2.7',
      run: ({ context }) => context.startupLog(),
    } satisfies MasterCommand,
    {
      name: 'show version',
      level: CliLevel.User,
      usage: 'show version',
      help: 'show version of the current process',
      run: ({ context }) => info(context.version),
    } satisfies MasterCommand,
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
];
