import type { TlsConnector } from '../core/tls.js';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import type { LinkOwner, LinkPool, ServerLink } from '../core/upstream.js';
import { H2Link } from '../protocol/h2/link.js';
import { dial } from './dial.js';
import type { H2Pool } from './h2-pool.js';
import type { ConnectionPool } from './pool.js';

/** What connections speak: known beforehand, or agreed on by ALPN. */
export type Speech = 'h1' | 'h2' | 'alpn';

/** What HTTP/1 is offered as, to servers that may choose. */
const OFFERED = { h1: ['http/1.1'], h2: ['h2'] } as const;

/**
 * Connections to a server that speaks HTTP/1 with some and HTTP/2 with others: it chooses by ALPN (manual 5.2 `alpn`), or
 * WebSockets go another way than other requests (`ws`).
 */
export class MixedPool implements LinkPool {
  constructor(
    private readonly h1: ConnectionPool,
    private readonly h2: H2Pool,
    private readonly main: Speech,
    private readonly webSockets: Speech,
    /** `ws auto`: WebSockets may go over a connection that others use. */
    private readonly lenient: boolean,
  ) {}

  get idle(): number {
    return this.h1.idle + this.h2.idle;
  }

  get shared(): boolean {
    return this.h1.shared;
  }

  get choosy(): boolean {
    return this.main !== this.webSockets;
  }

  take(first: boolean, key?: string, serverName?: string, webSocket = false): ServerLink | undefined {
    const speech = webSocket && !this.lenient ? this.webSockets : this.main;
    return (
      (speech === 'h1' ? undefined : this.h2.take(first, key, serverName, webSocket && this.lenient)) ??
      (speech === 'h2' ? undefined : this.h1.take(first, key, serverName))
    );
  }

  connect(
    transports: TransportProvider,
    spec: ConnectSpec,
    owner: LinkOwner,
    first: boolean,
    greeting: string,
    key: string,
    serverName: string | undefined,
    webSocket: boolean,
  ): Transport {
    const speech = webSocket ? this.webSockets : this.main;
    if (speech === 'h1') return this.h1.connect(transports, this.#offering(spec, 'h1'), owner, first, greeting);
    const onlyH2 = this.#offering(spec, 'h2');
    if (speech === 'h2') return this.h2.connect(transports, onlyH2, owner, first, greeting, key, serverName);
    const again = (own: TransportOwner): Transport => dial(transports, onlyH2, own, greeting);
    const agreement = new Agreement(owner, (transport) =>
      this.h2.adopt(transport, owner, key, serverName ?? '', again),
    );
    agreement.transport = dial(transports, spec, agreement, greeting);
    return agreement.transport;
  }

  /** Where the server chooses, only one protocol is left to it. */
  #offering(spec: ConnectSpec, only: 'h1' | 'h2'): ConnectSpec {
    const tls = spec.tls as TlsConnector | undefined;
    if (tls === undefined || tls.alpn.length === 0) return spec;
    return { ...spec, tls: tls.named(tls.serverName, OFFERED[only]) };
  }

  put(link: ServerLink): void {
    if (link.transport instanceof H2Link) this.h2.put(link);
    else this.h1.put(link);
  }

  purge(): void {
    this.h1.purge();
    this.h2.purge();
  }

  clear(): void {
    this.h1.clear();
    this.h2.clear();
  }
}

type Adopt = (transport: Transport) => ReturnType<H2Pool['adopt']>;

/** Owns a connection until its handshake has shown what will be spoken. */
class Agreement implements TransportOwner {
  transport!: Transport;

  constructor(
    private readonly owner: LinkOwner,
    private readonly adopt: Adopt,
  ) {}

  onData(): void {}
  onEnd(): void {}
  onDrain(): void {}

  onClose(error: string): void {
    this.owner.onClose(error);
  }

  onConnect(): void {
    const { transport, owner } = this;
    if (transport.tls?.alpn !== 'h2') {
      transport.owner = owner;
      owner.onConnect();
      return;
    }
    const { connection, link } = this.adopt(transport);
    owner.replaced(link);
    connection.onConnect();
  }
}
