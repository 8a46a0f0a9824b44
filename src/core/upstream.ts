import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from './transport.js';

/** A connection to a server, in use by a stream or idle in the server's pool. */
export interface ServerLink {
  readonly transport: Transport;
  /** Requests sent over it so far. */
  requests: number;
  /** The PROXY header that it began with: only streams that would send the same one may use it. undefined = none. */
  greeting?: string;
  /** Where it goes, of a server whose address or port is the client's own destination. undefined = where all go. */
  destination?: string | undefined;
}

/** A server's idle connections (manual 4.2 `http-reuse`, 5.2 `pool-max-conn` and following). */
export interface LinkPool {
  readonly idle: number;
  /** False with `http-reuse never`: what was a client's stays that client's. */
  readonly shared: boolean;
  /**
   * @param first the client's first request: see `http-reuse`
   * @param destination where servers have no address of their own: the one that the connection must have, '' = any
   * @param serverName where TLS names differ from stream to stream (`sni`): the one that the connection must have
   */
  take(first: boolean, destination?: string, serverName?: string): ServerLink | undefined;
  /**
   * A new connection; failures as with TransportProvider.connect().
   * @param greeting the PROXY header that it begins with, '' = none
   * @param first and destination and serverName: see take()
   */
  connect(
    transports: TransportProvider,
    spec: ConnectSpec,
    owner: TransportOwner,
    first: boolean,
    greeting: string,
    destination: string,
    serverName: string | undefined,
  ): Transport;
  /** Keeps an idle connection, or closes it when the pool is full. */
  put(link: ServerLink): void;
  /** Closes some of those that nobody needed since the last call. */
  purge(): void;
  /** Closes all. */
  clear(): void;
}
