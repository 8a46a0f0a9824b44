import { CliLevel, type CliOutput } from '../../core/cli.js';
import { badMessageCount } from '../../state/bad-message.js';
import { badMessageText, stamp } from '../bad-messages.js';
import { failure, findBackend, findFrontend, type AdminCommand, type AdminContext } from '../context.js';
import { leadingInteger } from '../numbers.js';

/** HAProxy's `tune.bufsize`. */
const DEFAULT_BUFFER = 16_384;

/** `show errors [<iid>|<proxy>] [request|response]` (management manual 9.3). */
function showErrors(context: AdminContext, proxy: string, which: string): CliOutput {
  const named = proxy === '' ? undefined : (findFrontend(context, proxy) ?? findBackend(context, proxy));
  if (proxy !== '' && named === undefined && leadingInteger(proxy) === 0) return failure('No such proxy.');
  const id = named?.id ?? (proxy === '' ? -1 : leadingInteger(proxy));
  return messages(context, id, which);
}

function* messages({ runtime, date }: AdminContext, id: number, which: string): Generator<string> {
  const bufferSize = runtime.model.global.tune.get('tune.bufsize') ?? DEFAULT_BUFFER;
  yield `Total events captured on ${stamp(date())} : ${badMessageCount()}\n`;
  for (const { frontend, backend } of runtime.proxies) {
    // What a frontend refused and what a backend received are about either side.
    const found = [
      which === 'response' ? undefined : frontend?.badRequest,
      which === 'request' ? undefined : backend?.badResponse,
    ];
    for (const message of found) {
      if (message === undefined) continue;
      if (id < 0 || message.frontend.id === id || message.backend?.id === id)
        yield* badMessageText(message, bufferSize);
    }
  }
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
