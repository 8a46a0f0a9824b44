import { threadId } from 'node:worker_threads';
import { stamp } from './bad-messages.js';
import type { AdminSession } from './context.js';
import { entryName } from './patterns.js';

const ids = new WeakMap<AdminSession, number>();
/** Threads number their sessions apart from each other. */
let lastId = (threadId + 1) * 0x1_0000_0000;

/** A name for a session that stays the same as long as it lives: what HAProxy shows as an address in memory. */
function sessionId(session: AdminSession): string {
  let id = ids.get(session);
  if (id === undefined) {
    id = lastId += 0x40;
    ids.set(session, id);
  }
  return entryName(id);
}

/** The session with this name; `0x` and leading zeros may be left out. */
export function findSession(sessions: readonly AdminSession[], word: string): AdminSession | undefined {
  const id = Number.parseInt(word.replace(/^0x/i, ''), 16);
  return sessions.find((session) => ids.get(session) === id);
}

/** `1m5s`: the two largest units, as HAProxy writes durations. */
function ageText(seconds: number): string {
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0s';
  return units
    .slice(first, first + 2)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');
}

const protocolOf = ({ source }: AdminSession): string =>
  source.address === '' ? 'unix_stream' : source.address.includes(':') ? 'tcpv6' : 'tcpv4';
const sourceOf = ({ source }: AdminSession): string =>
  source.address === '' ? 'unix:1' : `${source.address}:${source.port}`;
const namesOf = ({ currentServer }: AdminSession): { backend: string; server: string } =>
  currentServer === undefined
    ? { backend: '<NONE>', server: '<none>' }
    : { backend: currentServer.backend.name, server: currentServer.name };

/** One line; what HAProxy says of its buffers and tasks has nothing to stand for here and is 0. */
export function sessionLine(session: AdminSession, now: number): string {
  const { backend, server } = namesOf(session);
  const age = Math.max(0, Math.floor((now - session.acceptDate) / 1000));
  return (
    `${sessionId(session)}: proto=${protocolOf(session)} src=${sourceOf(session)} fe=${session.frontend.name} ` +
    `be=${backend} srv=${server} ts=00 epoch=0 age=${ageText(age)} calls=${session.requestCount} rate=0 cpu=0 lat=0 ` +
    'rq[f=0h,i=0,an=00h,rx=,wx=,ax=] rp[f=0h,i=0,an=00h,rx=,wx=,ax=] scf=[0,0h,fd=-1] scb=[0,0h,fd=-1] exp= rc=0 c_exp=\n'
  );
}

/** `show sess <id>`. */
export function sessionDetails(session: AdminSession, now: number): string {
  const { frontend, listener, destination } = session;
  const server = session.currentServer;
  const age = Math.max(0, Math.floor((now - session.acceptDate) / 1000));
  const endpoint = destination.address === '' ? 'unix:1' : `${destination.address}:${destination.port}`;
  let text = `${sessionId(session)}: ${stamp(session.acceptDate)} id=${session.requestCount} proto=${protocolOf(session)} source=${sourceOf(session)}\n`;
  text += `  flags=0x0, conn_retries=0, srv_conn=${server === undefined ? '(nil)' : server.name} waiting=0 epoch=0 age=${ageText(age)}\n`;
  text += `  frontend=${frontend.name} (id=${frontend.id} mode=${frontend.mode}), listener=${listener.name} (id=${listener.id}) addr=${endpoint}\n`;
  text +=
    server === undefined
      ? '  backend=<NONE> (id=-1 mode=-)\n'
      : `  backend=${server.backend.name} (id=${server.backend.id} mode=${server.backend.mode})\n`;
  text +=
    server === undefined
      ? '  server=<NONE> (id=-1)\n'
      : `  server=${server.name} (id=${server.id}) addr=${server.address || 'unix'}:${server.port}\n`;
  const { pendingWrites, pendingBytes } = session.transport;
  text += `  res: pending writes=${pendingWrites} bytes=${pendingBytes}\n`;
  return text;
}
