import type { TransportProvider } from '../core/transport.js';
import type { ParseOptions } from '../protocol/h1/parser.js';
import type { ProcessFacts } from '../state/runtime.js';

/** What all sessions of a thread share. */
export interface Engine {
  readonly transports: TransportProvider;
  readonly process: ProcessFacts;
  /** `tune.bufsize`, bytes: how much of a body is held back at most. */
  readonly bufferSize: number;
  /** `tune.http.logurilen`: one more than the longest request line kept for the log. */
  readonly logUriLength: number;
  readonly strictHead: ParseOptions;
  /** With `option accept-invalid-http-request/-response`. */
  readonly relaxedHead: ParseOptions;
}
