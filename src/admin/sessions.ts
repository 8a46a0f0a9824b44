import type { AdminContext, AdminSession } from './context.js';

/** Ends the sessions that `condition` picks, at once. */
export function killSessions(context: AdminContext, condition: (session: AdminSession) => boolean): void {
  for (const session of context.sessions()) if (condition(session)) session.transport.destroy();
}
