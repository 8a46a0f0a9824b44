import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from './transport.js';

/** A connection to a server, in use by a stream or idle in the server's pool. */
export interface ServerLink {
  transport: Transport;
  /** Requests sent over it so far. */
  requests: number;
  /** What it was made for, see linkKey(). undefined = it may stand for all. */
  key?: string | undefined;
}

/** Who waits for a connection to a server. */
export interface LinkOwner extends TransportOwner {
  /** The protocol was agreed on: the connection is this one in place of that which connect() gave; onConnect() follows. */
  replaced(transport: Transport): void;
}

/**
 * What tells connections of a server apart that no other stream may use in their place: the PROXY header that they began
 * with, and where they go where the server has no address of its own. '' = nothing does.
 */
export const linkKey = (greeting: string, destination: string): string =>
  greeting === '' ? destination : `${greeting}\0${destination}`;

/** A server's idle connections (manual 4.2 `http-reuse`, 5.2 `pool-max-conn` and following). */
export interface LinkPool {
  readonly idle: number;
  /** False with `http-reuse never`: what was a client's stays that client's. */
  readonly shared: boolean;
  /** Whether a request for a WebSocket may get another connection than others get. */
  readonly choosy: boolean;
  /**
   * @param first the client's first request: see `http-reuse`
   * @param key linkKey() that the connection must have
   * @param serverName where TLS names differ from stream to stream (`sni`): the one that the connection must have
   * @param webSocket the request asks for one, where `choosy`
   */
  take(first: boolean, key?: string, serverName?: string, webSocket?: boolean): ServerLink | undefined;
  /**
   * A new connection; failures as with TransportProvider.connect().
   * @param greeting the PROXY header that it begins with, '' = none
   * @param first and key and serverName and webSocket: see take()
   */
  connect(
    transports: TransportProvider,
    spec: ConnectSpec,
    owner: LinkOwner,
    first: boolean,
    greeting: string,
    key: string,
    serverName: string | undefined,
    webSocket: boolean,
  ): Transport;
  /** Keeps an idle connection, or closes it when the pool is full. */
  put(link: ServerLink): void;
  /** Closes some of those that nobody needed since the last call. */
  purge(): void;
  /** Closes all. */
  clear(): void;
}
