import type { Sample } from '../../core/sample.js';
import type { Tracked } from '../../core/stick-table.js';
import type { ConnectionFailure, FrontendInfo, ListenerInfo, SessionContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import type { Endpoint } from '../../core/transport.js';

/** What rules say of one request's ends. */
export interface RequestEnds {
  readonly requestSource: Endpoint | undefined;
  readonly requestDestination: Endpoint | undefined;
}

/** A connection as a request sees it whose ends a rule has changed, while other requests on it go on with theirs. */
export class RequestSession implements SessionContext {
  constructor(
    private readonly whole: SessionContext,
    private readonly ends: RequestEnds,
  ) {}

  get source(): Endpoint {
    return this.ends.requestSource ?? this.whole.source;
  }
  set source(endpoint: Endpoint) {
    this.whole.source = endpoint;
  }
  get destination(): Endpoint {
    return this.ends.requestDestination ?? this.whole.destination;
  }
  set destination(endpoint: Endpoint) {
    this.whole.destination = endpoint;
  }
  get connection(): SessionContext['connection'] {
    return this.whole.connection;
  }
  get acceptDate(): number {
    return this.whole.acceptDate;
  }
  get acceptTick(): number {
    return this.whole.acceptTick;
  }
  get handshakeEnd(): number {
    return this.whole.handshakeEnd ?? -1;
  }
  get failure(): ConnectionFailure | undefined {
    return this.whole.failure;
  }
  get receivedHeader(): ReceivedHeader | undefined {
    return this.whole.receivedHeader;
  }
  get tls(): TlsFacts | undefined {
    return this.whole.tls;
  }
  get frontend(): FrontendInfo {
    return this.whole.frontend;
  }
  get listener(): ListenerInfo {
    return this.whole.listener;
  }
  get requestCount(): number {
    return this.whole.requestCount;
  }
  get silent(): boolean {
    return this.whole.silent;
  }
  set silent(silent: boolean) {
    this.whole.silent = silent;
  }
  get tracked(): Tracked | undefined {
    return this.whole.tracked;
  }
  set tracked(tracked: Tracked | undefined) {
    this.whole.tracked = tracked;
  }
  get vars(): Map<string, Sample> | undefined {
    return this.whole.vars;
  }
  set vars(vars: Map<string, Sample> | undefined) {
    this.whole.vars = vars;
  }
}
