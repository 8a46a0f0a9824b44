import type { TransportProvider } from '../core/transport.js';
import type { ParseOptions } from '../protocol/h1/parser.js';
import type { ThreadedRate } from '../state/figures.js';
import type { ProcessState } from '../state/process-state.js';
import type { H2Limits } from '../protocol/h2/limits.js';
import type { Silence } from './silence.js';

/** `maxconnrate` and `maxsessrate`: every connection is a session here, so the smaller one is the limit (manual 3.2). */
export class ProcessRate {
  /**
   * @param counter new connections of all threads
   * @param limits of the process; they may change at run time
   */
  constructor(
    private readonly counter: ThreadedRate,
    private readonly limits: Pick<ProcessState, 'connectionRateLimit'>,
  ) {}

  /** Connections a second, 0 = none. */
  get limit(): number {
    return this.limits.connectionRateLimit;
  }

  /** @param now clock.now() */
  add(now: number): void {
    if (this.limit > 0) this.counter.add(1, now);
  }

  reached(now: number): boolean {
    return this.limit > 0 && this.counter.read(now) >= this.limit;
  }
}

/** What all sessions of a thread share. */
export interface Engine {
  readonly transports: TransportProvider;
  readonly process: ProcessState;
  /** New connections of the whole process. */
  readonly processRate: ProcessRate;
  /** Where `silent-drop` leaves connections. */
  readonly silence: Silence;
  /** `tune.bufsize`, bytes: how much of a body is held back at most. */
  readonly bufferSize: number;
  /** `tune.http.logurilen`: one more than the longest request line kept for the log. */
  readonly logUriLength: number;
  /** `tune.h2.*` for clients. */
  readonly h2Front: H2Limits;
  readonly strictHead: ParseOptions;
  /** With `option accept-invalid-http-request/-response`. */
  readonly relaxedHead: ParseOptions;
}
