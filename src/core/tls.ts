import type { TlsFacts } from './tls-facts.js';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider, TlsSide } from './transport.js';

/** Why a handshake failed, as far as HAProxy tells apart. */
export type TlsFailure =
  /** The peer said nothing. */
  | 'empty'
  /** The connection broke. */
  | 'aborted'
  | 'ca'
  | 'certificate'
  /** The server's certificate is for another name. */
  | 'mismatch'
  | 'handshake';

/** The TLS side of a bind line. */
export interface TlsAcceptor {
  /**
   * Makes a connection secure. `owner.onConnect` of the result tells that the handshake is over, `owner.onClose` that it
   * failed; until then nothing else is called. The handshake begins with `start()`.
   * @param transport an accepted connection that was not started, given away for good
   */
  secure(transport: Transport): SecureTransport;
}

/** The TLS side of a server. */
export interface TlsConnector extends TlsSide {
  /** What is sent as the server's name, undefined = nothing. Connections may stand for each other where it is equal. */
  readonly serverName: string | undefined;
  /** The protocols that are offered (ALPN). */
  readonly alpn: readonly string[];
  /** Connects by `provider`; `owner.onConnect` is called when the handshake is over. */
  connect(provider: TransportProvider, spec: ConnectSpec, owner: TransportOwner): SecureTransport;
  /** The same with another name, and other protocols offered where they are given. */
  named(serverName: string | undefined, alpn?: readonly string[]): TlsConnector;
}

/** An error of OpenSSL. */
export interface TlsError {
  readonly code: number;
  /** `error:0A0000C1:SSL routines::no shared cipher` */
  readonly text: string;
}

/** A connection with TLS on it. */
export interface SecureTransport extends Transport {
  /** undefined until the handshake is over, or failed because of the peer's certificate. */
  readonly tls: TlsFacts | undefined;
  /** Set when the handshake failed. */
  readonly tlsFailure: TlsFailure | undefined;
  /** What OpenSSL said about it. */
  readonly tlsError: TlsError | undefined;
  /** The TCP connection stands, the handshake goes on. */
  readonly handshaking: boolean;
}

/** Whether a connection was made to have TLS on it, be it established or not. */
export function isSecure(transport: Transport | undefined): transport is SecureTransport {
  return transport !== undefined && 'tlsFailure' in transport;
}
