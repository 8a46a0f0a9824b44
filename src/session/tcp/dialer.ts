import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../../core/transport.js';
import { dial } from '../../upstream/dial.js';

/** Who is told how a connection attempt ends. */
export interface DialerUser {
  connected(upstream: Transport): void;
  /** @param error errno name @param transport what was tried */
  connectFailed(error: string, transport: Transport | undefined): void;
}

/** One attempt to connect to a server. */
export class Dialer implements TransportOwner {
  private transport: Transport | undefined = undefined;
  private user: DialerUser | undefined;

  constructor(user: DialerUser) {
    this.user = user;
  }

  dial(transports: TransportProvider, spec: ConnectSpec, greeting: string): void {
    this.transport = dial(transports, spec, this, greeting);
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    this.user = undefined;
    this.transport?.destroy();
  }

  onConnect(): void {
    const { user, transport } = this;
    this.user = undefined;
    if (user !== undefined && transport !== undefined) user.connected(transport);
  }

  onClose(error: string): void {
    const { user, transport } = this;
    this.user = undefined;
    user?.connectFailed(error, transport);
  }

  // Between onConnect and the relay nothing is read.
  onData(): void {}
  onEnd(): void {}
  onDrain(): void {}
}
