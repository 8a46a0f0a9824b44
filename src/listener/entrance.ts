import { clock } from '../base/clock.js';
import { CONNECTION_ERRORS, type ConnectionError, type ReceivedHeader } from '../core/proxy-header.js';
import type { Sample } from '../core/sample.js';
import type { Tracked } from '../core/stick-table.js';
import type { ConnectionFailure } from '../core/stream.js';
import type { Endpoint, Transport } from '../core/transport.js';
import type { Arrival, Ends } from '../session/arrival.js';
import { ConnectionContext } from '../session/connection-context.js';
import type { Engine } from '../session/engine.js';
import type { Frontend, Listener } from '../state/frontend.js';
import {
  type ExpectedHeader,
  HeaderReader,
  type HeaderReaderUser,
  netscalerHeader,
  PROXY_HEADER,
} from './header-reader.js';
import { logFailure } from './failure-log.js';
import type { Session } from './session.js';

/** What an entrance needs of the one who admits it. */
export interface EntranceUser {
  readonly engine: Engine;
  /** `tcp-request connection`. @returns false when they refuse */
  connectionAllowed(context: ConnectionContext, listener: Listener): boolean;
  /** The connection has shown its header: `entrance.transport` gets TLS, or its session. */
  arrived(entrance: Entrance): void;
  /** It is over before it began. */
  left(entrance: Entrance): void;
}

/** Whether connections to a listener may have a header to show before they are sessions. */
export function needsEntrance({ bind, frontend }: Listener): boolean {
  if (bind.acceptProxy || bind.acceptNetscalerCip !== undefined) return true;
  return frontend.tcpConnection.some(({ action }) => action === 'expect-proxy' || action === 'expect-netscaler-cip');
}

/**
 * A connection that is no session yet: its rules run (`tcp-request connection`), then its PROXY or NetScaler header is
 * read. Made only for listeners that need it.
 *
 *     accept ─► rules ─► headers ─► session
 *                └─ refused  └─ no header: logged, counted as a connection only
 */
export class Entrance implements Session, Arrival, HeaderReaderUser {
  readonly acceptDate = clock.date();
  readonly acceptTick = clock.recent();
  readonly requestCount = 0;
  silent = false;
  readonly currentServer = undefined;
  readonly frontend: Frontend;
  vars: Map<string, Sample> | undefined = undefined;
  tracked: Tracked | undefined = undefined;
  sourceOverride: Endpoint | undefined = undefined;
  destinationOverride: Endpoint | undefined = undefined;
  receivedHeader: ReceivedHeader | undefined = undefined;
  failure: ConnectionFailure | undefined = undefined;
  handshakeEnd = -1;
  ends: Ends | undefined = undefined;
  private readonly context: ConnectionContext;
  private reader: HeaderReader | undefined = undefined;
  private over = false;

  constructor(
    readonly transport: Transport,
    readonly listener: Listener,
    private readonly user: EntranceUser,
  ) {
    this.frontend = listener.frontend;
    this.context = new ConnectionContext(this, listener.frontend);
  }

  get connection(): Ends {
    return this.ends ?? this.transport;
  }
  set connection(ends: Ends) {
    this.ends = ends;
  }
  get source(): Endpoint {
    return this.sourceOverride ?? this.transport.remote;
  }
  set source(endpoint: Endpoint) {
    this.sourceOverride = endpoint;
  }
  get destination(): Endpoint {
    return this.destinationOverride ?? this.transport.local;
  }
  set destination(endpoint: Endpoint) {
    this.destinationOverride = endpoint;
  }

  open(): void {
    const { listener, frontend, user } = this;
    if (!user.connectionAllowed(this.context, listener)) {
      this.turnAway();
      return;
    }
    const expected = this.expected();
    if (expected.length === 0) {
      user.arrived(this);
      return;
    }
    // The log needs the address, and a connection that is gone cannot be asked any more.
    if (frontend.logger.active) void this.transport.remote;
    this.reader = new HeaderReader(this.transport, expected, this, frontend.timeouts.client);
  }

  /** The NetScaler header is the outer one, as in HAProxy. */
  private expected(): ExpectedHeader[] {
    const { bind } = this.listener;
    const asked = this.context.expected;
    const headers: ExpectedHeader[] = [];
    if (bind.acceptNetscalerCip !== undefined || asked.includes('netscaler')) {
      headers.push(netscalerHeader(bind.acceptNetscalerCip ?? 0));
    }
    if (bind.acceptProxy || asked.includes('proxy')) headers.push(PROXY_HEADER);
    return headers;
  }

  headersRead(headers: readonly ReceivedHeader[]): void {
    for (const header of headers) {
      this.receivedHeader = header;
      this.sourceOverride = header.source ?? this.sourceOverride;
      this.destinationOverride = header.destination ?? this.destinationOverride;
    }
    this.handshakeEnd = clock.recent();
    this.user.arrived(this);
  }

  headersFailed(error: ConnectionError, source: Endpoint | undefined): void {
    this.failure = { code: error, text: CONNECTION_ERRORS[error], tlsCode: 0, tlsText: '' };
    this.handshakeEnd = clock.recent();
    if (source !== undefined) this.source = source;
    logFailure(this.context, this.failure);
    // Bytes that nobody will answer are answered with a reset, as the kernel does when they were not read.
    if (error === 11 || error === 13 || error === 18 || error === 20) this.transport.destroy();
    else this.transport.reset();
    this.leave();
  }

  turnAway(): void {
    if (this.silent && !this.frontend.stopping && !this.transport.closed) this.user.engine.silence.hold(this.transport);
    else this.transport.destroy();
    this.leave();
  }

  kill(): void {
    this.turnAway();
  }

  /** Soft stop: it has not asked for anything yet. */
  retire(): void {
    this.turnAway();
  }

  /** Nothing has been counted, or will be. */
  recount(): void {}

  private leave(): void {
    if (this.over) return;
    this.over = true;
    this.reader?.cancel();
    this.user.left(this);
  }
}
