import { SV } from '../core/counters.js';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import { dial } from './dial.js';
import type { LinkPool, ServerLink } from '../core/upstream.js';
import type { ProxyModel } from '../config/model.js';
import type { Server } from '../state/server.js';

/** An idle connection watches for its end: a server that closes or talks out of turn loses its place. */
class IdleLink implements ServerLink, TransportOwner {
  list: IdleList | undefined = undefined;
  older: IdleLink | undefined = undefined;
  newer: IdleLink | undefined = undefined;

  constructor(
    readonly transport: Transport,
    public requests: number,
    readonly key: string | undefined,
    readonly pool: ConnectionPool,
  ) {}

  onConnect(): void {}
  onDrain(): void {}

  onData(): void {
    this.#drop();
  }

  onEnd(): void {
    this.#drop();
  }

  onClose(): void {
    this.pool.forget(this);
  }

  #drop(): void {
    this.pool.forget(this);
    this.transport.destroy();
  }
}

/*  oldest ⇄ … ⇄ newest      taken from the newest end, purged from the oldest; leaving from anywhere is O(1)  */
class IdleList {
  oldest: IdleLink | undefined = undefined;
  newest: IdleLink | undefined = undefined;
  length = 0;

  push(link: IdleLink): void {
    link.list = this;
    link.older = this.newest;
    link.newer = undefined;
    if (this.newest === undefined) this.oldest = link;
    else this.newest.newer = link;
    this.newest = link;
    this.length++;
  }

  remove(link: IdleLink): void {
    if (link.older === undefined) this.oldest = link.newer;
    else link.older.newer = link.newer;
    if (link.newer === undefined) this.newest = link.older;
    else link.newer.older = link.older;
    link.list = undefined;
    link.older = undefined;
    link.newer = undefined;
    this.length--;
  }
}

/** -1 means no limit, like nothing (manual 5.2 `pool-max-conn`, `max-reuse`). */
const orUnlimited = (limit: number | undefined): number => (limit === undefined || limit < 0 ? Infinity : limit);

/**
 * A server's idle connections, the most recently used first. Connections that already served a second request are
 * proven: with `http-reuse aggressive` those may carry a client's first request, with `safe` none does, because a first
 * request that fails on an idle connection is not retried by the client (manual 4.2 `http-reuse`).
 *
 * No more are kept than the server recently needed at once; the rest would only grow old.
 */
export class ConnectionPool implements LinkPool {
  readonly #fresh = new IdleList();
  readonly #proven = new IdleList();
  readonly #mode: ProxyModel['httpReuse'];
  readonly #limit: number;
  readonly #low: number;
  readonly #maxReuse: number;
  /** Most connections in use at once lately. */
  #needed = 0;
  /** Fewest idle connections since the last purge: nobody needed those. */
  #unused = 0;

  constructor(readonly server: Server) {
    const { model } = server;
    // connections to a `dispatch` address stay with their client (manual 4.2, `http-reuse`)
    this.#mode = server.stopgap ? 'never' : server.backend.model.httpReuse;
    this.#limit = model.poolPurgeDelay === 0 ? 0 : orUnlimited(model.poolMaxConn);
    this.#low = model.poolLowConn ?? 0;
    this.#maxReuse = orUnlimited(model.maxReuse);
  }

  readonly choosy = false;

  get shared(): boolean {
    return this.#mode !== 'never';
  }

  get idle(): number {
    return this.#fresh.length + this.#proven.length;
  }

  take(first: boolean, key = '', serverName?: string): ServerLink | undefined {
    const { served } = this.server;
    if (served > this.#needed) this.#needed = served;
    if (!this.shared || (first && this.#mode === 'safe')) return undefined;
    for (;;) {
      const link =
        this.#newest(this.#proven, key, serverName) ??
        (first && this.#mode === 'aggressive' ? undefined : this.#newest(this.#fresh, key, serverName));
      if (link === undefined) return undefined;
      link.list?.remove(link);
      this.#count();
      // a broken one is told of its end only after the current event
      if (!link.transport.closed) return link;
    }
  }

  /** With keys or TLS names of their own, connections stand for each other only where these are the same. */
  #newest(list: IdleList, key: string, serverName: string | undefined): IdleLink | undefined {
    let link = list.newest;
    const named = this.server.tlsName !== undefined;
    while (link !== undefined && !fits(link, key, named ? (serverName ?? '') : undefined)) link = link.older;
    return link;
  }

  connect(
    transports: TransportProvider,
    spec: ConnectSpec,
    owner: TransportOwner,
    _first: boolean,
    greeting: string,
  ): Transport {
    return dial(transports, spec, owner, greeting);
  }

  put(link: ServerLink): void {
    if (!this.#mayKeep(link) || !(this.#hasRoom || (link.key !== undefined && this.#makeRoom()))) {
      // RST rather than FIN, as HAProxy: it is over for both, and our ports are not held in TIME_WAIT.
      link.transport.reset();
      return;
    }
    const idle = link instanceof IdleLink ? link : new IdleLink(link.transport, link.requests, link.key, this);
    idle.transport.owner = idle;
    (idle.requests > 1 ? this.#proven : this.#fresh).push(idle);
    this.#count();
  }

  #mayKeep({ transport, requests }: ServerLink): boolean {
    if (this.#mode === 'never' || requests > this.#maxReuse || transport.closed) return false;
    // otherwise it was made before `set server … ssl` changed what connections are like
    return (transport.tls === undefined) === (this.server.tls === undefined);
  }

  /** The stream that gives a connection back still counts as served. */
  get #hasRoom(): boolean {
    const { idle } = this;
    const used = this.server.served - 1;
    return idle < this.#limit && (idle === 0 || used + idle < Math.max(used, this.#needed) + this.#low);
  }

  /** A connection that few can use gives way to one like it: its client is likelier to come back. */
  #makeRoom(): boolean {
    const link = this.#fresh.oldest ?? this.#proven.oldest;
    if (link === undefined) return false;
    this.forget(link);
    link.transport.reset();
    return true;
  }

  #count(): void {
    const { idle } = this;
    if (idle < this.#unused) this.#unused = idle;
    this.server.counters[SV.idleConn] = this.server.pool.idle;
  }

  forget(link: IdleLink): void {
    if (link.list === undefined) return;
    link.list.remove(link);
    this.#count();
  }

  /**
   * Closes half of the connections that stayed unused since the last call (manual 5.2 `pool-purge-delay`), so that a
   * peak's connections go away and a steady load's stay.
   */
  purge(): void {
    for (let count = Math.ceil(this.#unused / 2); count > 0; count--) {
      const link = this.#fresh.oldest ?? this.#proven.oldest;
      if (link === undefined) break;
      this.forget(link);
      link.transport.reset();
    }
    this.#unused = this.idle;
    this.#needed = Math.max(this.server.served, Math.ceil(this.#needed / 2));
  }

  clear(): void {
    for (const list of [this.#fresh, this.#proven]) {
      while (list.oldest !== undefined) {
        const link = list.oldest;
        this.forget(link);
        link.transport.destroy();
      }
    }
  }
}

function fits({ key, transport }: ServerLink, wanted: string, serverName: string | undefined): boolean {
  return (key ?? '') === wanted && (serverName === undefined || transport.tls?.serverName === serverName);
}
