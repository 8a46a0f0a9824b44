import type { Transport, TransportOwner } from '../../core/transport.js';
import type { ServerLink } from '../../core/upstream.js';
import type { Server } from '../../state/server.js';

/** An idle server connection that one client keeps for itself (manual 4.2 `http-reuse never`). */
export class OwnLink implements TransportOwner {
  private readonly transport: Transport;
  private gone = false;

  constructor(
    readonly server: Server,
    private readonly link: ServerLink,
  ) {
    this.transport = link.transport;
    this.transport.owner = this;
  }

  /** See StreamClient.takeOwnLink(). */
  suits(server: Server, key: string, serverName: string | undefined): boolean {
    if (this.server !== server || (this.link.key ?? '') !== key) return false;
    if ((this.transport.tls === undefined) !== (server.tls === undefined)) return false;
    // TLS connections with another name are no substitute
    return server.tlsName === undefined || this.transport.tls?.serverName === (serverName ?? '');
  }

  /** @returns undefined when the server has closed it meanwhile */
  take(): ServerLink | undefined {
    return this.gone || this.transport.closed ? undefined : this.link;
  }

  close(): void {
    this.gone = true;
    this.transport.reset();
  }

  onConnect(): void {}
  onDrain(): void {}

  onData(): void {
    this.close();
  }

  onEnd(): void {
    this.close();
  }

  onClose(): void {
    this.gone = true;
  }
}
