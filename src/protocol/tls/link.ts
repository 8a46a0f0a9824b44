import type { TlsIo, IoUser } from './io.js';

/** Node's TLS on a connection of the system, in one of two forms: socket-link.ts, handle-link.ts. */
export interface TlsLink {
  /** How cleartext goes through it. */
  readonly io: TlsIo;
  readonly inside: TlsInside;
  /** Closes the connection below; TLS says nothing more. */
  destroy(): void;
  /** The same with RST. */
  reset(): void;
  setKeepAlive(on: boolean, initialDelaySeconds: number): void;
}

/** Hears of everything that happens to a link. */
export interface LinkUser extends IoUser {
  /** TLS or the connection below failed. */
  broken(error: Error): void;
  /** The connection below is closed. */
  gone(): void;
}

/** What OpenSSL knows of a connection. Nothing is known of one that is gone. */
export interface TlsInside {
  readonly alive: boolean;
  /** `TLSv1.3` */
  protocol(): string | undefined;
  /** OpenSSL's name. */
  cipher(): string | undefined;
  /** What ALPN agreed on, '' = nothing. */
  alpn(): string;
  resumed(): boolean;
  session(): Buffer | undefined;
  /** The Finished messages of the handshake, ours and the peer's. */
  finished(): Buffer | undefined;
  peerFinished(): Buffer | undefined;
  /** DER */
  ownCertificate(): Buffer | undefined;
  /** All that the peer sent, in its order, DER. */
  peerChain(): readonly Buffer[];
}
