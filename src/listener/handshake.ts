import type { Timed } from '../base/timer-wheel.js';
import { timers } from '../base/timer-wheel.js';
import type { SecureTransport, TlsFailure } from '../core/tls.js';
import type { ConnectionFailure } from '../core/stream.js';
import type { TransportOwner } from '../core/transport.js';

/** Why a connection never became a session. */
type HandshakeFailure = TlsFailure | 'timeout';

/** Who waits for a handshake. */
export interface HandshakeUser {
  handshakeOver(): void;
  /** The connection is closed. @param error errno name */
  handshakeFailed(failure: ConnectionFailure, error: string): void;
}

/** HAProxy's numbers and texts (`fc_err`, `fc_err_str`), which the log has too. */
const FAILURES: Readonly<Record<HandshakeFailure, readonly [code: number, text: string]>> = {
  empty: [24, 'Connection closed during SSL handshake'],
  aborted: [24, 'Connection closed during SSL handshake'],
  timeout: [26, 'Timeout during SSL handshake'],
  ca: [30, 'SSL client CA chain cannot be verified'],
  certificate: [31, 'SSL client certificate not trusted'],
  mismatch: [33, 'Server presented an SSL certificate different from the expected one'],
  handshake: [34, 'SSL handshake failure'],
};

/** Owns an accepted connection while its TLS handshake goes on, for at most `timeout client` (manual 4.2). */
export class Handshake implements TransportOwner, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  private failure: HandshakeFailure | undefined = undefined;

  constructor(
    private readonly transport: SecureTransport,
    private readonly user: HandshakeUser,
  ) {}

  /** @param timeout ms, 0 = none */
  begin(timeout: number): void {
    this.transport.owner = this;
    if (timeout > 0) timers.arm(this, timeout);
    this.transport.start();
  }

  onConnect(): void {
    timers.disarm(this);
    this.user.handshakeOver();
  }

  onTimeout(): void {
    this.failure = 'timeout';
    this.transport.destroy();
  }

  onClose(error: string): void {
    timers.disarm(this);
    const { tlsFailure, tlsError } = this.transport;
    const [code, text] = FAILURES[this.failure ?? tlsFailure ?? 'aborted'];
    this.user.handshakeFailed({ code, text, tlsCode: tlsError?.code ?? 0, tlsText: tlsError?.text ?? '' }, error);
  }

  // Before the handshake is over there is nothing to read, and nothing was written.
  onData(): void {}
  onEnd(): void {}
  onDrain(): void {}
}
