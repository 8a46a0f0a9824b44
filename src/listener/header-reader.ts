import { clock } from '../base/clock.js';
import { type Timed, timers } from '../base/timer-wheel.js';
import type { ConnectionError, ReceivedHeader } from '../core/proxy-header.js';
import type { Endpoint, Transport, TransportOwner } from '../core/transport.js';
import { netscalerParser } from '../protocol/proxy-protocol/netscaler.js';
import type { HeaderOutcome, HeaderParser } from '../protocol/proxy-protocol/outcome.js';
import { parseProxyHeader } from '../protocol/proxy-protocol/parse.js';
import { Carry } from '../protocol/carry.js';

/** One kind of header that a connection has to begin with. */
export interface ExpectedHeader {
  readonly parse: HeaderParser;
  /** What it is when nothing comes: the client leaves, the connection breaks, the time is over; or only a part came. */
  readonly closed: ConnectionError;
  readonly broken: ConnectionError;
  readonly timedOut: ConnectionError;
  readonly truncated: ConnectionError;
}

export const PROXY_HEADER: ExpectedHeader = {
  parse: parseProxyHeader,
  closed: 11,
  broken: 12,
  timedOut: 13,
  truncated: 14,
};

export const netscalerHeader = (magic: number): ExpectedHeader => ({
  parse: netscalerParser(magic),
  closed: 18,
  broken: 19,
  timedOut: 20,
  truncated: 21,
});

/** Who is told, once, how the reading ended. */
export interface HeaderReaderUser {
  /** All headers are there. Whoever owns the transport when this returns receives the bytes behind them. */
  headersRead(headers: readonly ReceivedHeader[]): void;
  /** @param source what a header had said of the client before it went wrong */
  headersFailed(error: ConnectionError, source: Endpoint | undefined): void;
}

/**
 * Takes headers off the beginning of a connection. It only knows the transport, so that what comes next may be a
 * session or TLS: `headersRead` gives the transport its next owner.
 *
 * HAProxy refuses a header that arrives in pieces; the specification recommends to wait for the rest (section 2), and so
 * does this.
 */
export class HeaderReader implements TransportOwner, Timed {
  deadline = 0;
  slot = -1;
  previousTimed: Timed | null = null;
  nextTimed: Timed | null = null;

  private readonly headers: ReceivedHeader[] = [];
  private carry: Carry | undefined = undefined;
  private over = false;

  /** @param timeout ms for all of it, 0 = none */
  constructor(
    private readonly transport: Transport,
    private readonly expected: readonly ExpectedHeader[],
    private readonly user: HeaderReaderUser,
    timeout: number,
  ) {
    transport.owner = this;
    if (timeout > 0) timers.arm(this, timeout);
    transport.start();
  }

  /** Gives up; the user is not told. */
  cancel(): void {
    this.over = true;
    timers.disarm(this);
  }

  onData(buffer: Buffer, length: number): void {
    if (this.over) return;
    if (this.carry === undefined) {
      this.read(buffer, 0, length);
      return;
    }
    const { carry } = this;
    carry.append(buffer, length);
    this.carry = undefined;
    this.read(carry.buffer, carry.start, carry.end);
  }

  private read(buffer: Buffer, start: number, end: number): void {
    let at = start;
    while (this.headers.length < this.expected.length) {
      const bytes = buffer.subarray(at, end);
      const outcome = this.current.parse(bytes, bytes.length);
      if (outcome.kind !== 'header') {
        this.stuck(outcome, buffer, at, end);
        return;
      }
      this.headers.push(outcome.header);
      at += outcome.length;
    }
    this.cancel();
    this.user.headersRead(this.headers);
    if (at < end && !this.transport.closed) this.transport.owner.onData(buffer.subarray(at, end), end - at);
  }

  private stuck(outcome: HeaderOutcome, buffer: Buffer, at: number, end: number): void {
    if (outcome.kind === 'refused') this.fail(outcome.error, outcome.source);
    else if (at < end) this.carry = new Carry(buffer, at, end);
  }

  private get current(): ExpectedHeader {
    return this.expected[this.headers.length];
  }

  onEnd(): void {
    this.fail(this.carry === undefined ? this.current.closed : this.current.truncated, undefined);
  }

  onTimeout(): void {
    clock.now();
    this.fail(this.carry === undefined ? this.current.timedOut : this.current.truncated, undefined);
  }

  onClose(): void {
    this.fail(this.carry === undefined ? this.current.broken : this.current.truncated, undefined);
  }

  onConnect(): void {}
  onDrain(): void {}

  private fail(error: ConnectionError, source: Endpoint | undefined): void {
    if (this.over) return;
    this.cancel();
    this.user.headersFailed(error, source);
  }
}
