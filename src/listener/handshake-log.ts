import { clock } from '../base/clock.js';
import { LogLevel } from '../core/log.js';
import { dateWithMilliseconds } from '../language/log-format/dates.js';
import { ConnectionContext } from '../session/connection-context.js';
import type { Frontend, Listener } from '../state/frontend.js';
import type { Session } from './session.js';

/** Of these `option dontlognull` says nothing: the client closed, or said nothing in time (manual 4.2). */
const QUIET_CODES = new Set([24, 26]);

/** The line about a connection that never became a session (manual 8.2.5, `error-log-format`). */
export function logHandshake(frontend: Frontend, listener: Listener, session: Session): void {
  const { logger, model, errorLine } = frontend;
  const { failure } = session;
  if (!logger.active || failure === undefined) return;
  if (model.options.dontlognull === true && QUIET_CODES.has(failure.code)) return;
  const level = model.options['log-separate-errors'] === true ? LogLevel.Err : LogLevel.Info;
  if (errorLine !== undefined) {
    const context = new ConnectionContext(session, frontend);
    const now = clock.recent();
    context.timers.reset(session.acceptTick, session.acceptTick);
    context.timers.end = now;
    context.log.status = 0;
    logger.event(level, errorLine(context));
    return;
  }
  const { address, port, family } = session.source;
  const from = family === 0 ? 'unix:1' : `${address}:${port}`;
  const where = `${frontend.name}/${listener.bind.name ?? listener.id}`;
  logger.event(level, `${from} [${dateWithMilliseconds(session.acceptDate)}] ${where}: ${failure.text}`);
}
