import { SV } from '../core/counters.js';
import type { Transport, TransportOwner } from '../core/transport.js';
import type { LinkPool, ServerLink } from '../core/upstream.js';
import type { ProxyModel } from '../config/model.js';
import type { Server } from '../state/server.js';

/** An idle connection watches for its end: a server that closes or talks out of turn loses its place. */
class IdleLink implements ServerLink, TransportOwner {
  constructor(
    readonly transport: Transport,
    public requests: number,
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

/**
 * A server's idle connections, the most recently used first. Connections that already served a second request are
 * proven: with `http-reuse aggressive` those may carry a client's first request, with `safe` none does, because a first
 * request that fails on an idle connection is not retried by the client (manual 4.2 `http-reuse`).
 */
export class ConnectionPool implements LinkPool {
  readonly #fresh: IdleLink[] = [];
  readonly #proven: IdleLink[] = [];
  readonly #mode: ProxyModel['httpReuse'];
  readonly #limit: number;
  readonly #maxReuse: number;
  /** Most connections idle at once that nobody needed since the last purge. */
  #unused = 0;

  constructor(readonly server: Server) {
    const { model } = server;
    this.#mode = server.backend.model.httpReuse;
    this.#limit = model.poolMaxConn ?? Infinity;
    this.#maxReuse = model.maxReuse ?? Infinity;
  }

  get idle(): number {
    return this.#fresh.length + this.#proven.length;
  }

  take(first: boolean): ServerLink | undefined {
    if (first && this.#mode === 'safe') return undefined;
    const link = this.#proven.pop() ?? (first && this.#mode === 'aggressive' ? undefined : this.#fresh.pop());
    if (link === undefined) return undefined;
    const idle = this.idle;
    if (idle < this.#unused) this.#unused = idle;
    this.server.counters[SV.idleConn] = idle;
    return link;
  }

  put(link: ServerLink): void {
    if (this.#mode === 'never' || this.idle >= this.#limit || link.requests > this.#maxReuse || link.transport.closed) {
      link.transport.destroy();
      return;
    }
    const idle = link instanceof IdleLink ? link : new IdleLink(link.transport, link.requests, this);
    idle.transport.owner = idle;
    (idle.requests > 1 ? this.#proven : this.#fresh).push(idle);
    this.server.counters[SV.idleConn] = this.idle;
  }

  forget(link: IdleLink): void {
    removeFrom(this.#fresh, link);
    removeFrom(this.#proven, link);
    this.server.counters[SV.idleConn] = this.idle;
  }

  /**
   * Closes half of the connections that stayed unused since the last call (manual 5.2 `pool-purge-delay`), so that a
   * peak's connections go away and a steady load's stay.
   */
  purge(): void {
    const surplus = Math.min(this.#unused, this.idle);
    for (let count = Math.ceil(surplus / 2); count > 0; count--) {
      const link = this.#fresh.shift() ?? this.#proven.shift();
      link?.transport.destroy();
    }
    this.#unused = this.idle;
  }

  clear(): void {
    for (const link of [...this.#fresh, ...this.#proven]) link.transport.destroy();
  }
}

function removeFrom(list: IdleLink[], link: IdleLink): void {
  const at = list.lastIndexOf(link);
  if (at >= 0) list.splice(at, 1);
}
