import { CliLevel, type CliCommand, type CliOutput, type CliSession } from '../../core/cli.js';
import { failure, info } from '../context.js';

/** These work on nothing but the session: a master process has them too. */
type SessionCommand = CliCommand<unknown>;

/** Commands about the session itself (management manual 9.3 `prompt`, `expert-mode`, `operator`…). */

const LEVEL_NAMES = ['user', 'operator', 'admin'];

function lower(session: CliSession, level: CliLevel): void {
  session.level = level;
  session.expert = false;
  session.experimental = false;
  session.debug = false;
}

function mode(which: 'expert' | 'experimental'): SessionCommand {
  const name = `${which}-mode`;
  return {
    name,
    level: CliLevel.Admin,
    usage: undefined,
    help: `allows ${which} commands in this session`,
    run({ session, args }) {
      if (args.length === 0) return `${name} is ${session[which] ? 'ON' : 'OFF'}\n`;
      session[which] = args.at(0) === 'on';
      return undefined;
    },
  };
}

/** HAProxy 2.6 only toggles; the words are those of 3.x. */
function prompt(session: CliSession, words: readonly string[]): CliOutput {
  if (words.includes('timed')) {
    session.timed = !session.timed;
    session.prompt = true;
  } else if (words.includes('n')) session.prompt = false;
  else if (words.includes('i')) {
    session.interactive = true;
    session.prompt = false;
    return undefined;
  } else session.prompt = words.includes('p') || !session.prompt;
  session.interactive = session.prompt;
  return undefined;
}

/** A command of the master's socket only. Without a word it turns the mode off, as HAProxy's. */
export const masterDebugMode: SessionCommand = {
  name: 'mcli-debug-mode',
  level: CliLevel.Admin,
  usage: undefined,
  help: "allows commands about a process in the master's session",
  run({ session, args }) {
    session.debug = args.at(0) === 'on';
    return undefined;
  },
};

/** The largest delay, in seconds: what HAProxy's timers of 32 bits hold. */
const LONGEST_TIMEOUT = 0x7fffffff / 1000;

export const sessionCommands: readonly SessionCommand[] = [
  {
    name: 'operator',
    level: CliLevel.Operator,
    usage: 'operator',
    help: 'lower the level of the current CLI session to operator',
    run: ({ session }) => lower(session, CliLevel.Operator) as undefined,
  },
  {
    name: 'user',
    level: CliLevel.User,
    usage: 'user',
    help: 'lower the level of the current CLI session to user',
    run: ({ session }) => lower(session, CliLevel.User) as undefined,
  },
  mode('expert'),
  mode('experimental'),
  {
    name: 'prompt',
    level: CliLevel.User,
    usage: undefined,
    help: 'toggles interactive mode; 3.x: n, i, p, timed',
    run: ({ session, args }) => prompt(session, args.from(0)),
  },
  {
    name: 'quit',
    level: CliLevel.User,
    usage: undefined,
    help: 'disconnects',
    run({ session }) {
      session.leaving = true;
      return undefined;
    },
  },
  {
    name: 'set severity-output',
    level: CliLevel.User,
    usage: 'set severity-output [none|number|string]',
    help: 'set presence of severity level in feedback information',
    run({ session, args }) {
      const word = args.at(0);
      if (word !== 'none' && word !== 'number' && word !== 'string') {
        return failure("one of 'none', 'number', 'string' is a required argument");
      }
      session.severityOutput = word;
      return undefined;
    },
  },
  {
    name: 'set timeout',
    level: CliLevel.User,
    usage: 'set timeout [cli] <delay>',
    help: 'change a timeout setting',
    run({ session, args }) {
      if (args.at(0) !== 'cli') return failure("'set timeout' only supports 'cli'.");
      if (args.length < 2) return failure('Expects an integer value.');
      const seconds = /^\d+$/.test(args.at(1)) ? Number(args.at(1)) : 0;
      if (seconds < 1 || seconds > LONGEST_TIMEOUT) return failure('Invalid timeout value.');
      session.timeout = seconds * 1000;
      return undefined;
    },
  },
  {
    name: 'show cli level',
    level: CliLevel.User,
    usage: 'show cli level',
    help: 'display the level of the current CLI session',
    run: ({ session }) => info(LEVEL_NAMES[session.level]),
  },
];
