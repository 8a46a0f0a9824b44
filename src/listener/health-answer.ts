import type { Transport, TransportOwner } from '../core/transport.js';

/** How long a client may take to close, ms. */
const LINGER = 1000;

/**
 * `mode health` of HAProxy 1.x: says OK to whoever connects, and closes; with `option httpchk` in HTTP. Nothing is
 * counted or logged.
 */
export class HealthAnswer implements TransportOwner {
  private readonly limit: NodeJS.Timeout;

  constructor(
    private readonly transport: Transport,
    http: boolean,
  ) {
    transport.owner = this;
    this.limit = setTimeout(() => transport.destroy(), LINGER);
    transport.start();
    transport.writeLatin1(http ? 'HTTP/1.0 200 OK\r\n\r\n' : 'OK\n');
    transport.end();
  }

  onEnd(): void {
    this.transport.destroy();
  }

  onClose(): void {
    clearTimeout(this.limit);
  }

  // What a client says does not matter; read, it cannot make the close a reset.
  onConnect(): void {}
  onData(): void {}
  onDrain(): void {}
}
