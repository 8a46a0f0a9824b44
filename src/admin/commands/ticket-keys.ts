import { CliLevel, type CliCall, type CliOutput } from '../../core/cli.js';
import { fromBase64 } from '../../state/tls/live.js';
import { failure, info, type AdminCommand, type AdminContext } from '../context.js';

/** Keys of session tickets (management manual 9.3 `show tls-keys`, `set ssl tls-key`), and what OpenSSL has loaded. */

type Call = CliCall<AdminContext>;

const UNKNOWN = 'unable to locate referenced filename';

function show({ context, args, session }: Call): CliOutput {
  const { ticketKeys } = context.runtime;
  const name = args.at(0);
  const files = ticketKeys.all();
  if (name === '') return ['# id (file)', ...files.map(({ path }, id) => `${id} (${path})`), ''].join('\n');
  // these are secrets, whatever HAProxy thinks of them
  if (session.level < CliLevel.Admin) return failure('Permission denied');
  const wanted = name === '*' ? files : files.filter((each) => each === ticketKeys.find(name));
  if (wanted.length === 0 && name !== '*') return failure(`'show tls-keys' ${UNKNOWN}`);
  const lines = wanted.flatMap((each) => {
    const id = files.indexOf(each);
    return [`# ${id} (${each.path})`, ...each.keys.map((key, at) => `${id}.${at} ${key.toString('base64')}`)];
  });
  return ['# id secret', ...lines, ''].join('\n');
}

function set({ context, args }: Call): CliOutput {
  const refuse = (why: string): CliOutput => failure(`'set ssl tls-key' ${why}`);
  const [name, text] = [args.at(0), args.at(1)];
  if (name === '' || text === '') return refuse('expects a filename and the new TLS key in base64 encoding.');
  const keys = context.runtime.ticketKeys.find(name);
  if (keys === undefined) return refuse(UNKNOWN);
  const key = fromBase64(text);
  if (key === undefined) return refuse('received invalid base64 encoded TLS key.');
  if (key.length !== keys.size) return refuse('received a key of wrong size.');
  keys.push(key);
  context.renewed({ kind: 'ticket-key', path: keys.path, key: text });
  return info('TLS ticket key updated!');
}

export const ticketKeyCommands: readonly AdminCommand[] = [
  {
    name: 'set ssl tls-key',
    level: CliLevel.Admin,
    usage: 'set ssl tls-key [id|file] <key>',
    help: 'set the next TLS key for the <id> or <file> listener to <key>',
    run: set,
  },
  {
    name: 'show ssl providers',
    level: CliLevel.User,
    usage: 'show ssl providers',
    help: 'show loaded SSL providers',
    // Node loads no other one unless it is told so on its command line, and has no call to ask
    run: () => 'Loaded providers : \n\t- default\n',
  },
  {
    name: 'show tls-keys',
    level: CliLevel.User,
    usage: 'show tls-keys [id|*]',
    help: 'show tls keys references or dump tls ticket keys when id specified',
    run: show,
  },
];
