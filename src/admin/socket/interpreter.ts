import {
  CliLevel,
  type CliAnswer,
  type CliCommand,
  type CliMessage,
  type CliOutput,
  type CliSession,
  type SeverityOutput,
} from '../../core/cli.js';
import { LogLevel } from '../../core/log.js';
import { argumentsOf, splitCommand } from './words.js';
import { isVisible, usageText } from './usage.js';

/** A word may hold a blank that was escaped; none holds a line's end. */
const keyOf = (words: readonly string[]): string => words.join('\n');

/** All commands by their words. */
export class CommandTable<Context> {
  readonly #byName = new Map<string, CliCommand<Context>>();
  readonly #longest: number;

  /** @throws Error when two commands have one name (a programming mistake, found at start) */
  constructor(readonly commands: readonly CliCommand<Context>[]) {
    for (const command of commands) {
      if (this.#byName.has(keyOf(command.name.split(' '))))
        throw new Error(`the command '${command.name}' is defined twice`);
      this.#byName.set(keyOf(command.name.split(' ')), command);
    }
    this.#longest = Math.max(0, ...commands.map(({ name }) => name.split(' ').length));
  }

  /** The command with most words that the line begins with. */
  find(words: readonly string[]): { command: CliCommand<Context>; length: number } | undefined {
    for (let length = Math.min(this.#longest, words.length); length > 0; length--) {
      const command = this.#byName.get(keyOf(words.slice(0, length)));
      if (command !== undefined) return { command, length };
    }
    return undefined;
  }
}

const DENIED: CliMessage = { severity: LogLevel.Err, text: 'Permission denied\n' };

/** Carries out one command line. Nothing that goes wrong in a command ends the session. */
export function execute<Context>(
  table: CommandTable<Context>,
  context: Context,
  session: CliSession,
  line: string,
  payload: string | undefined,
): CliOutput {
  const words = splitCommand(line);
  const found = table.find(words);
  // HAProxy tells of other modes, and keeps silent about this one
  if (found === undefined || (found.command.mode === 'debug' && !session.debug)) {
    const asked = words[0] === 'help';
    return usageText(table.commands, asked ? words.slice(1) : words, asked, session);
  }
  const { command, length } = found;
  if (!isVisible(command, session)) {
    return { severity: LogLevel.Err, text: `This command is restricted to ${command.mode} mode only.\n` };
  }
  if (session.level < command.level) return DENIED;
  return command.run({ context, session, args: argumentsOf(words.slice(length)), payload });
}

const SEVERITY_WORDS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** A message as the client wants it (management manual 9.3 `set severity-output`). */
export function messageText({ severity, text }: CliMessage, output: SeverityOutput): string {
  if (output === 'none') return text;
  return `[${output === 'number' ? severity : SEVERITY_WORDS[severity]}]: ${text}`;
}

type Pieces = Iterable<string> | AsyncIterable<string>;

/** An answer as pieces of text. */
export function answerPieces(output: CliOutput, severity: SeverityOutput): Pieces {
  return output instanceof Promise ? laterPieces(output, severity) : piecesNow(output, severity);
}

async function* laterPieces(answer: Promise<CliAnswer>, severity: SeverityOutput): AsyncGenerator<string> {
  yield* piecesNow(await answer, severity);
}

function piecesNow(answer: CliAnswer, severity: SeverityOutput): Pieces {
  if (answer === undefined) return [];
  if (typeof answer === 'string') return [answer];
  return 'severity' in answer ? [messageText(answer, severity)] : answer;
}

/** A session as a socket begins it. */
export function newSession(level: CliLevel, severityOutput: SeverityOutput, timeout: number): CliSession {
  return {
    level,
    expert: false,
    experimental: false,
    debug: false,
    severityOutput,
    interactive: false,
    prompt: false,
    timed: false,
    timeout,
    leaving: false,
  };
}
