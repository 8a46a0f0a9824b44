import type { CliOutput, CliSession } from '../../core/cli.js';
import { LogLevel } from '../../core/log.js';
import { type CommandTable, messageText } from '../../admin/socket/interpreter.js';
import type { SessionEnvironment } from '../../admin/socket/session.js';
import { splitCommand } from '../../admin/socket/words.js';
import type { ThreadAnswer, ThreadCommand } from './messages.js';
import type { ThreadPool } from './pool.js';

/** Runtime API with several threads: the main one answers; some commands are carried out, or answered, by all. */

type Execute = SessionEnvironment['execute'];

/** @param local carries a line out in the main thread */
export function executeEverywhere<Context>(table: CommandTable<Context>, local: Execute, pool: ThreadPool): Execute {
  return (session, line, payload) => {
    const output = local(session, line, payload);
    const threads = table.find(splitCommand(line))?.command.threads;
    if (threads === undefined || !pool.started || isDenied(output)) return output;
    const { expert, experimental } = session;
    const command: ThreadCommand = { line, payload, expert, experimental };
    if (threads === 'gather') return gather(output, pool.ask(command), session);
    if (!isFailure(output)) pool.repeat(command);
    return output;
  };
}

const isMessage = (output: CliOutput): output is Extract<CliOutput, { readonly severity: LogLevel }> =>
  typeof output === 'object' && 'severity' in output;

export const isFailure = (output: CliOutput): boolean => isMessage(output) && output.severity <= LogLevel.Err;

const isDenied = (output: CliOutput): boolean => isMessage(output) && output.text.startsWith('Permission denied');

/** The whole of an output, as it would be sent. */
export async function textOf(output: CliOutput, severity: CliSession['severityOutput']): Promise<string> {
  if (output === undefined) return '';
  if (typeof output === 'string') return output;
  if (isMessage(output)) return messageText(output, severity);
  let text = '';
  for await (const piece of output) text += piece;
  return text;
}

/** Answers of all threads one behind the other; complaints only when nobody has anything better to say. */
async function* gather(
  own: CliOutput,
  others: Promise<readonly ThreadAnswer[]>,
  session: CliSession,
): AsyncGenerator<string> {
  const mine = { text: await textOf(own, session.severityOutput), failed: isFailure(own) };
  const answers = [mine, ...(await others)];
  const good = answers.filter(({ failed }) => !failed);
  if (good.length === 0) yield mine.text;
  for (const { text } of good) if (text !== '') yield text;
}
