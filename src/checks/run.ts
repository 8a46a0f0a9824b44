import type { AgentReply, CheckResult, CheckStatus } from '../core/check.js';
import { isSecure, type TlsConnector } from '../core/tls.js';
import type { ConnectSpec, Endpoint, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import { backLimits } from '../protocol/h2/limits.js';
import { type ConnectionKeeper, H2ServerConnection } from '../protocol/h2/server-connection.js';
import {
  emptyResponse,
  errnoText,
  generalError,
  handshakeText,
  isImmediate,
  isRelayError,
  rawMismatch,
  stepSuffix,
  withComment,
} from './messages.js';
import type {
  CheckFacts,
  CheckPlan,
  CheckTarget,
  ConnectStep,
  CustomMatcher,
  ExpectStep,
  HttpMatcher,
  RawMatcher,
  SendStep,
  Step,
} from './plan.js';
import { ResponseReader } from './response.js';
import { checkStream } from './stream.js';
import { connectTime, type CheckClock, type CheckTimeouts } from './timing.js';
import type { StreamContext } from '../core/stream.js';

/** HAProxy keeps 127 bytes of a check's description. */
const LONGEST_INFO = 127;
/** `tune.bufsize`: a check sees no more of an answer. */
const DEFAULT_BUFFER = 16_384;

/** What a check runs with. */
export interface CheckEnvironment {
  readonly provider: TransportProvider;
  readonly clock: CheckClock;
  /** `tune.bufsize`, in bytes. */
  readonly bufferSize?: number;
}

/** What a check can want of a head. */
const HEADS = { maxHeaders: 101, maxHeadSize: 1 << 16 };
const LIMITS = backLimits(new Map());

/** A connection of HTTP/2 for one request, to be used like one of HTTP/1. */
function connectHttp2(
  provider: TransportProvider,
  spec: ConnectSpec,
  owner: TransportOwner,
  connected: (transport: Transport) => void,
): Transport {
  const keeper: ConnectionKeeper = {
    connected,
    connectionIdle: (over) => over.retire(),
    connectionGone: () => undefined,
    noRoom: (_connection, links) => links.forEach((link) => link.destroy()),
  };
  return new H2ServerConnection((own) => provider.connect(spec, own), '', LIMITS, HEADS, keeper).link(owner);
}

const nobody: TransportOwner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };

/** Where a step left off. */
const enum Progress {
  Next,
  Wait,
  Over,
}

/**
 * One run of a check: walks the plan's steps over one connection (or several, one after the other) and answers once.
 *
 * Checks have their own small client because no HTTP library speaks as HAProxy's checks do: undici, for one, cannot
 * send HTTP/1.0 without a Host field, and the TCP checks have no library at all.
 */
export class CheckRun implements TransportOwner, CheckFacts {
  received = '';
  response: ResponseReader | undefined;

  readonly #started: number;
  #index = -1;
  #transport: Transport | undefined;
  #connected = false;
  #ended = false;
  #over = false;
  #cancelTimer: (() => void) | undefined;
  #stream: StreamContext | undefined;
  #answersHead = false;
  #code = 0;
  #info = '';
  #agent: AgentReply | undefined;

  constructor(
    readonly plan: CheckPlan,
    readonly target: CheckTarget,
    readonly timeouts: CheckTimeouts,
    readonly environment: CheckEnvironment,
    readonly done: (result: CheckResult) => void,
  ) {
    this.#started = environment.clock.now();
    this.#advance();
  }

  get stream(): StreamContext {
    return (this.#stream ??= checkStream(this));
  }

  /** Gives up without an answer. */
  cancel(): void {
    this.#over = true;
    this.#release();
  }

  onConnect(): void {
    this.#connected = true;
    if (!this.#http2) this.#greet(this.#transport);
    if (this.timeouts.check > 0) this.#limit(this.timeouts.check);
    this.#advance();
  }

  get #http2(): boolean {
    return this.plan.kind === 'http' && this.target.http2 === true;
  }

  #greet(transport: Transport | undefined): void {
    const step = this.#step;
    if (transport === undefined || step.action !== 'connect') return;
    // before TLS, and behind a word with a proxy on the way, it was sent already
    if (isSecure(transport) || this.#relayOf(step).via !== undefined) return;
    const text = this.#greeting(step, transport.local, transport.remote);
    if (text !== '') transport.writeLatin1(text);
  }

  #greeting({ sendProxy }: ConnectStep, local: Endpoint, remote: Endpoint): string {
    return sendProxy === 'never' ? '' : this.target.greeting(local, remote, sendProxy === 'always');
  }

  onData(buffer: Buffer, length: number): void {
    if (this.plan.kind === 'http') this.#http().push(buffer, length);
    else this.received = (this.received + buffer.latin1Slice(0, length)).slice(0, this.#capacity);
    this.#resume();
  }

  onEnd(): void {
    this.#ended = true;
    this.response?.end();
    this.#resume();
  }

  onDrain(): void {}

  onClose(error: string): void {
    if (error === '') {
      if (!this.#ended) this.onEnd();
      return;
    }
    const suffix = stepSuffix(this.plan, this.#step);
    const failure = isSecure(this.#transport) ? this.#transport.tlsFailure : undefined;
    if (failure !== undefined) {
      this.#finish('L6RSP', handshakeText(failure) + suffix);
      return;
    }
    const info = errnoText(error) + suffix;
    if (this.#connected || isRelayError(error)) this.#finish('SOCKERR', info);
    else if (this.target.path !== '') this.#finish('SOCKERR', generalError(error));
    else this.#finish('L4CON', isImmediate(error) ? generalError(error) + stepSuffix(this.plan, this.#step) : info);
  }

  get #step(): Step {
    return this.plan.steps[this.#index];
  }

  get #capacity(): number {
    return this.environment.bufferSize ?? DEFAULT_BUFFER;
  }

  #http(): ResponseReader {
    return (this.response ??= new ResponseReader(this.#answersHead, this.#capacity));
  }

  /** Something arrived for the step that waits. */
  #resume(): void {
    if (this.#over || !this.#connected || this.#step.action !== 'expect') return;
    if (this.#expect(this.#step) === Progress.Next) this.#advance();
  }

  #advance(): void {
    while (!this.#over) {
      if (++this.#index >= this.plan.steps.length) {
        this.#pass();
        return;
      }
      if (this.#run(this.#step) !== Progress.Next) return;
    }
  }

  #run(step: Step): Progress {
    switch (step.action) {
      case 'connect':
        return this.#connect(step);
      case 'send':
        return this.#send(step);
      case 'variable':
        step.run(this);
        return Progress.Next;
      case 'expect':
        return this.#expect(step);
    }
  }

  #connect(step: ConnectStep): Progress {
    this.#release();
    this.#connected = false;
    this.#ended = false;
    this.received = '';
    this.response = undefined;
    const written = typeof step.port === 'function' ? step.port(this) : step.port;
    const { target } = this;
    const spec = {
      address: step.address ?? target.address,
      port: written ?? (step.addressPort === 0 ? target.port : step.addressPort),
      path: step.address === undefined ? step.path || target.path : '',
      sourceAddress: target.sourceAddress,
      sourcePort: 0,
      greeting: (local: Endpoint, remote: Endpoint) => this.#greeting(step, local, remote),
      ...this.#relayOf(step),
      ...this.#tlsOf(step),
    };
    if (spec.path === '' && (spec.address === '' || spec.port < 1 || spec.port > 65_535)) {
      // Not at once: nobody is told before start() returned.
      this.#cancelTimer = this.environment.clock.after(0, () => this.#finish('SOCKERR', stepSuffix(this.plan, step)));
      return Progress.Wait;
    }
    this.#limit(connectTime(this.timeouts));
    const { provider } = this.environment;
    this.#transport = this.#http2
      ? connectHttp2(provider, spec, this, (transport) => this.#greet(transport))
      : provider.connect(spec, this);
    return Progress.Wait;
  }

  #relayOf({ relayed }: ConnectStep): { via?: NonNullable<ConnectSpec['via']> } {
    const via = relayed === 'never' ? undefined : this.target.via(relayed === 'always');
    return via === undefined ? {} : { via };
  }

  #tlsOf({ tls, serverName, alpn }: ConnectStep): { tls?: TlsConnector } {
    const connector = tls === 'always' ? this.target.ownTls : tls === 'server' ? this.target.tls : undefined;
    if (connector === undefined) return {};
    return { tls: serverName === undefined && alpn === undefined ? connector : connector.named(serverName, alpn) };
  }

  #send(step: SendStep): Progress {
    // What came before is answered: the next expect judges only what this one brings.
    this.received = '';
    this.response = undefined;
    this.#answersHead = step.head === true;
    const bytes = step.bytes(this);
    if (bytes !== '') this.#transport?.writeLatin1(bytes);
    return this.#over ? Progress.Over : Progress.Next;
  }

  #expect(step: ExpectStep): Progress {
    const { match } = step;
    if (match.on === 'custom') return this.#expectCustom(step, match);
    return match.on === 'bytes' ? this.#expectBytes(step, match) : this.#expectHttp(step, match);
  }

  /** Nothing came: the server closed without a word, or it will still speak. */
  #expectFirst(step: ExpectStep): Progress {
    if (!this.#ended) return Progress.Wait;
    return this.#finish(step.errorStatus ?? 'L7RSP', emptyResponse(step));
  }

  #expectCustom(step: ExpectStep, match: CustomMatcher): Progress {
    if (this.received === '') return this.#expectFirst(step);
    const verdict = match.judge(this.received, this.#ended);
    if (verdict === undefined) return Progress.Wait;
    if (verdict === 'pass') return Progress.Next;
    this.#code = verdict.code;
    this.#agent = verdict.agent;
    return this.#finish(verdict.status, verdict.info);
  }

  #expectBytes(step: ExpectStep, match: RawMatcher): Progress {
    const { received } = this;
    if (received === '') return this.#expectFirst(step);
    if (!this.#ended && received.length < leastToJudge(step, match.length)) return Progress.Wait;
    const matched = match.test(received, this);
    if (!matched && !this.#ended && step.minReceived === -1) return Progress.Wait;
    if (matched !== step.negated) return Progress.Next;
    this.#readCode(step);
    return this.#finish(
      step.errorStatus ?? 'L7RSP',
      withComment(step.onError?.(this) ?? this.#mismatch(step, matched), step),
    );
  }

  /** Only the generic check explains itself; the protocols say what the server said. */
  #mismatch(step: ExpectStep, matched: boolean): string {
    return this.plan.kind === 'tcp-check' ? rawMismatch(step, matched) : '';
  }

  #expectHttp(step: ExpectStep, match: HttpMatcher): Progress {
    const { response } = this;
    if (response?.invalid === true || (this.#ended && response?.headed !== true)) return this.#finish('L7RSP', '');
    if (response === undefined || !response.headed) return Progress.Wait;
    this.#code = response.status;
    if (this.#softStop()) return Progress.Next;
    if (match.on !== 'body') return this.#judgeHttp(step, match, response, response.reason);
    if (response.body === '' && response.complete) {
      return this.#finish('L7RSP', withComment('HTTP content check could not find a response body', step));
    }
    if (response.body === '') return Progress.Wait;
    if (!response.complete && response.body.length < leastToJudge(step, match.length)) return Progress.Wait;
    const info = step.negated ? 'HTTP check matched unwanted content' : 'HTTP content check did not match';
    return this.#judgeHttp(step, match, response, info);
  }

  #judgeHttp(step: ExpectStep, match: HttpMatcher, response: ResponseReader, info: string): Progress {
    const matched = match.test(response, this);
    if (!matched && match.on === 'body' && !response.complete && step.minReceived === -1) return Progress.Wait;
    if (matched !== step.negated) return Progress.Next;
    this.#readCode(step);
    const status = step.errorStatus ?? (match.on === 'body' ? 'L7RSP' : 'L7STS');
    return this.#finish(status, withComment(step.onError?.(this) ?? info, step));
  }

  /** `http-check disable-on-404` goes before all rules. */
  #softStop(): boolean {
    return this.#code === 404 && this.plan.kind === 'http' && this.target.softStop;
  }

  #readCode(step: ExpectStep): void {
    this.#code = step.statusCode?.(this) ?? this.#code;
  }

  /** All steps are done. */
  #pass(): void {
    const last = this.plan.steps.findLast((step) => step.action !== 'variable') as ConnectStep | SendStep | ExpectStep;
    // HAProxy names the generic check where it has nothing else to say, save for its implicit connect.
    const info = this.plan.kind === 'tcp-check' && last.id > 0 ? '(tcp-check)' : '';
    if (last.action === 'connect') this.#finish(this.#transport?.tls === undefined ? 'L4OK' : 'L6OK', info);
    else if (last.action === 'send') this.#finish('L7OK', '(tcp-check)');
    else if (this.#softStop()) this.#finish('L7OKC', '');
    else {
      this.#readCode(last);
      this.#finish(last.okStatus, last.onSuccess?.(this) ?? info);
    }
  }

  #limit(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.environment.clock.after(ms, () => {
      this.#expire();
    });
  }

  #expire(): void {
    const step = this.#step;
    const status = !this.#connected ? this.#connectTimeout : step.action === 'expect' ? step.timeoutStatus : 'L7TOUT';
    this.#finish(status, stepSuffix(this.plan, step));
  }

  get #connectTimeout(): CheckStatus {
    const transport = this.#transport;
    if (isSecure(transport) && transport.handshaking) return 'L6TOUT';
    const step = this.#step;
    const relayed = step.action === 'connect' && this.#relayOf(step).via !== undefined;
    // connected to the proxy on the way, which says nothing
    return relayed && transport !== undefined && transport.remote.port > 0 ? 'L7TOUT' : 'L4TOUT';
  }

  #finish(status: CheckStatus, info: string): Progress {
    if (this.#over) return Progress.Over;
    this.#over = true;
    this.#info = info.slice(0, LONGEST_INFO);
    const durationMs = Math.floor(this.environment.clock.now() - this.#started);
    this.#release();
    const agent = this.#agent;
    this.done({ status, code: this.#code, info: this.#info, durationMs, ...(agent === undefined ? {} : { agent }) });
    return Progress.Over;
  }

  /** Closes as the connect rule says: a reset spares both sides the TIME_WAIT, `linger` lets the peer read our last words. */
  #release(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const transport = this.#transport;
    this.#transport = undefined;
    if (transport === undefined) return;
    transport.owner = nobody;
    if (transport.closed) return;
    if (this.#linger()) transport.destroy();
    else transport.reset();
  }

  #linger(): boolean {
    for (let index = Math.min(this.#index, this.plan.steps.length) - 1; index >= 0; index--) {
      const step = this.plan.steps[index];
      if (step.action === 'connect') return step.linger;
    }
    return false;
  }
}

/** Bytes that must be there before a mismatch is a mismatch: `min-recv`, and never fewer than an exact text has. */
function leastToJudge({ minReceived }: ExpectStep, length: number): number {
  if (length === 0) return Math.max(0, minReceived);
  return minReceived > 0 ? Math.min(length, minReceived) : minReceived === 0 ? 0 : length;
}
