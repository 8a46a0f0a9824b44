import { CliLevel, type CliArguments, type CliOutput } from '../../core/cli.js';
import type { RateName } from '../../state/process-state.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';
import { leadingInteger } from '../numbers.js';

/** Limits of the whole process (management manual 9.3 `set maxconn global`, `set rate-limit`). */

function setMaxconn({ runtime, frontends }: AdminContext, word: string): CliOutput {
  if (word === '') return failure('Expects an integer value.');
  const { process: facts } = runtime;
  const limit = leadingInteger(word);
  if (limit > facts.hardMaxconn) return failure('Value out of range.');
  facts.maxconn = limit <= 0 ? facts.hardMaxconn : limit;
  frontends.makeRoom();
  return undefined;
}

/** Limits that `set rate-limit` knows, and their unit. */
const UNITS: Readonly<Record<RateName, number>> = {
  connections: 1,
  sessions: 1,
  'ssl-sessions': 1,
  'http-compression': 1024,
};

const isRate = (word: string): word is RateName => Object.hasOwn(UNITS, word);

const RATE_USAGE =
  "'set rate-limit' only supports :\n" +
  "   - 'connections global' to set the per-process maximum connection rate\n" +
  "   - 'sessions global' to set the per-process maximum session rate\n" +
  "   - 'ssl-sessions global' to set the per-process maximum SSL session rate\n" +
  "   - 'http-compression global' to set the per-process maximum compression speed in kB/s\n";

function setRate({ runtime, frontends }: AdminContext, args: CliArguments): CliOutput {
  const name = args.at(0);
  if (!isRate(name) || args.at(1) !== 'global') return failure(RATE_USAGE);
  if (args.length < 3) return failure('Expects an integer value.');
  const value = leadingInteger(args.at(2));
  if (value < 0) return failure('Value out of range.');
  runtime.process.setRateLimit(name, value * UNITS[name]);
  frontends.makeRoom();
  return undefined;
}

export const limitCommands: readonly AdminCommand[] = [
  {
    name: 'set maxconn global',
    level: CliLevel.Admin,
    usage: 'set maxconn global <value>',
    help: 'change the per-process maxconn setting',
    run: ({ context, args }) => setMaxconn(context, args.at(0)),
  },
  {
    name: 'set rate-limit',
    level: CliLevel.Admin,
    usage: 'set rate-limit <setting> <value>',
    help: 'change a rate limiting value',
    run: ({ context, args }) => setRate(context, args),
  },
];
