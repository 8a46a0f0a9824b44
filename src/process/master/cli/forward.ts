import type { CliSession } from '../../../core/cli.js';
import type { Child } from '../children.js';
import { asMessage, type ToMaster, type ToWorker } from '../messages.js';

let lastId = 0;

/** Has a worker carry out a line of a session, and passes its answer on piece by piece. */
export async function* forward(
  { process: worker }: Child,
  session: CliSession,
  line: string,
  payload: string | undefined,
): AsyncGenerator<string> {
  const id = ++lastId;
  const { level, expert, experimental } = session;
  const pieces: string[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  const receive = (value: unknown): void => {
    const message = asMessage<ToMaster>(value, ['answer', 'answered']);
    if (message === undefined || message.kind === 'listening' || message.id !== id) return;
    if (message.kind === 'answer') pieces.push(message.text);
    else ended = true;
    wake();
  };
  const gone = (): void => {
    ended = true;
    wake();
  };
  const tell = (message: ToWorker): void => {
    if (worker.connected) worker.send(message, () => undefined);
    else gone();
  };
  worker.on('message', receive);
  worker.once('exit', gone);
  try {
    tell({ kind: 'command', id, line, payload, level, expert, experimental });
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) yield piece;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    worker.off('message', receive);
    worker.off('exit', gone);
    if (!ended) tell({ kind: 'cancel', id });
  }
}
