import { CliLevel } from '../../core/cli.js';
import { LogLevel } from '../../core/log.js';
import type { AdminCommand } from '../context.js';
import { leadingInteger } from '../numbers.js';

/**
 * `debug dev` commands that cannot do harm. The others read foreign memory, close descriptors or end the process, and do
 * not exist here.
 */

const PIECE = 4096;
const LARGEST_WRITE = 1e9;

/** So many bytes in lines of 64, an answer of any length to try clients with. */
function* filler(size: number): Generator<string> {
  const text = `${'.'.repeat(63)}\n`.repeat(PIECE / 64);
  for (let left = size; left > 0; left -= PIECE) yield left >= PIECE ? text : text.slice(-left);
}

export const debugCommands: readonly AdminCommand[] = [
  {
    name: 'debug dev write',
    level: CliLevel.Admin,
    mode: 'expert',
    usage: 'debug dev write  [size]',
    help: 'write that many bytes in return',
    run: ({ args }) => filler(Math.min(LARGEST_WRITE, Math.max(0, leadingInteger(args.at(0))))),
  },
  {
    name: 'debug dev log',
    level: CliLevel.Admin,
    mode: 'expert',
    usage: 'debug dev log    [msg] ...',
    help: 'send this msg to global logs',
    run({ context, args }) {
      const text = args.from(0).join(' ');
      for (const { frontend, backend } of context.runtime.proxies) {
        (frontend ?? backend)?.logger.event(LogLevel.Info, text);
      }
      return undefined;
    },
  },
];
