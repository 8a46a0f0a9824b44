import { SV } from '../core/counters.js';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import type { LinkPool, ServerLink } from '../core/upstream.js';
import type { ProxyModel } from '../config/model.js';
import { H2Link } from '../protocol/h2/link.js';
import { H2ServerConnection, type ConnectionKeeper } from '../protocol/h2/server-connection.js';
import type { H2Limits } from '../protocol/h2/limits.js';
import type { Server } from '../state/server.js';
import { dial } from './dial.js';

/** What connections to servers may be like. */
export interface H2ServerLimits {
  readonly limits: H2Limits;
  readonly heads: { readonly maxHeaders: number; readonly maxHeadSize: number };
}

/**
 * A server's HTTP/2 connections (manual 5.2 `proto`). Each carries as many requests as both sides allow; who may share
 * one follows `http-reuse` (manual 4.2) as it does for idle connections of HTTP/1.
 */
export class H2Pool implements LinkPool, ConnectionKeeper {
  readonly #connections: H2ServerConnection[] = [];
  readonly #mode: ProxyModel['httpReuse'];
  readonly #most: number;
  readonly #maxReuse: number;
  /** Idle ones that nobody needed since the last purge. */
  #unused = 0;

  constructor(
    readonly server: Server,
    private readonly own: H2ServerLimits,
  ) {
    const { poolPurgeDelay, poolMaxConn, maxReuse } = server.model;
    this.#mode = server.backend.model.httpReuse;
    this.#most = poolPurgeDelay === 0 ? 0 : poolMaxConn === undefined || poolMaxConn < 0 ? Infinity : poolMaxConn;
    this.#maxReuse = maxReuse === undefined || maxReuse < 0 ? Infinity : maxReuse;
  }

  /** What is left of a request is never a connection: there is nothing that a client could keep. */
  readonly shared = true;
  readonly choosy = false;

  get idle(): number {
    return this.#connections.reduce((count, connection) => count + (connection.idle ? 1 : 0), 0);
  }

  /** @param extended only one whose server knows RFC 8441: the request could take another way */
  take(first: boolean, key = '', serverName = '', extended = false): ServerLink | undefined {
    const suits = extended ? knowsExtendedConnect : isEstablished;
    const connection = this.#find(first, keyOf(key, serverName), suits);
    if (connection === undefined) return undefined;
    return this.#use(connection, NOBODY);
  }

  /** Another request's connection that does not stand yet may be waited for, too. */
  connect(
    transports: TransportProvider,
    spec: ConnectSpec,
    owner: TransportOwner,
    first: boolean,
    greeting: string,
    key: string,
    serverName = '',
  ): Transport {
    const whole = keyOf(key, serverName);
    const shared = this.#find(first, whole, (each) => !each.established);
    const connection = shared ?? this.#open((own) => dial(transports, spec, own, greeting), whole);
    return connection.link(owner);
  }

  /**
   * HTTP/2 was agreed on, over a connection that stands: its first request goes over it.
   * @param again makes another one like it
   */
  adopt(
    transport: Transport,
    owner: TransportOwner,
    key: string,
    serverName: string,
    again: (owner: TransportOwner) => Transport,
  ): { readonly connection: H2ServerConnection; readonly link: H2Link } {
    let first: Transport | undefined = transport;
    const connection = this.#open(
      (own) => {
        const standing = first;
        first = undefined;
        return standing ?? again(own);
      },
      keyOf(key, serverName),
    );
    return { connection, link: connection.link(owner) };
  }

  #open(connect: (owner: TransportOwner) => Transport, key: string): H2ServerConnection {
    const connection = new H2ServerConnection(connect, key, this.own.limits, this.own.heads, this);
    this.#connections.push(connection);
    return connection;
  }

  noRoom({ dial: connect, key }: H2ServerConnection, links: readonly H2Link[]): void {
    this.#open(connect, key).adopt(links);
  }

  #find(
    first: boolean,
    key: string,
    suits: (connection: H2ServerConnection) => boolean,
  ): H2ServerConnection | undefined {
    if (this.#mode === 'never' || (first && this.#mode === 'safe')) return undefined;
    return this.#connections.find((connection) => {
      if (!connection.hasRoom || connection.key !== key || !suits(connection)) return false;
      return !(first && this.#mode === 'aggressive') || connection.requests > 1;
    });
  }

  #use(connection: H2ServerConnection, owner: TransportOwner): ServerLink {
    const link = { transport: connection.link(owner), requests: connection.requests };
    if (connection.requests + 1 > this.#maxReuse) connection.retire();
    this.#count();
    return link;
  }

  /** A request is over; its connection is not. */
  put({ transport }: ServerLink): void {
    if (transport instanceof H2Link) transport.letGo();
    else transport.destroy();
  }

  connectionIdle(connection: H2ServerConnection): void {
    if (this.#mode === 'never' || this.idle > this.#most) connection.retire();
    else this.#count();
  }

  connectionGone(connection: H2ServerConnection): void {
    const at = this.#connections.indexOf(connection);
    if (at >= 0) this.#connections.splice(at, 1);
    this.#count();
  }

  #count(): void {
    const { idle } = this;
    if (idle < this.#unused) this.#unused = idle;
    this.server.counters[SV.idleConn] = this.server.pool.idle;
  }

  purge(): void {
    for (let count = Math.ceil(this.#unused / 2); count > 0; count--)
      this.#connections.find(({ idle }) => idle)?.retire();
    this.#unused = this.idle;
  }

  clear(): void {
    for (const connection of this.#connections.slice()) connection.retire();
  }
}

const isEstablished = ({ established }: H2ServerConnection): boolean => established;
const knowsExtendedConnect = ({ established, peer }: H2ServerConnection): boolean =>
  established && peer.enableConnect === true;

/** The owner of a link until its stream takes it over, which is at once. */
const NOBODY: TransportOwner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };

/** Where TLS names are the server's own, they tell nothing apart. */
const keyOf = (key: string, serverName: string): string => `${key}\0${serverName}`;
