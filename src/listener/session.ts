import type { ConnectionFailure, SessionContext } from '../core/stream.js';
import type { Transport } from '../core/transport.js';
import type { ServerUser } from '../upstream/health-listener.js';

/** A session as the acceptor sees it. */
export interface Session extends SessionContext, ServerUser {
  /** performance.now() when the TLS handshake was over, ms. */
  handshakeEnd: number;
  /** Why it never became a session. */
  failure: ConnectionFailure | undefined;
  readonly transport: Transport;
  /** Begins to read. */
  open(): void;
  /** Closes without a word or a log line: a rule refused the connection. */
  turnAway(): void;
  /** Lets the current exchange end, then closes (soft stop). */
  retire(): void;
  /** Counts the bytes of what is going on (`option contstats`). */
  recount(): void;
}
