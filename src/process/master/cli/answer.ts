import type { CliOutput, CliSession } from '../../../core/cli.js';
import { answerPieces, newSession } from '../../../admin/socket/interpreter.js';
import type { ForwardedCommand, ToMaster } from '../messages.js';

/** What carries out a line: the application of a worker. */
export type Execute = (session: CliSession, line: string, payload: string | undefined) => CliOutput;

/** Answers commands that clients of the master's socket sent to this worker. */
export class ForwardedCommands {
  readonly #running = new Map<number, Iterator<string> | AsyncIterator<string>>();

  /** @param send resolves when the master has taken the message, so that a long answer is never here as a whole */
  constructor(
    private readonly execute: Execute,
    private readonly send: (message: ToMaster) => Promise<void>,
  ) {}

  async run({ id, line, payload, level, expert, experimental }: ForwardedCommand): Promise<void> {
    const session = { ...newSession(level, 'none', 0), expert, experimental };
    const pieces = piecesOf(this.execute(session, line, payload));
    this.#running.set(id, pieces);
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      await this.send({ kind: 'answer', id, text: next.value });
      if (!this.#running.has(id)) break;
    }
    this.#running.delete(id);
    await this.send({ kind: 'answered', id });
  }

  /** Nobody reads the answer any more. */
  cancel(id: number): void {
    const pieces = this.#running.get(id);
    this.#running.delete(id);
    void Promise.resolve(pieces?.return?.()).catch(() => undefined);
  }
}

/** An answer piece by piece. */
export function piecesOf(output: CliOutput): Iterator<string> | AsyncIterator<string> {
  const pieces = answerPieces(output, 'none');
  return Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
}
