import type { ReceivedHeader } from './proxy-header.js';
import type { StreamContext } from './stream.js';
import type { Endpoint } from './transport.js';

/** What a rule says about going on (after HAProxy's `act_return`). */
export const enum Outcome {
  /** Evaluate the next rule. */
  Continue,
  /** Stop evaluating this ruleset; the message goes on. */
  Stop,
  /** Not enough is known yet; call again when more arrived or the awaited thing is done. */
  Wait,
  /** The rule refused the message; `control.reply` or `control.deny` says how. */
  Deny,
  /** The rule answered in the server's place: `control.reply` is set. */
  Done,
  /** Close without answering. */
  Abort,
  /** Internal failure: 500. */
  Invalid,
}

/** A complete answer made by the proxy itself. */
export interface Reply {
  readonly status: number;
  /** '' = the standard phrase. */
  readonly reason: string;
  /** Name and value pairs in order; content-length is added by whoever sends it. */
  readonly headers: readonly (readonly [string, string])[];
  /** Bytes as latin1. */
  readonly body: string;
  /** An errorfile: this exact text is sent, head included, and nothing else of this object is used save `status`. */
  readonly raw?: string;
  /** True: the client connection closes after it. */
  readonly close?: boolean;
  /** More of the body, which then has no end of its own; not after HEAD. */
  readonly feed?: ReplyFeed;
}

/** A body that is made while it is sent, for as long as the client wants it. */
export interface ReplyFeed {
  /** ms between two pieces. */
  readonly every: number;
  /** The next piece, bytes as latin1, never ''; undefined = that was all. */
  next(): string | undefined;
}

/** What an action may do to the stream it runs on, besides editing the heads it sees. Implemented in session/. */
export interface StreamControl extends StreamContext {
  /** The answer to send when the outcome is Deny or Done. */
  reply: Reply | undefined;
  /** For Deny: the status whose error reply is sent (403, 429…). */
  denyStatus: number;
  /** For `tarpit`: hold the client for this many milliseconds before answering; 0 = no tarpit. */
  tarpit: number;
  /** `disable-l7-retry`: what came of the request is final; `retry-on` counts no more once it was sent. */
  l7RetryDisabled?: boolean;
  /** Sends a 1xx response with these fields now. */
  sendInformational(status: number, headers: readonly (readonly [string, string])[]): void;
  setSource(endpoint: Endpoint): void;
  setDestination(endpoint: Endpoint): void;
  /** Overrides a timeout of this stream. @param ms 0 = infinite */
  setTimeout(which: 'server' | 'tunnel' | 'client', ms: number): void;
  /** Only where a connection has just been accepted: its first bytes are this header. */
  expectHeader?(protocol: ReceivedHeader['protocol']): void;
  setPriority(which: 'class' | 'offset', value: number): void;
  /** HTTP mode: whether a field of so many bytes can still be added to the request or the response. */
  editFits?(response: boolean, bytes: number): boolean;
  /** HTTP mode: an edit failed. @returns what the rule says then, which `strict-mode` decides */
  editFailed?(response: boolean): Outcome;
  /** `strict-mode`: whether failed edits of the request or the response are errors. */
  setStrict?(response: boolean, strict: boolean): void;
  /** HTTP mode: the proxy itself answers. For what tells of counters: it is counted then already, and only once. */
  intercept?(): void;
  /**
   * `switch-mode http`: what follows is HTTP. @param protocol `h1` or `h2`, undefined = what the client speaks
   * @returns what the rule says then
   */
  switchToHttp?(protocol: 'h1' | 'h2' | undefined): Outcome;
  /** TCP mode, in the rules of a response: closes the connection to the server; what it has sent goes to the client. */
  leaveServer?(): void;
  /** Registers for a deferred continuation: the phase runs again from this rule when the returned function is called. */
  suspend(): () => void;
}

/** A compiled rule. `run` is called once per message (again after Wait), and must not allocate on the common path. */
export interface CompiledRule {
  /** Name of the action as in the configuration, for logs and errors. */
  readonly action: string;
  /** undefined = unconditional. */
  readonly condition: ((stream: StreamContext) => boolean) | undefined;
  /**
   * In the place of `condition` where buffers are inspected while they fill: 0 = does not hold, 3 = holds, 1 = cannot be
   * told yet, so the ruleset waits.
   */
  readonly verdict?: (stream: StreamContext) => 0 | 1 | 3;
  /** Where the rule stands, for `last_rule_file` and `last_rule_line`; only on final rules. */
  readonly origin?: { readonly file: string; readonly line: number };
  run(stream: StreamControl): Outcome;
}
