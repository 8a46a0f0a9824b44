import { CliLevel, type CliAnswer } from '../../core/cli.js';
import { failure, type AdminCommand, type AdminContext } from '../context.js';

/** `show sess`, `shutdown session` (management manual 9.3). Sessions live in the threads that serve them. */

async function showSessions(context: AdminContext, word: string): Promise<CliAnswer> {
  const id = /^(?:0x)?[\da-f]+$/i.test(word) ? word : undefined;
  const answers = await context.everywhere({
    about: 'sessions',
    inFull: word === 'all',
    ...(id === undefined ? {} : { id }),
  });
  if (id !== undefined && !answers.some(({ found }) => found)) return failure('Session not found.');
  return answers.flatMap(({ lines }) => lines);
}

async function shutDown(context: AdminContext, id: string): Promise<CliAnswer> {
  if (id === '') return failure("Session pointer expected (use 'show sess').");
  const answers = await context.everywhere({ about: 'kill', id });
  return answers.some(({ found }) => found) ? undefined : failure("No such session (use 'show sess').");
}

export const sessionListCommands: readonly AdminCommand[] = [
  {
    name: 'show sess',
    level: CliLevel.Operator,
    usage: 'show sess [id]',
    help: 'report the list of current sessions or dump this exact session',
    run: ({ context, args }) => showSessions(context, args.at(0)),
  },
  {
    name: 'shutdown session',
    level: CliLevel.Admin,
    usage: 'shutdown session [id]',
    help: 'kill a specific session',
    run: ({ context, args }) => shutDown(context, args.at(0)),
  },
];
