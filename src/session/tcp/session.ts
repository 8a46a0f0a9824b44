import { clock } from '../../base/clock.js';
import type { Timed } from '../../base/timer-wheel.js';
import { timers } from '../../base/timer-wheel.js';
import type { CompiledRule, Reply, StreamControl } from '../../core/action.js';
import { Outcome } from '../../core/action.js';
import { FE, LI } from '../../core/counters.js';
import type { ReceivedHeader } from '../../core/proxy-header.js';
import type { Sample } from '../../core/sample.js';
import type { SessionContext, StreamContext } from '../../core/stream.js';
import type { Endpoint, Transport, TransportOwner } from '../../core/transport.js';
import { Relay, type RelayHooks, type RelaySide } from '../../protocol/transport/relay.js';
import { runRules } from '../../rules/run.js';
import type { Backend } from '../../state/backend.js';
import type { Frontend, Listener } from '../../state/frontend.js';
import type { Pending, PendingQueue } from '../../state/queue.js';
import type { Server } from '../../state/server.js';
import { leave, place, type Placeable, quitQueue } from '../../upstream/placement.js';
import { nextAttempt } from '../../upstream/retry.js';
import { greetingFor } from '../../upstream/dial.js';
import { connectSpec } from '../../upstream/target.js';
import { Carry } from '../carry.js';
import type { Arrival, Ends } from '../arrival.js';
import type { Engine } from '../engine.js';
import { Facts } from '../facts.js';
import { type Failure, RESCUE } from '../rescue.js';
import { tallyAbort, tallyBackend, tallyConnect, tallyConnected, tallyEnd, tallyFailure } from '../tally.js';
import { Timers } from '../timers.js';
import { Dialer } from './dialer.js';

const enum TcpPhase {
  /** `tcp-request content` rules look at what arrives. */
  Inspect,
  Queue,
  TurnAround,
  Connect,
  Data,
  Done,
}
const PHASE_LETTER = ['R', 'Q', 'C', 'C', 'D', '-'];

const enum ContentStep {
  Frontend,
  Backend,
  Ready,
}

/** One connection in TCP mode: rules, a server, then a relay until both sides are closed. */
export class TcpSession implements TransportOwner, Timed, SessionContext, StreamControl, Placeable, RelayHooks {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  queuePrevious: Pending | undefined = undefined;
  queueNext: Pending | undefined = undefined;
  queue: PendingQueue | undefined = undefined;
  queueOrder = 0;
  queueServed = 0;
  priorityClass = 0;
  avoid: Server | undefined = undefined;

  readonly acceptDate: number;
  readonly acceptTick: number;
  readonly handshake: number | undefined;
  readonly receivedHeader: ReceivedHeader | undefined;
  readonly requestCount = 1;
  vars: Map<string, Sample> | undefined;
  txnVars: Map<string, Sample> | undefined = undefined;
  reqVars: Map<string, Sample> | undefined = undefined;
  resVars: Map<string, Sample> | undefined = undefined;
  readonly request = undefined;
  readonly response = undefined;
  readonly responseBuffer = '';
  readonly timers = new Timers();
  readonly log = new Facts();
  backend: Backend | undefined = undefined;
  server: Server | undefined = undefined;

  reply: Reply | undefined = undefined;
  denyStatus = 0;
  tarpit = 0;

  private phase = TcpPhase.Inspect;
  private step = ContentStep.Frontend;
  private readonly rule = { next: 0 };
  private waiting = false;
  private carry: Carry | undefined = undefined;
  private clientEnded = false;
  private logged = false;
  private previousServer: Server | undefined = undefined;
  private dialer: Dialer | undefined = undefined;
  private relay: Relay | undefined = undefined;
  private idleLimit = 0;
  private idleSide: RelaySide = 'client';
  private tunnelTimeout = -1;
  private serverTimeout = -1;
  private clientTimeout = -1;
  private ends: Ends | undefined;
  private sourceOverride: Endpoint | undefined;
  private destinationOverride: Endpoint | undefined;

  constructor(
    readonly transport: Transport,
    readonly frontend: Frontend,
    readonly listener: Listener,
    readonly engine: Engine,
    private readonly onGone: (session: TcpSession) => void,
    arrival?: Arrival,
  ) {
    this.acceptDate = arrival?.acceptDate ?? clock.date();
    this.acceptTick = arrival?.acceptTick ?? clock.recent();
    this.handshake = arrival?.handshake;
    this.receivedHeader = arrival?.receivedHeader;
    this.sourceOverride = arrival?.sourceOverride;
    this.destinationOverride = arrival?.destinationOverride;
    this.vars = arrival?.vars;
    this.ends = arrival?.ends;
    transport.owner = this;
    this.timers.reset(this.acceptTick, this.acceptTick);
    this.log.requestNumber = engine.process.streams++;
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
    return this.clientEnded || this.inspectionOver || (this.carry?.length ?? 0) >= this.engine.bufferSize;
  }
  /** `tcp-request inspect-delay` is over: rules must decide with what is there. */
  private inspectionOver = false;

  open(): void {
    // The log needs the address, and a connection that is gone cannot be asked any more.
    if (this.frontend.logger.active) this.sourceOverride ??= this.transport.remote;
    this.transport.start();
    if (this.frontend.logger.atStart === true) this.writeLog();
    this.inspect();
  }

  /** A rule refused the connection before anything of it was read: no log line, no counters of streams. */
  turnAway(): void {
    this.phase = TcpPhase.Done;
    this.transport.destroy();
    this.onGone(this);
  }

  /** Soft stop: established sessions go on until they end by themselves. */
  retire(): void {}

  // --- rules ---

  private inspect(): void {
    this.waiting = false;
    for (;;) {
      switch (this.step) {
        case ContentStep.Frontend:
          if (!this.run(this.frontend.tcpContent)) return;
          if (!this.chooseBackend()) return;
          break;
        case ContentStep.Backend: {
          const { backend } = this;
          if (backend?.model !== this.frontend.model && !this.run((backend as Backend).tcpContent)) return;
          break;
        }
        case ContentStep.Ready:
          this.findServer();
          return;
      }
      this.step++;
      this.rule.next = 0;
    }
  }

  /** @returns false when it waits or is over */
  private run(rules: CompiledRule[]): boolean {
    if (rules.length === 0) return true;
    const outcome = runRules(rules, this, this.rule);
    if (outcome === Outcome.Continue || outcome === Outcome.Stop) return true;
    if (outcome === Outcome.Wait) {
      this.waiting = true;
      const delay = this.backend?.model.tcpInspectDelay ?? this.frontend.tcpInspectDelay;
      if (!this.inspectionOver) this.arm(Math.max(1, delay - (clock.recent() - this.acceptTick)));
      return false;
    }
    this.frontend.counters[FE.dreq]++;
    this.listener.counters[LI.dreq]++;
    this.end('PR');
    return false;
  }

  private chooseBackend(): boolean {
    const { frontend } = this;
    let backend: Backend | undefined = undefined;
    for (const line of frontend.useBackends) {
      if (line.condition !== undefined && !line.condition(this)) continue;
      backend = line.choose(this);
      if (backend !== undefined) break;
    }
    backend ??= frontend.defaultBackend;
    if (backend === undefined) {
      this.fail('no-backend');
      return false;
    }
    this.backend = backend;
    tallyBackend(backend);
    return true;
  }

  suspend(): () => void {
    this.waiting = true;
    return () => {
      if (this.waiting && this.phase === TcpPhase.Inspect) this.inspect();
    };
  }

  // --- the server ---

  private findServer(): void {
    this.phase = TcpPhase.Queue;
    const backend = this.backend as Backend;
    const placement = place(this, backend);
    if (placement === 'queued') this.arm(backend.timeouts.queue);
    else if (placement === 'no-server') {
      this.phase = TcpPhase.Connect;
      this.fail('no-server');
    } else if (placement === 'queue-full') this.fail('queue-full');
  }

  placed(server: Server): void {
    this.server = server;
    this.log.serverName = server.name;
    this.timers.queueEnd = clock.recent();
    this.attempt(server);
  }

  unplaced(): void {
    this.findServer();
  }

  /** Connects to a server whose slot is ours. */
  private attempt(server: Server): void {
    tallyConnect(this, server, this.previousServer);
    this.previousServer = server;
    this.phase = TcpPhase.Connect;
    const spec = connectSpec(server, this);
    this.log.serverEndpoint = { address: spec.address, port: spec.port, family: spec.address.includes(':') ? 6 : 4 };
    const dialer = new Dialer(this);
    this.dialer = dialer;
    dialer.dial(this.engine.transports, spec, greetingFor(server, this));
    this.arm((this.backend as Backend).timeouts.connect);
  }

  /** The server accepted. */
  connected(upstream: Transport): void {
    const backend = this.backend as Backend;
    this.dialer = undefined;
    this.phase = TcpPhase.Data;
    this.timers.connectEnd = clock.recent();
    tallyConnected(this.server as Server);
    if (backend.keepAlive > 0) upstream.setKeepAlive(true, backend.keepAlive);
    if (this.frontend.logsBackendSource) this.log.backendSource = upstream.local;
    backend.onTraffic?.(this.server as Server, true, 'layer4');
    if (this.frontend.logAsap) this.writeLog();
    this.limitIdleTime(backend);
    const relay = new Relay(this.transport, upstream, this);
    this.relay = relay;
    const { carry } = this;
    this.carry = undefined;
    if (carry !== undefined) relay.feed('client', carry.buffer, carry.start, carry.end);
    if (this.clientEnded) relay.alreadyEnded('client');
    relay.start();
    this.touch();
  }

  /** Both directions count as activity of both sides, so the shorter of the two timeouts is the one that can strike. */
  private limitIdleTime(backend: Backend): void {
    const client = this.clientTimeout >= 0 ? this.clientTimeout : this.frontend.timeouts.client;
    const server = this.serverTimeout >= 0 ? this.serverTimeout : backend.timeouts.server;
    const tunnel = this.tunnelTimeout >= 0 ? this.tunnelTimeout : backend.timeouts.tunnel;
    this.idleSide = server === 0 || (client > 0 && client <= server) ? 'client' : 'server';
    this.idleLimit = tunnel || (this.idleSide === 'client' ? client : server);
  }

  connectFailed(error: string): void {
    this.dialer = undefined;
    this.attemptFailed(error === 'ETIMEDOUT' ? 'connect-timeout' : 'connect-refused');
  }

  private attemptFailed(failure: Failure): void {
    timers.disarm(this);
    this.dialer?.cancel();
    this.dialer = undefined;
    const backend = this.backend as Backend;
    const server = this.server as Server;
    backend.onTraffic?.(server, false, 'layer4');
    const next = nextAttempt(backend, server, this.log.retries);
    if (next === 'give-up') {
      this.fail(failure);
      return;
    }
    this.log.retries++;
    if (next === 'redispatch') {
      this.avoid = server;
      this.dropServer();
      if (failure === 'connect-refused' && backend.balancer.deterministic) this.turnAround(backend);
      else this.findServer();
    } else if (failure === 'connect-refused') this.turnAround(backend);
    else this.attempt(server);
  }

  private turnAround(backend: Backend): void {
    this.phase = TcpPhase.TurnAround;
    this.arm(Math.min(1000, backend.timeouts.connect || 1000));
  }

  private dropServer(): void {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) leave(server);
  }

  // --- the client, until the relay takes over ---

  onConnect(): void {}
  onDrain(): void {}

  onData(buffer: Buffer, length: number): void {
    if (this.carry === undefined) this.carry = new Carry(buffer, 0, length);
    else this.carry.append(buffer, length);
    if (this.carry.length >= this.engine.bufferSize) this.transport.pause();
    if (this.waiting) this.inspect();
  }

  onEnd(): void {
    this.clientEnded = true;
    if (this.waiting) this.inspect();
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

  private arm(timeout: number): void {
    if (timeout > 0) timers.arm(this, timeout);
    else timers.disarm(this);
  }

  onTimeout(): void {
    switch (this.phase) {
      case TcpPhase.Inspect:
        this.inspectionOver = true;
        this.inspect();
        return;
      case TcpPhase.Queue:
        this.timers.queueEnd = clock.recent();
        this.fail('queue-timeout');
        return;
      case TcpPhase.TurnAround:
        this.tryAgain();
        return;
      case TcpPhase.Connect:
        this.attemptFailed('connect-timeout');
        return;
      case TcpPhase.Data:
        this.log.termination = this.idleSide === 'client' ? 'cD' : 'sD';
        this.relay?.destroy();
        return;
      case TcpPhase.Done:
        return;
    }
  }

  private tryAgain(): void {
    const { server } = this;
    if (server !== undefined && server.usable) {
      this.attempt(server);
      return;
    }
    this.avoid = server ?? this.avoid;
    this.dropServer();
    this.findServer();
  }

  // --- the end ---

  private fail(failure: Failure): void {
    const rescue = RESCUE[failure];
    tallyFailure(this, rescue);
    this.end(rescue.cause + PHASE_LETTER[this.phase]);
  }

  private end(termination: string): void {
    if (this.phase === TcpPhase.Done) return;
    const { server, relay } = this;
    this.phase = TcpPhase.Done;
    this.waiting = false;
    this.log.termination = termination;
    timers.disarm(this);
    this.timers.end = clock.recent();
    this.dialer?.cancel();
    if (this.queue !== undefined && this.backend !== undefined) quitQueue(this, this.backend);
    tallyEnd(this, false);
    if (!this.logged) this.writeLog();
    if (relay === undefined) this.transport.destroy();
    this.server = undefined;
    if (server !== undefined) leave(server);
    this.onGone(this);
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

  setTimeout(which: 'server' | 'tunnel' | 'client', ms: number): void {
    if (which === 'server') this.serverTimeout = ms;
    else if (which === 'tunnel') this.tunnelTimeout = ms;
    else this.clientTimeout = ms;
  }

  setPriority(which: 'class' | 'offset', value: number): void {
    if (which === 'class') this.priorityClass = value;
  }
}
