import { CliLevel, type CliOutput } from '../../core/cli.js';
import { stamp } from '../bad-messages.js';
import { failure, type AdminCommand, type AdminContext, type AdminSession } from '../context.js';
import { ageText, findSession, killSessions, sessionId } from '../sessions.js';

/** `show sess`, `shutdown session` (management manual 9.3). */

const protocolOf = ({ source }: AdminSession): string =>
  source.address === '' ? 'unix_stream' : source.address.includes(':') ? 'tcpv6' : 'tcpv4';
const sourceOf = ({ source }: AdminSession): string =>
  source.address === '' ? 'unix:1' : `${source.address}:${source.port}`;
const namesOf = ({ currentServer }: AdminSession): { backend: string; server: string } =>
  currentServer === undefined
    ? { backend: '<NONE>', server: '<none>' }
    : { backend: currentServer.backend.name, server: currentServer.name };

/** One line; what HAProxy says of its buffers and tasks has nothing to stand for here and is 0. */
function line(session: AdminSession, now: number): string {
  const { backend, server } = namesOf(session);
  const age = Math.max(0, Math.floor((now - session.acceptDate) / 1000));
  return (
    `${sessionId(session)}: proto=${protocolOf(session)} src=${sourceOf(session)} fe=${session.frontend.name} ` +
    `be=${backend} srv=${server} ts=00 epoch=0 age=${ageText(age)} calls=${session.requestCount} rate=0 cpu=0 lat=0 ` +
    'rq[f=0h,i=0,an=00h,rx=,wx=,ax=] rp[f=0h,i=0,an=00h,rx=,wx=,ax=] scf=[0,0h,fd=-1] scb=[0,0h,fd=-1] exp= rc=0 c_exp=\n'
  );
}

/** `show sess <id>`. */
function* details(session: AdminSession, now: number): Generator<string> {
  const { frontend, listener, destination } = session;
  const server = session.currentServer;
  const age = Math.max(0, Math.floor((now - session.acceptDate) / 1000));
  const endpoint = destination.address === '' ? 'unix:1' : `${destination.address}:${destination.port}`;
  yield `${sessionId(session)}: ${stamp(session.acceptDate)} id=${session.requestCount} proto=${protocolOf(session)} source=${sourceOf(session)}\n`;
  yield `  flags=0x0, conn_retries=0, srv_conn=${server === undefined ? '(nil)' : server.name} waiting=0 epoch=0 age=${ageText(age)}\n`;
  yield `  frontend=${frontend.name} (id=${frontend.id} mode=${frontend.mode}), listener=${listener.name} (id=${listener.id}) addr=${endpoint}\n`;
  yield server === undefined
    ? '  backend=<NONE> (id=-1 mode=-)\n'
    : `  backend=${server.backend.name} (id=${server.backend.id} mode=${server.backend.mode})\n`;
  yield server === undefined
    ? '  server=<NONE> (id=-1)\n'
    : `  server=${server.name} (id=${server.id}) addr=${server.address || 'unix'}:${server.port}\n`;
  const { pendingWrites, pendingBytes } = session.transport;
  yield `  res: pending writes=${pendingWrites} bytes=${pendingBytes}\n`;
}

function* list(context: AdminContext, inFull: boolean): Generator<string> {
  const now = context.date();
  for (const session of context.sessions()) {
    if (session.transport.closed) continue;
    if (inFull) yield* details(session, now);
    else yield line(session, now);
  }
}

function showSessions(context: AdminContext, word: string): CliOutput {
  if (!/^(?:0x)?[\da-f]+$/i.test(word)) return list(context, word === 'all');
  const session = findSession(context, word);
  return session === undefined ? failure('Session not found.') : details(session, context.date());
}

function shutDown(context: AdminContext, word: string): CliOutput {
  if (word === '') return failure("Session pointer expected (use 'show sess').");
  const session = findSession(context, word);
  if (session === undefined) return failure("No such session (use 'show sess').");
  killSessions(context, (each) => each === session);
  return undefined;
}

export const sessionListCommands: readonly AdminCommand[] = [
  {
    name: 'show sess',
    level: CliLevel.Operator,
    usage: 'show sess [id]',
    help: 'report the list of current sessions or dump this exact session',
    threads: 'gather',
    run: ({ context, args }) => showSessions(context, args.at(0)),
  },
  {
    name: 'shutdown session',
    level: CliLevel.Admin,
    usage: 'shutdown session [id]',
    help: 'kill a specific session',
    threads: 'gather',
    run: ({ context, args }) => shutDown(context, args.at(0)),
  },
];
