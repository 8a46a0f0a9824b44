import type * as net from 'node:net';
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { nativeInUse } from '../transport/handle.js';
import type { StreamHandle } from '../transport/native.js';
import { HandleIo, handleOf, StreamIo, type TlsIo } from './io.js';
import type { LinkUser, TlsInside, TlsLink } from './link.js';

/** By a TLSSocket on a net.Socket. */
export class SocketLink implements TlsLink {
  readonly io: TlsIo;
  readonly inside: TlsInside;

  /** @param handle the one below `plain`, undefined = there is only the socket */
  constructor(
    private readonly plain: net.Socket & { resetAndClosing?: boolean },
    private readonly socket: TLSSocket,
    handle: StreamHandle | undefined,
    user: LinkUser,
  ) {
    this.inside = new SocketInside(socket);
    const native = nativeInUse();
    this.io =
      handle === undefined || native === undefined
        ? new StreamIo(socket, user)
        : new HandleIo(handleOf(socket), handle, native, user);
    socket.on('error', (error) => user.broken(error));
    socket.on('_tlsError', (error: Error) => user.broken(error));
    socket.on('close', () => user.gone());
    plain.on('error', (error) => user.broken(error));
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    // resetAndDestroy() sends FIN first; what it sets inside makes destroy() itself send RST
    this.plain.resetAndClosing = true;
    this.socket.destroy();
  }

  setKeepAlive(on: boolean, initialDelaySeconds: number): void {
    this.plain.setKeepAlive(on, initialDelaySeconds * 1000);
  }
}

class SocketInside implements TlsInside {
  constructor(private readonly socket: TLSSocket) {}

  get alive(): boolean {
    return !this.socket.destroyed;
  }
  protocol(): string | undefined {
    return this.socket.getProtocol() ?? undefined;
  }
  cipher(): string | undefined {
    return this.socket.getCipher()?.name;
  }
  alpn(): string {
    const { alpnProtocol } = this.socket;
    return typeof alpnProtocol === 'string' ? alpnProtocol : '';
  }
  resumed(): boolean {
    return this.socket.isSessionReused();
  }
  session(): Buffer | undefined {
    return this.socket.getSession();
  }
  finished(): Buffer | undefined {
    return this.socket.getFinished();
  }
  peerFinished(): Buffer | undefined {
    return this.socket.getPeerFinished();
  }
  ownCertificate(): Buffer | undefined {
    const certificate: X509Certificate | undefined = this.socket.getX509Certificate();
    return certificate?.raw;
  }
  peerChain(): readonly Buffer[] {
    return chainOf(this.socket);
  }
}

/**
 * All that the peer sent, in its order. Node takes the certificates behind the first out of OpenSSL's memory for it:
 * whoever asks once more is told of none.
 */
export function chainOf(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let next: X509Certificate | undefined = socket.getPeerX509Certificate();
  while (next !== undefined) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}
