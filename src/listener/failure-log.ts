import { clock } from '../base/clock.js';
import type { ConnectionFailure } from '../core/stream.js';
import type { ConnectionContext } from '../session/connection-context.js';

/** Logs a connection that never became a session (manual 8.2.5, `error-log-format`). */
export function logFailure(context: ConnectionContext, failure: ConnectionFailure): void {
  const { session, frontend, timers, log } = context;
  if (frontend.logger.failed === undefined || !frontend.logger.active) return;
  const now = clock.recent();
  timers.reset(session.acceptTick, session.acceptTick);
  timers.end = now;
  log.status = 0;
  frontend.logger.failed(context, failure);
}
