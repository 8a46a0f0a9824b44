import { CliLevel, type CliArguments, type CliOutput } from '../../core/cli.js';
import { LogLevel } from '../../core/log.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';
import { leadingInteger } from '../numbers.js';
import { listDescriptors } from '../proc.js';

/**
 * `debug dev` (management manual 9.3, for developers): ways to try how a proxy and what watches it behave when it is
 * slow, leaves or dies. What reaches into HAProxy's own memory and scheduler says why it cannot be done here.
 */

const PIECE = 4096;
const LARGEST_WRITE = 1e9;
/** ms that `delay` and `loop` take at most; nothing is served meanwhile. */
const LONGEST_PAUSE = 60_000;
const DEFAULT_PAUSE = 100;

/** So many bytes in lines of 64, an answer of any length to try clients with. */
function* filler(size: number): Generator<string> {
  const text = `${'.'.repeat(63)}\n`.repeat(PIECE / 64);
  for (let left = size; left > 0; left -= PIECE) yield left >= PIECE ? text : text.slice(-left);
}

type Debug = (args: CliArguments, context: AdminContext) => CliOutput;

const debug = (name: string, usage: string, help: string, run: Debug): AdminCommand => ({
  name: `debug dev ${name}`,
  level: CliLevel.Admin,
  mode: 'expert',
  usage: `debug dev ${name.padEnd(6)} ${usage}`.trimEnd(),
  help,
  run: ({ args, context }) => run(args, context),
});

/** HAProxy has it, and Node.js has no way to it. */
const refused = (name: string, usage: string, help: string, why: string): AdminCommand =>
  debug(name, usage, help, () => failure(`debug dev ${name}: not possible here: ${why}.`));

const pauseOf = (word: string): number =>
  word === '' ? DEFAULT_PAUSE : Math.min(LONGEST_PAUSE, Math.max(0, leadingInteger(word)));

function spin(ms: number): undefined {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** What HAProxy prints where a condition that must not be true is. */
function complain(kind: string): undefined {
  process.stderr.write(`\nWARNING: ${kind} condition "one > zero" matched (debug dev ${kind})\n`);
}

/** Ends as by a bug: with SIGABRT, which leaves a core where those are wanted. */
function die(kind: string): never {
  process.stderr.write(`\nFATAL: ${kind}, asked for by debug dev\n`);
  process.abort();
}

export const debugCommands: readonly AdminCommand[] = [
  debug('bug', '', 'call BUG_ON() and crash', () => die('bug condition "one > zero" matched')),
  debug('check', '', 'call CHECK_IF() and possibly crash', () => complain('check')),
  refused('close', '<fd>', 'close this file descriptor', 'Node.js would go on with whatever gets its number next'),
  debug('delay', '[ms]', 'sleep this long', (args) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseOf(args.at(0)));
    return undefined;
  }),
  debug('exit', '[code]', 'immediately exit the process', (args) => process.exit(leadingInteger(args.at(0)) & 255)),
  debug('fd', '', 'scan for rogue/unhandled FDs', () => listDescriptors(undefined)),
  refused('hex', '<addr> [len]', 'dump a memory area', 'there are no addresses to read from'),
  debug('log', '[msg] ...', 'send this msg to global logs', (args, { runtime }) => {
    const text = args.from(0).join(' ');
    for (const { frontend, backend } of runtime.proxies) (frontend ?? backend)?.logger.event(LogLevel.Info, text);
    return undefined;
  }),
  debug('loop', '[ms]', 'loop this long', (args) => spin(pauseOf(args.at(0)))),
  debug('panic', '', 'immediately trigger a panic', () => die('panic')),
  refused('sched', '{task|tasklet} [k=v]*', 'stress the scheduler', "the event loop is Node.js's"),
  refused('stream', '[k=v]*', 'show/manipulate stream flags', 'streams have no such flags; see show sess'),
  refused('sym', '<addr>', 'resolve symbol address', 'there are no addresses of functions'),
  refused('tkill', '[thr] [sig]', 'send signal to thread', 'signals are for the whole process; use kill'),
  debug('warn', '', 'call WARN_ON() and possibly crash', () => complain('warn')),
  debug('write', '[size]', 'write that many bytes in return', (args) =>
    filler(Math.min(LARGEST_WRITE, Math.max(0, leadingInteger(args.at(0))))),
  ),
];
