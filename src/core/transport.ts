/**
 * The byte stream under every session: what a TCP or TLS connection looks like to the engines above it.
 *
 * Two implementations exist (protocol/transport/): `handle`, on the TCP handle itself, and `socket`, on `net.Socket`.
 * One contract suite runs over both. Nothing here allocates per read or per write except where stated.
 *
 * Ownership of memory: the buffer given to `onData` belongs to the transport and is reused as soon as the callback
 * returns. Whoever wants to keep bytes copies them. The buffer given to `write` may be reused by the caller as soon as
 * `write` returns: the transport copies what it could not hand to the kernel, or swaps its own read buffer away.
 */

import type { TlsFacts } from './tls-facts.js';

/** Receives what happens on one connection. Every method may destroy the transport; none may throw. */
export interface TransportOwner {
  /** Outgoing connection only: the TCP handshake is over. Nothing else is called before it, save `onClose`. */
  onConnect(): void;
  /** `length` bytes arrived in `buffer[0..length)`; valid until the callback returns. */
  onData(buffer: Buffer, length: number): void;
  /** The peer sent FIN. The other direction still works (half-close). Called at most once. */
  onEnd(): void;
  /** Everything written so far has reached the kernel; called only after a write answered `false`. */
  onDrain(): void;
  /**
   * The connection is gone; called exactly once, whoever closed it, and always last.
   * @param error `''` for an orderly close or our own `destroy()`, else the errno name: `ECONNRESET`, `ECONNREFUSED`, `ETIMEDOUT`, `EPIPE`…
   */
  onClose(error: string): void;
}

/** An IP endpoint; `address` is '' and `port` 0 for UNIX sockets. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6 | 0;
}

export interface Transport {
  /** May be replaced once it is connected: an idle server connection changes hands between streams. Before, who replaces it gives it up. */
  owner: TransportOwner;
  readonly closed: boolean;
  /** Number of writes the kernel has not fully taken yet. 0 = nothing is buffered here. */
  readonly pendingWrites: number;
  /** Bytes accepted by write() that the kernel has not taken yet. */
  readonly pendingBytes: number;

  /** Begins reading. An accepted connection is silent until this is called; an outgoing one starts by itself. */
  start(): void;
  /** Writes text of which every code unit is a byte (latin1). @returns true when the kernel took everything at once */
  writeLatin1(text: string): boolean;
  /** Writes `buffer[start..end)`. @returns true when the kernel took everything at once; `onDrain` follows otherwise */
  write(buffer: Buffer, start: number, end: number): boolean;
  /** Stops reading; bytes stay in the kernel. Idempotent. */
  pause(): void;
  /** Reads again. Idempotent. */
  resume(): void;
  /** Tells the transport that a long transfer is under way (true): reads may use a larger buffer until told otherwise. */
  bulk(on: boolean): void;
  /** Sends FIN after everything written. Reading goes on. Idempotent. */
  end(): void;
  /** Closes both directions now; unsent data may be lost. `onClose('')` follows (synchronously or not). Idempotent. */
  destroy(): void;
  /** Closes with RST (`SO_LINGER` 0) where the platform can, else like destroy(). */
  reset(): void;

  /** Where the peer is; looked up on first use and remembered, also after the close. */
  readonly remote: Endpoint;
  /** Our own side of the connection. */
  readonly local: Endpoint;
  setKeepAlive(on: boolean, initialDelaySeconds: number): void;
  /** TLS on it; undefined on plain connections, and until the handshake is over. */
  readonly tls?: TlsFacts | undefined;
}

/** What to listen on. Exactly one of `port`, `path` and `fd` is used. */
export interface ListenSpec {
  /** IP address, '' = all addresses of `family`. */
  readonly address: string;
  readonly port: number;
  /** UNIX socket path, '' = none. */
  readonly path: string;
  /** Inherited descriptor, -1 = none. */
  readonly fd: number;
  readonly backlog: number;
  readonly v6only: boolean;
  /** SO_REUSEPORT: several sockets on one address, the kernel spreads connections. Ignored where Node cannot (< 22.12). */
  readonly reusePort?: boolean;
}

/** A listening socket that several threads accept from. It stays open until close(). */
export interface SharedSocket {
  /** A descriptor of its own for another thread to listen on (ListenSpec.fd) and to close. */
  descriptor(): Promise<number>;
  close(): void;
}

/** A listening socket. */
export interface TransportListener {
  /** For other threads; undefined where descriptors cannot be duplicated. @throws Error when it does not work here */
  share?(): Promise<SharedSocket>;
  readonly local: Endpoint;
  /** The descriptor, or -1 where the platform hides it. */
  readonly fd: number;
  /** What transport/handover.ts passes to another process; undefined where there is none. */
  readonly handle?: object;
  /** Stops accepting for a while; connections wait in the kernel's backlog. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Where to connect to, and from. */
export interface ConnectSpec {
  /** IP address (names are resolved before), '' when `path` is given. */
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** Local address to bind to, '' = any. */
  readonly sourceAddress: string;
  /** Local port, 0 = any. */
  readonly sourcePort: number;
  /** A SOCKS4 proxy on the way; `onConnect` then means that it has connected to the address. */
  readonly via?: { readonly address: string; readonly port: number };
  /** TLS on the connection: `onConnect` then means that its handshake is over too. */
  readonly tls?: TlsSide;
  /** With TLS or `via`: gives what the server is sent first, in clear text, as latin1 (a PROXY header); '' = nothing. */
  readonly greeting?: (local: Endpoint, remote: Endpoint) => string;
}

/** How TLS is put on an outgoing connection (core/tls: TlsConnector). */
export interface TlsSide {
  connect(provider: TransportProvider, spec: ConnectSpec, owner: TransportOwner): Transport;
}

/** Makes connections and listeners of one kind. Chosen once at start by a probe, or forced by TSPROXY_TRANSPORT. */
export interface TransportProvider {
  readonly name: 'handle' | 'socket';
  /**
   * Binds and listens synchronously, so that nothing is half-started when one address is taken.
   * @param onConnection receives each accepted connection; it must set `transport.owner` and call `start()` (or destroy it).
   * @throws ListenError with the errno name
   */
  listen(
    spec: ListenSpec,
    onConnection: (transport: Transport) => void,
  ): TransportListener | Promise<TransportListener>;
  /** Starts connecting; failures arrive as `owner.onClose(errno)`, never as an exception and never before this returns. */
  connect(spec: ConnectSpec, owner: TransportOwner): Transport;
}

/** listen() failed: `code` is the errno name (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`…). */
export class ListenError extends Error {
  constructor(
    readonly code: string,
    readonly spec: ListenSpec,
  ) {
    super(`cannot listen: ${code}`);
  }
}
