import { CliLevel, type CliAnswer } from '../../core/cli.js';
import type { BadMessage } from '../../state/bad-message.js';
import { badMessageText, stamp } from '../bad-messages.js';
import { failure, findBackend, findFrontend, type AdminCommand, type AdminContext } from '../context.js';
import { leadingInteger } from '../numbers.js';

/** HAProxy's `tune.bufsize`. */
const DEFAULT_BUFFER = 16_384;

/** `show errors [<iid>|<proxy>] [request|response]` (management manual 9.3). */
async function showErrors(context: AdminContext, proxy: string, which: string): Promise<CliAnswer> {
  const named = proxy === '' ? undefined : (findFrontend(context, proxy) ?? findBackend(context, proxy));
  if (proxy !== '' && named === undefined && leadingInteger(proxy) === 0) return failure('No such proxy.');
  const id = named?.id ?? (proxy === '' ? -1 : leadingInteger(proxy));
  const answers = await context.everywhere({ about: 'bad-messages' });
  const events = answers.reduce((sum, answer) => sum + answer.events, 0);
  return report(
    context,
    selected(
      answers.flatMap(({ messages }) => messages),
      id,
      which,
    ),
    events,
  );
}

/** The last one of each proxy and direction, as the threads have kept theirs each. */
function selected(messages: readonly BadMessage[], id: number, which: string): BadMessage[] {
  const latest = new Map<string, BadMessage>();
  for (const message of messages) {
    const { direction, frontend, backend, date } = message;
    // What a frontend refused and what a backend received are about either side.
    if (id >= 0 && frontend.id !== id && backend?.id !== id) continue;
    if (direction === (which === 'request' ? 'response' : which === 'response' ? 'request' : '')) continue;
    const key = direction === 'request' ? `F${frontend.id}` : `B${backend?.id}`;
    if (date >= (latest.get(key)?.date ?? 0)) latest.set(key, message);
  }
  return [...latest.values()];
}

function* report({ runtime, date }: AdminContext, messages: readonly BadMessage[], events: number): Generator<string> {
  const bufferSize = runtime.model.global.tune.get('tune.bufsize') ?? DEFAULT_BUFFER;
  yield `Total events captured on ${stamp(date())} : ${events}\n`;
  for (const message of messages) yield* badMessageText(message, bufferSize);
}

export const errorCommands: readonly AdminCommand[] = [
  {
    name: 'show errors',
    level: CliLevel.Operator,
    usage: 'show errors [<px>] [request|response]',
    help: 'report last request and/or response errors for each proxy',
    run: ({ context, args }) => showErrors(context, args.at(0), args.at(1)),
  },
];
