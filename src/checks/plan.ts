import type { Cursor, Word } from '../config/cursor.js';
import type { Span } from '../config/diagnostics.js';
import type { CheckModel } from '../config/model.js';
import type { AgentReply, CheckStatus } from '../core/check.js';
import type { HeaderBlock } from '../core/message.js';
import type { StreamContext } from '../core/stream.js';
import type { ConnectSpec, Endpoint } from '../core/transport.js';
import type { TlsConnector } from '../core/tls.js';

/**
 * What a health check does, as a list of steps: connect, send, expect (manual 4.2 `tcp-check`, `http-check`). Every
 * check type is such a list, so one engine (run.ts) runs them all.
 *
 * A description only: shared by all servers of a backend, without state.
 */
export interface CheckPlan {
  readonly kind: CheckModel['type'] | 'agent';
  readonly steps: readonly Step[];
}

export type Step = ConnectStep | SendStep | ExpectStep | VariableStep;

interface StepFacts {
  /** Position among the configured rules, comments included, from 1; 0 = the implicit connect. Shown in messages. */
  readonly id: number;
  /** `comment`, '' = none. */
  readonly comment: string;
}

export interface ConnectStep extends StepFacts {
  readonly action: 'connect';
  /** undefined = where the server's checks go. */
  readonly port: number | ((facts: CheckFacts) => number | undefined) | undefined;
  readonly address: string | undefined;
  /** The port of `addr`, which gives way to `port`; 0 = none. */
  readonly addressPort: number;
  /** A UNIX socket instead; '' = none. */
  readonly path: string;
  /** Close with FIN rather than RST. */
  readonly linger: boolean;
  /** A PROXY header first: as the server's line says, or in any case. */
  readonly sendProxy: 'never' | 'as-server' | 'always';
  /** Through the server's SOCKS4 proxy: as the server's checks go, always, or never. */
  readonly relayed: 'as-server' | 'always' | 'never';
  /** TLS on it: as the server's checks have it, always, or never. */
  readonly tls: 'server' | 'always' | 'never';
  /** `sni` and `alpn`, instead of the server line's. */
  readonly serverName: string | undefined;
  readonly alpn: readonly string[] | undefined;
}

export interface SendStep extends StepFacts {
  readonly action: 'send';
  /** The bytes, as latin1. @returns '' = nothing to send */
  readonly bytes: (facts: CheckFacts) => string;
  /** HTTP: the request is a HEAD, so that its answer has no body. */
  readonly head?: boolean;
}

/** `set-var`, `set-var-fmt`, `unset-var`. */
export interface VariableStep extends StepFacts {
  readonly action: 'variable';
  run(facts: CheckFacts): void;
}

export interface ExpectStep extends StepFacts {
  readonly action: 'expect';
  readonly match: Matcher;
  readonly negated: boolean;
  /** Bytes to wait for; -1 = a mismatch waits for more. */
  readonly minReceived: number;
  /** Status when it is the last step and fits. */
  readonly okStatus: CheckStatus;
  /** undefined = what suits the match: L7STS for HTTP status and fields, else L7RSP. */
  readonly errorStatus: CheckStatus | undefined;
  readonly timeoutStatus: CheckStatus;
  /** Info text on success (last step only) and on error; undefined = the engine's own words. */
  readonly onSuccess: ((facts: CheckFacts) => string) | undefined;
  readonly onError: ((facts: CheckFacts) => string) | undefined;
  /** `status-code`: what is reported as the code. */
  readonly statusCode: ((facts: CheckFacts) => number | undefined) | undefined;
}

export type Matcher = RawMatcher | HttpMatcher | CustomMatcher;

/** Looks at the bytes received since the last send. */
export interface RawMatcher {
  readonly on: 'bytes';
  readonly kind: 'string' | 'binary' | 'regex' | 'binary-regex' | 'string-lf' | 'binary-lf';
  /** What to look for, for messages (string and binary). */
  readonly pattern: string;
  /** Least number of bytes that can match, 0 = unknown. */
  readonly length: number;
  test(received: string, facts: CheckFacts): boolean;
}

/** Looks at an HTTP response. */
export interface HttpMatcher {
  readonly on: 'status' | 'header' | 'body';
  /** Body only: least number of bytes that can match, 0 = unknown. */
  readonly length: number;
  test(response: CheckResponse, facts: CheckFacts): boolean;
}

/** A protocol that needs more than a pattern: answers the verdict itself. */
export interface CustomMatcher {
  readonly on: 'custom';
  /** @param ended nothing more will come */
  judge(received: string, ended: boolean): Verdict;
}

/** undefined = more bytes are needed; `pass` = go on; else the check is over with this outcome. */
export type Verdict =
  | undefined
  | 'pass'
  | { readonly status: CheckStatus; readonly code: number; readonly info: string; readonly agent?: AgentReply };

/** What expressions and formats of one running check may look at. */
export interface CheckFacts {
  /** Bytes received since the last send, as latin1. */
  readonly received: string;
  readonly response: CheckResponse | undefined;
  readonly target: CheckTarget;
  /** The check as the expression language sees it: its response and buffer; neutral elsewhere. */
  readonly stream: StreamContext;
}

export interface CheckResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderBlock;
  /** What has arrived of the body, as latin1. */
  readonly body: string;
  readonly complete: boolean;
}

/** Manual 4.2 `external-check command`. */
export interface ProgramFacts {
  /** Program, and search path for it and for what it calls. */
  readonly command: string;
  readonly path: string;
  /** Of the first listener: '' = there is none, or it has no port. */
  readonly proxyAddress: string;
  readonly proxyPort: string;
  readonly proxyId: number;
  readonly serverId: number;
  readonly serverAddress: string;
  /** '' = a UNIX socket. */
  readonly serverPort: string;
  readonly maxconn: number;
  readonly connections: number;
  readonly ssl: boolean;
}

/** The server under test, as it is now. Implemented in state/. */
export interface CheckTarget {
  readonly name: string;
  /** Where checks connect to (`addr`, else the server's address). */
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** Value of `X-Haproxy-Server-State`. */
  readonly stateHeader: string;
  /** `http-check disable-on-404` applies: the option is set and the server is not down. */
  readonly softStop: boolean;
  /** `source`, '' = any. */
  readonly sourceAddress: string;
  /**
   * The SOCKS4 proxy on the way of a check; undefined = there is none.
   * @param always a `connect` rule says `via-socks4`
   */
  via(always: boolean): ConnectSpec['via'];
  /** It is asked in HTTP/2, when it is asked in HTTP at all (manual 5.2 `check-proto`, `proto`). */
  readonly http2?: boolean;
  /**
   * The PROXY header of a check, as latin1; '' = none.
   * @param always a `connect` rule says `send-proxy`
   */
  greeting(source: Endpoint, destination: Endpoint, always: boolean): string;
  /** What a program is told that checks the server. */
  readonly program: ProgramFacts;
  /** TLS as the server line says it for checks; undefined = plain. */
  readonly tls: TlsConnector | undefined;
  /** The same for checks that ask for TLS themselves. */
  readonly ownTls: TlsConnector | undefined;
  /** The backend, for expressions. */
  readonly backend: StreamContext['backend'] & object;
  /** The server, for expressions. */
  readonly server: StreamContext['server'];
}

/**
 * The expression language, as far as checks use it: given to the parser by who composes the two.
 * Each throws ConfigError for what it cannot compile.
 */
export interface CheckLanguage {
  /** A log-format string. */
  format(word: Word): (stream: StreamContext) => string;
  /** A sample expression that yields a number. */
  number(word: Word): (stream: StreamContext) => number | undefined;
  /** `set-var(name)`, `set-var-fmt(name)` or `unset-var(name)` with the words behind it. */
  variable(action: Word, words: Cursor): (stream: StreamContext) => void;
}

/** Everything the parser of a check's lines needs from outside. */
export interface CheckParseContext {
  readonly model: CheckModel;
  /** Name of the proxy, for complaints. */
  readonly proxy: string;
  /** Default place for complaints. */
  readonly span: Span;
  readonly language: CheckLanguage;
  warn(at: Span | Word, message: string, hint?: string): void;
  /** Known, but tsproxy does not do it, so that the check would not test what the user thinks. */
  refuse(at: Span | Word, what: string, why: string): void;
}

/** How a check type is defined. */
export interface CheckType {
  readonly name: CheckModel['type'];
  /** Section of the configuration manual. */
  readonly manual: string;
  readonly summary: string;
  /** Reads the `option` line and the rules. @throws ConfigError */
  parse(context: CheckParseContext): Step[];
}

export const defineCheckType = (type: CheckType): CheckType => type;

/** The steps of fixed protocols, with what is usual filled in. */
export const connectStep = (step: Partial<ConnectStep> = {}): ConnectStep => ({
  action: 'connect',
  id: 0,
  comment: '',
  port: undefined,
  address: undefined,
  addressPort: 0,
  path: '',
  linger: false,
  sendProxy: 'as-server',
  relayed: 'as-server',
  tls: 'server',
  serverName: undefined,
  alpn: undefined,
  ...step,
});

export const sendStep = (id: number, bytes: SendStep['bytes']): SendStep => ({
  action: 'send',
  id,
  comment: '',
  bytes,
});

export const expectStep = (id: number, match: Matcher, step: Partial<ExpectStep> = {}): ExpectStep => ({
  action: 'expect',
  id,
  comment: '',
  match,
  negated: false,
  minReceived: -1,
  okStatus: 'L7OK',
  errorStatus: undefined,
  timeoutStatus: 'L7TOUT',
  onSuccess: undefined,
  onError: undefined,
  statusCode: undefined,
  ...step,
});
