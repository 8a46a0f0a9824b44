import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import { Outcome, type Reply, type StreamControl } from '../../core/action.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import type { Sample } from '../../core/sample.js';
import type { Tracked } from '../../core/stick-table.js';
import type { ConnectionFailure, SessionContext, StreamContext } from '../../core/stream.js';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { Relay, type RelayHooks, type RelaySide } from '../../protocol/transport/relay.js';
import type { Backend } from '../../state/backend.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Server } from '../../state/server.js';
import type { Killer } from '../../upstream/health-listener.js';
import { leave } from '../../upstream/placement.js';
import { type Remembered, storeSticky } from '../../upstream/sticking.js';
import { Carry } from '../../protocol/carry.js';
import type { Arrival, Ends } from '../arrival.js';
import type { Engine } from '../engine.js';
import { Facts } from '../facts.js';
import { countBytes } from '../../rules/tracking.js';
import { type Failure, RESCUE } from '../rescue.js';
import { partUnread } from '../parting.js';
import { afterTurnAround } from '../retrying.js';
import { tallyAbort, tallyConnected, tallyBytes, tallyEnd, tallyFailure } from '../tally.js';
import { Timers } from '../timers.js';
import { TcpAttempts } from './attempts.js';
import { Inspection } from './inspection.js';
import { PHASE_LETTER, TcpPhase } from './phase.js';
import { ResponseInspection } from './response-inspection.js';

export type HttpVersion = 'h1' | 'h2';

/** One connection in TCP mode: rules, a server, then a relay until both sides are closed. */
export class TcpSession implements TransportOwner, Timed, SessionContext, StreamControl, RelayHooks {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  readonly acceptDate: number;
  readonly acceptTick: number;
  handshakeEnd: number;
  failure: ConnectionFailure | undefined = undefined;
  readonly receivedHeader: ReceivedHeader | undefined;
  readonly requestCount = 1;
  silent = false;
  vars: Map<string, Sample> | undefined;
  tracked: Tracked | undefined;
  txnVars: Map<string, Sample> | undefined = undefined;
  reqVars: Map<string, Sample> | undefined = undefined;
  resVars: Map<string, Sample> | undefined = undefined;
  readonly request = undefined;
  readonly response = undefined;
  readonly timers = new Timers();
  readonly log = new Facts();
  backend: Backend | undefined = undefined;
  server: Server | undefined = undefined;
  serverTls: TlsFacts | undefined = undefined;

  /** Keys that get the server of this session (`stick store-request`); undefined = none. */
  sticky: Remembered[] | undefined = undefined;

  reply: Reply | undefined = undefined;
  denyStatus = 0;
  tarpit = 0;

  readonly attempts = new TcpAttempts(this);
  phase = TcpPhase.Inspect;
  private readonly inspection = new Inspection(this);
  private carry: Carry | undefined = undefined;
  clientEnded = false;
  /** Something of the client's was read. */
  private heard = false;
  private logged = false;
  private relay: Relay | undefined = undefined;
  private serverInspection: ResponseInspection | undefined = undefined;
  private idleLimit = 0;
  private idleSide: RelaySide = 'client';
  tunnelTimeout = -1;
  serverTimeout = -1;
  clientTimeout = -1;
  ends: Ends | undefined;
  sourceOverride: Endpoint | undefined;
  destinationOverride: Endpoint | undefined;

  constructor(
    readonly transport: Transport,
    readonly frontend: Frontend,
    readonly listener: Listener,
    readonly engine: Engine,
    private readonly onGone: (session: TcpSession) => void,
    private readonly onHttp: (session: TcpSession, protocol: HttpVersion | undefined, read: Carry | undefined) => void,
    arrival?: Arrival,
  ) {
    this.acceptDate = arrival?.acceptDate ?? clock.date();
    this.acceptTick = arrival?.acceptTick ?? clock.recent();
    this.handshakeEnd = arrival?.handshakeEnd ?? -1;
    this.receivedHeader = arrival?.receivedHeader;
    this.sourceOverride = arrival?.sourceOverride;
    this.destinationOverride = arrival?.destinationOverride;
    this.vars = arrival?.vars;
    this.tracked = arrival?.tracked;
    this.ends = arrival?.ends;
    transport.owner = this;
    this.timers.reset(this.acceptTick, this.acceptTick);
    this.log.requestNumber = engine.process.nextStream();
  }

  get currentServer(): Server | undefined {
    return this.server;
  }
  get client(): this {
    return this;
  }
  get session(): SessionContext {
    return this;
  }
  get stream(): StreamContext {
    return this;
  }
  get connection(): Ends {
    return this.ends ?? this.transport;
  }
  set connection(ends: Ends) {
    this.ends = ends;
  }
  get tls(): TlsFacts | undefined {
    return this.transport.tls;
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
  get requestBuffer(): string {
    return this.carry === undefined ? '' : this.carry.buffer.latin1Slice(this.carry.start, this.carry.end);
  }
  get requestComplete(): boolean {
    return this.clientEnded || this.inspection.over || (this.carry?.length ?? 0) >= this.engine.bufferSize;
  }

  get responseBuffer(): string {
    return this.serverInspection?.buffer ?? '';
  }
  /** Whether the rules that look at the moment have all that they will get. */
  get final(): boolean {
    return this.serverInspection?.final ?? this.requestComplete;
  }

  open(): void {
    // The log needs the address, and a connection that is gone cannot be asked any more.
    if (this.frontend.logger.active) this.sourceOverride ??= this.transport.remote;
    this.transport.start();
    if (this.frontend.logger.atStart === true) this.writeLog();
    this.inspection.run();
  }

  /** A rule refused the connection before anything of it was read: no log line, no counters of streams. */
  turnAway(): void {
    this.phase = TcpPhase.Done;
    this.heard = true; // HAProxy reads nothing of what it turns away
    this.hangUp();
    this.onGone(this);
  }

  /** Soft stop: established sessions go on until they end by themselves. */
  retire(): void {}

  /** What it says is HTTP: another session takes the connection over, with what was read of it. */
  becomeHttp(protocol?: HttpVersion): void {
    const { carry } = this;
    this.phase = TcpPhase.Done;
    this.carry = undefined;
    timers.disarm(this);
    this.onHttp(this, protocol, carry);
  }

  /** `bind … proto none` (manual 5.1): the connection stays what it is. */
  get staysTcp(): boolean {
    return this.listener.bind.proto === 'none';
  }

  /** A rule waits for something that is not traffic. */
  suspend(): () => void {
    this.inspection.waiting = true;
    return () => {
      if (this.inspection.waiting && this.phase === TcpPhase.Inspect) this.inspection.run();
      else if (this.serverInspection?.waiting === true) this.serverInspection.run();
    };
  }

  // --- the server ---

  /** The server accepted. */
  connected(upstream: Transport): void {
    const backend = this.backend as Backend;
    this.serverTls = upstream.tls;
    this.phase = TcpPhase.Data;
    this.timers.connectEnd = clock.recent();
    tallyConnected(this.server as Server);
    if (backend.keepAlive > 0) upstream.setKeepAlive(true, backend.keepAlive);
    if (this.frontend.logsBackendSource) this.log.backendSource = upstream.local;
    backend.onTraffic?.(this.server as Server, true, 'layer4');
    if (backend.sticking !== undefined)
      storeSticky(this.attempts, this.server as Server, backend.sticking, this.sticky);
    if (this.frontend.logAsap) this.writeLog();
    this.limitIdleTime(backend);
    const relay = new Relay(this.transport, upstream, this);
    this.relay = relay;
    const { carry } = this;
    this.carry = undefined;
    // what the client has sent by now reaches the server whatever the rules of the response say
    if (carry !== undefined) relay.feed('client', carry.buffer, carry.start, carry.end);
    if (backend.tcpResponse.length > 0 && !upstream.closed) {
      this.serverInspection = new ResponseInspection(this, upstream, relay);
      this.serverInspection.begin();
      if (upstream.closed) return;
    }
    if (this.clientEnded) relay.alreadyEnded('client');
    relay.start();
    this.touch();
  }

  /** `tcp-response content reject`: both sides are closed, and nothing of the response is sent. */
  refuseResponse(received: number): void {
    this.log.bytesOut += received; // HAProxy counts what has come
    this.log.termination = 'PD';
    this.relay?.destroy();
  }

  /** `tcp-response content close`: the server is left; what it sent so far still goes to the client. */
  leaveServer(): void {
    this.relay?.server.transport.destroy();
  }

  /** Both directions count as activity of both sides, so the shorter of the two timeouts is the one that can strike. */
  private limitIdleTime(backend: Backend): void {
    const client = this.clientTimeout >= 0 ? this.clientTimeout : this.frontend.timeouts.client;
    const server = this.serverTimeout >= 0 ? this.serverTimeout : backend.timeouts.server;
    const tunnel = this.tunnelTimeout >= 0 ? this.tunnelTimeout : backend.timeouts.tunnel;
    this.idleSide = server === 0 || (client > 0 && client <= server) ? 'client' : 'server';
    this.idleLimit = tunnel || (this.idleSide === 'client' ? client : server);
  }

  /** Somebody ends the session who is neither its client nor its server. */
  kill(by: Killer): void {
    if (this.relay === undefined) {
      this.end(by + PHASE_LETTER[this.phase]);
      return;
    }
    this.log.termination = `${by}-`;
    this.relay.destroy();
  }

  // --- the client, until the relay takes over ---

  onConnect(): void {}
  onDrain(): void {}

  onData(buffer: Buffer, length: number): void {
    this.heard = true;
    if (this.carry === undefined) this.carry = new Carry(buffer, 0, length);
    else this.carry.append(buffer, length);
    if (this.carry.length >= this.engine.bufferSize) this.transport.pause();
    if (this.inspection.waiting) this.inspection.run();
  }

  onEnd(): void {
    this.clientEnded = true;
    if (this.inspection.waiting) this.inspection.run();
    else if (this.phase < TcpPhase.Data && this.backend?.model.options.abortonclose === true) this.fail('client-abort');
  }

  onClose(): void {
    if (this.phase === TcpPhase.Done) return;
    if (this.backend !== undefined) tallyAbort(this, 'client');
    this.end('C' + PHASE_LETTER[this.phase]);
  }

  // --- the relay ---

  onBytes(side: RelaySide, count: number): void {
    if (side === 'client') this.log.bytesIn += count;
    else this.log.bytesOut += count;
    this.touch();
  }

  onDrained(): void {
    this.touch();
  }

  onHalfClosed(side: RelaySide): void {
    const { clientFin } = this.frontend.timeouts;
    const { serverFin } = (this.backend as Backend).timeouts;
    const limit = side === 'client' ? serverFin : clientFin;
    if (limit > 0) this.idleLimit = limit;
    this.touch();
  }

  onFinished(side: RelaySide, error: string): void {
    if (this.phase === TcpPhase.Done) return;
    if (error !== '') {
      this.log.termination = side === 'client' ? 'CD' : 'SD';
      tallyAbort(this, side);
    }
    this.end(this.log.termination);
  }

  private touch(): void {
    if (this.idleLimit > 0) timers.arm(this, this.idleLimit);
  }

  // --- time ---

  /** @param timeout ms, 0 = none */
  arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  onTimeout(): void {
    switch (this.phase) {
      case TcpPhase.Inspect:
        this.inspection.over = true;
        this.inspection.run();
        return;
      case TcpPhase.Queue:
        this.timers.queueEnd = clock.recent();
        this.fail('queue-timeout');
        return;
      case TcpPhase.TurnAround:
        afterTurnAround(this.attempts);
        return;
      case TcpPhase.Connect:
        this.attempts.failed('connect-timeout');
        return;
      case TcpPhase.Data:
        this.log.termination = this.idleSide === 'client' ? 'cD' : 'sD';
        tallyAbort(this, this.idleSide);
        this.relay?.destroy();
        return;
      case TcpPhase.Done:
        return;
    }
  }

  recount(): void {
    if (this.phase !== TcpPhase.Done && this.backend !== undefined) tallyBytes(this, this.log.bytesIn);
  }

  // --- the end ---

  fail(failure: Failure): void {
    const rescue = RESCUE[failure];
    tallyFailure(this, rescue);
    this.end(rescue.cause + PHASE_LETTER[this.phase]);
  }

  end(termination: string): void {
    if (this.phase === TcpPhase.Done) return;
    const { server, relay } = this;
    this.phase = TcpPhase.Done;
    this.inspection.waiting = false;
    this.log.termination = termination;
    timers.disarm(this);
    this.timers.end = clock.recent();
    this.attempts.stop();
    this.log.bytesIn += this.carry?.length ?? 0;
    tallyEnd(this, false);
    if (this.tracked !== undefined) countBytes(this);
    if (!this.logged) this.writeLog();
    if (relay === undefined) this.hangUp();
    this.server = undefined;
    if (server !== undefined) leave(server);
    this.onGone(this);
  }

  /** Closes at once, or without the client's knowledge when a rule wants that. */
  private hangUp(): void {
    const { transport } = this;
    if (transport.closed) return;
    if (!this.silent || this.frontend.stopping) {
      if (this.heard || this.clientEnded) transport.destroy();
      else partUnread(transport);
    } else this.engine.silence.hold(this.transport);
  }

  private writeLog(): void {
    this.logged = true;
    this.frontend.logger.stream(this);
  }

  // --- StreamControl ---

  sendInformational(): void {
    // TCP has no informational responses; no action of these rule sets sends one.
  }

  setSource(endpoint: Endpoint): void {
    this.source = endpoint;
  }

  setDestination(endpoint: Endpoint): void {
    this.destination = endpoint;
  }

  switchToHttp(protocol: HttpVersion | undefined): Outcome {
    if (this.staysTcp) return Outcome.Invalid;
    this.inspection.switchTo = protocol ?? 'any';
    return Outcome.Stop;
  }

  setTimeout(which: 'server' | 'tunnel' | 'client', ms: number): void {
    if (which === 'server') this.serverTimeout = ms;
    else if (which === 'tunnel') this.tunnelTimeout = ms;
    else this.clientTimeout = ms;
  }

  get priorityClass(): number {
    return this.attempts.priorityClass;
  }

  get priorityOffset(): number {
    return this.attempts.priorityOffset;
  }

  setPriority(which: 'class' | 'offset', value: number): void {
    if (which === 'class') this.attempts.priorityClass = value;
    else this.attempts.priorityOffset = value;
  }
}
