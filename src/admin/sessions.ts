import type { AdminContext, AdminSession } from './context.js';
import { threadId } from 'node:worker_threads';
import { entryName } from './patterns.js';

/** Ends the sessions that `condition` picks, at once. */
export function killSessions(context: AdminContext, condition: (session: AdminSession) => boolean): number {
  const chosen = context.sessions().filter(condition);
  for (const session of chosen) session.kill('K');
  return chosen.length;
}

const ids = new WeakMap<AdminSession, number>();
/** Sessions of all threads have different names. */
let lastId = 0x100000 + (threadId % 256) * 2 ** 40;

/** A name for a session that stays the same as long as it lives: what HAProxy shows as an address in memory. */
export function sessionId(session: AdminSession): string {
  let id = ids.get(session);
  if (id === undefined) {
    id = lastId += 0x40;
    ids.set(session, id);
  }
  return entryName(id);
}

/** The session with this name; `0x` and leading zeros may be left out. */
export function findSession(context: AdminContext, word: string): AdminSession | undefined {
  const id = Number.parseInt(word.replace(/^0x/i, ''), 16);
  return context.sessions().find((session) => ids.get(session) === id);
}

/** `1m5s`: the two largest units, as HAProxy writes durations. */
export function ageText(seconds: number): string {
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
