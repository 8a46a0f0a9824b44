import { type Timed, timers } from '../../base/timer-wheel.js';
import { Outcome } from '../../core/action.js';
import { BE, FE, LI, SV } from '../../core/counters.js';
import type { Transport, TransportOwner } from '../../core/transport.js';
import type { Relay } from '../../protocol/transport/relay.js';
import { runRules } from '../../rules/run.js';
import type { Backend } from '../../state/backend.js';
import { Carry } from '../../protocol/carry.js';
import type { TcpSession } from './session.js';

/**
 * `tcp-response content` rules (manual 4.2): holds back what the server sends until they have decided. It stands
 * between the server's connection and the relay, whose other direction runs meanwhile, and leaves when it is done.
 */
export class ResponseInspection implements TransportOwner, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;
  /** Rules are waiting for more, or for something that is not traffic. */
  waiting = false;
  private readonly rule = { next: 0 };
  private held: Carry | undefined = undefined;
  private ended = false;
  private over = false;
  private done = false;

  /** @param relay not started yet */
  constructor(
    private readonly session: TcpSession,
    private readonly upstream: Transport,
    private readonly relay: Relay,
  ) {
    upstream.owner = this;
  }

  /** What the server has sent so far, latin1. */
  get buffer(): string {
    const { held } = this;
    return held === undefined ? '' : held.buffer.latin1Slice(held.start, held.end);
  }

  /** Whether the rules must decide with what is there. */
  get final(): boolean {
    return this.over || this.ended || (this.held?.length ?? 0) >= this.session.engine.bufferSize;
  }

  /** The first look, when the server accepted: the delay counts from here. */
  begin(): void {
    const delay = (this.session.backend as Backend).model.tcpResponseInspectDelay ?? 0;
    this.over = delay === 0;
    this.run();
    if (this.waiting) timers.arm(this, delay);
  }

  /** Runs the rules from where they stand. */
  run(): void {
    if (this.done) return;
    this.waiting = false;
    switch (runRules((this.session.backend as Backend).tcpResponse, this.session, this.rule)) {
      case Outcome.Continue:
      case Outcome.Stop:
        this.release();
        return;
      case Outcome.Wait:
        this.waiting = true;
        return;
      default:
        this.refuse();
    }
  }

  /** The relay takes over, beginning with what was held back. */
  private release(): void {
    const { relay, held } = this;
    this.finish();
    this.upstream.owner = relay.server;
    if (held !== undefined) relay.feed('server', held.buffer, held.start, held.end);
    if (this.ended) relay.alreadyEnded('server');
    else if (held !== undefined && !this.upstream.closed) relay.server.read();
  }

  private refuse(): void {
    const { session } = this;
    this.finish();
    session.frontend.counters[FE.dresp]++;
    session.listener.counters[LI.dresp]++;
    if (session.backend !== undefined) session.backend.counters[BE.dresp]++;
    if (session.server !== undefined) session.server.counters[SV.dresp]++;
    session.refuseResponse(this.held?.length ?? 0);
  }

  private finish(): void {
    this.done = true;
    this.waiting = false;
    timers.disarm(this);
  }

  onTimeout(): void {
    this.over = true;
    if (this.waiting) this.run();
  }

  // --- the server ---

  onConnect(): void {}

  onData(buffer: Buffer, length: number): void {
    if (this.done) return;
    if (this.held === undefined) this.held = new Carry(buffer, 0, length);
    else this.held.append(buffer, length);
    this.session.onBytes('server', 0);
    if (this.held.length >= this.session.engine.bufferSize) this.upstream.pause();
    if (this.waiting) this.run();
  }

  onEnd(): void {
    this.ended = true;
    if (this.waiting) this.run();
  }

  onDrain(): void {
    this.relay.server.onDrain();
  }

  onClose(error: string): void {
    const clientGone = this.relay.client.transport.closed;
    if (error !== '') this.over = true;
    else this.ended = true;
    if (this.waiting && !clientGone) this.run();
    this.finish();
    this.relay.server.onClose(error);
  }
}
