import { setFaultHandler } from '../base/fault.js';
import { clock } from '../base/clock.js';
import { readConfiguration } from '../config/read.js';
import type { ConnectSpec, Endpoint, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import { BE, FE, LI, SV } from '../core/counters.js';
import { Acceptor } from '../listener/acceptor.js';
import { createProxyLogger } from '../observe/log/proxy-logger.js';
import { type CompiledRuntime, compileRuntime } from '../state/compile.js';
import { placementListener } from '../upstream/health-listener.js';
import { setUpUpstreams } from '../upstream/setup.js';
import type { HealthListener } from '../state/health.js';
import type { Backend } from '../state/backend.js';
import { ThreadedRate } from '../state/figures.js';
import type { Frontend } from '../state/frontend.js';
import type { Server } from '../state/server.js';
import { type Engine, ProcessRate } from './engine.js';
import { frontLimits } from '../protocol/h2/limits.js';
import { Silence } from './silence.js';

/** What the session tests share: transports without sockets, and a proxy made from a configuration text. */

/** What every read goes through. Overwritten after each, so that nobody lives on bytes that are no longer his. */
const READ_BUFFER = Buffer.alloc(16_384);
const SCRIBBLE = 0x23;

/** One connection, with the test as its peer. Nothing happens by itself: Stage.step() moves bytes and tells owners. */
export class FakeTransport implements Transport {
  owner: TransportOwner;
  closed = false;
  pendingWrites = 0;
  pendingBytes = 0;
  /** Bytes that the kernel took, latin1: what the peer has received. */
  received = '';
  /** FIN was sent. */
  ended = false;
  wasReset = false;
  /** False: writes stay pending until it is true again. */
  writable = true;
  /** onClose was called. */
  announced = false;
  paused = false;
  started = false;
  connecting = false;
  /** What the connection attempt will end with; undefined = not decided. */
  outcome: '' | 'ECONNREFUSED' | 'ETIMEDOUT' | undefined = undefined;
  readonly remote: Endpoint = { address: '192.0.2.1', port: 40_000, family: 4 };
  readonly local: Endpoint = { address: '192.0.2.2', port: 80, family: 4 };
  private inbox: Buffer = Buffer.alloc(0);
  private finArrived = false;
  private finTold = false;
  private failure: string | undefined = undefined;
  private blocked = false;
  private waiting = '';
  private finWaits = false;
  private closeError = '';

  constructor(owner: TransportOwner) {
    this.owner = owner;
  }

  // --- the peer ---

  /** The peer sends bytes. */
  send(text: string): this {
    this.inbox = Buffer.concat([this.inbox, Buffer.from(text, 'latin1')]);
    return this;
  }

  /** The peer sends FIN after what it sent. */
  finish(): this {
    this.finArrived = true;
    return this;
  }

  /** The peer resets the connection: what it sent and was not read yet is lost. */
  fail(error = 'ECONNRESET'): this {
    this.failure ??= error;
    return this;
  }

  /** Bytes the peer sent that were not read yet. */
  get unread(): number {
    return this.inbox.length;
  }

  // --- the machine ---

  /** Does the next thing that can happen here. @param most bytes to read at once; @returns false when nothing can */
  step(most = READ_BUFFER.length): boolean {
    if (this.announced) return false;
    if (this.closed) return this.tellClosed();
    if (this.connecting) return this.decided();
    if (this.failure !== undefined && this.started && !this.paused) return this.die(this.failure);
    if (this.writable && this.waiting !== '') return this.drained();
    if (this.finWaits && this.waiting === '') this.ended = true;
    return this.started && !this.paused && this.read(most);
  }

  private tellClosed(): boolean {
    this.announced = true;
    this.event(() => this.owner.onClose(this.closeError));
    return true;
  }

  private decided(): boolean {
    const { outcome } = this;
    if (outcome === undefined) return false;
    this.connecting = false;
    if (outcome !== '') return this.die(outcome);
    this.started = true;
    this.event(() => this.owner.onConnect());
    return true;
  }

  private die(error: string): boolean {
    this.closed = true;
    this.closeError = error;
    return true;
  }

  private drained(): boolean {
    this.received += this.waiting;
    this.waiting = '';
    this.pendingWrites = 0;
    this.pendingBytes = 0;
    this.blocked = false;
    if (this.finWaits) this.ended = true;
    this.event(() => this.owner.onDrain());
    return true;
  }

  private read(most: number): boolean {
    if (this.inbox.length > 0) {
      const length = Math.min(most, this.inbox.length, READ_BUFFER.length);
      this.inbox.copy(READ_BUFFER, 0, 0, length);
      this.inbox = this.inbox.subarray(length);
      this.event(() => this.owner.onData(READ_BUFFER, length));
      READ_BUFFER.fill(SCRIBBLE, 0, length);
      return true;
    }
    if (!this.finArrived || this.finTold) return false;
    this.finTold = true;
    this.event(() => this.owner.onEnd());
    if (this.finWaits && !this.closed && this.waiting === '') this.die('');
    return true;
  }

  private event(run: () => void): void {
    clock.enter();
    run();
    clock.leave();
  }

  // --- Transport ---

  start(): void {
    this.started = true;
  }

  writeLatin1(text: string): boolean {
    if (this.closed || this.finWaits) return true;
    if (this.writable && !this.blocked) {
      this.received += text;
      return true;
    }
    this.blocked = true;
    this.waiting += text;
    this.pendingWrites++;
    this.pendingBytes += text.length;
    return false;
  }

  write(buffer: Buffer, start: number, end: number): boolean {
    return this.writeLatin1(buffer.latin1Slice(start, end));
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  bulk(): void {
    // one size of buffer here
  }

  end(): void {
    this.finWaits = true;
    if (this.waiting !== '') return;
    this.ended = true;
    if (this.finTold) this.die('');
  }

  destroy(): void {
    if (!this.closed) this.die('');
  }

  reset(): void {
    this.wasReset = true;
    this.destroy();
  }

  setKeepAlive(): void {
    // nothing to keep alive
  }
}

const NOBODY: TransportOwner = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onClose() {} };
/** Steps after which a stage that never comes to rest is broken. */
const MOST_STEPS = 100_000;

/** A proxy made from a configuration text, over fake transports. */
export class Stage {
  readonly runtime: CompiledRuntime;
  readonly clients: FakeTransport[] = [];
  /** Connections to servers, in order of their beginning, and where they go to. */
  readonly servers: FakeTransport[] = [];
  readonly specs: ConnectSpec[] = [];
  /** Log lines, without what the sink would put before them. */
  readonly lines: string[] = [];
  readonly faults: unknown[] = [];
  /** How connection attempts end; undefined = later, by the test. */
  connects: (spec: ConnectSpec) => FakeTransport['outcome'] = () => '';
  /** What happens to servers' states acts on the sessions through this. */
  readonly healthListener: HealthListener;
  private readonly acceptors = new Map<Frontend, Acceptor>();
  private readonly engine: Engine;
  private readonly stopPools: () => void;

  constructor(text: string) {
    const { model, diagnostics } = readConfiguration([{ path: 'test.cfg', text }], { env: {}, offline: false });
    this.runtime = compileRuntime(model, diagnostics, {
      offline: false,
      version: '2.6',
      now: Date.now(),
      env: () => undefined,
      createLogger: ({ mode, options }, { line, errorLine }) =>
        createProxyLogger({
          mode,
          sinks: [{ send: (_level, message) => this.lines.push(message) }],
          tag: '',
          line,
          errorLine,
          structured: undefined,
          dontlognull: options.dontlognull === true,
          dontlogNormal: options['dontlog-normal'] === true,
          separateErrors: false,
        }),
    });
    const alerts = diagnostics.list.filter(({ severity }) => severity === 'alert');
    if (alerts.length > 0) throw new Error(alerts.map(({ message }) => message).join('\n'));
    const transports: TransportProvider = {
      name: 'socket',
      listen: () => {
        throw new Error('nobody listens on a stage');
      },
      connect: (spec, owner) => this.dial(spec, owner),
    };
    const limits = { maxHeaders: 101, maxHeadSize: 15_360 };
    this.engine = {
      transports,
      process: this.runtime.process,
      bufferSize: 16_384,
      logUriLength: 1024,
      processRate: new ProcessRate(new ThreadedRate(this.runtime.arena), this.runtime.process),
      silence: new Silence(),
      h2Front: frontLimits(new Map()),
      strictHead: { acceptInvalid: false, ...limits },
      relaxedHead: { acceptInvalid: true, ...limits },
    };
    this.stopPools = setUpUpstreams(this.runtime);
    for (const frontend of this.runtime.frontends) {
      this.acceptors.set(
        frontend,
        new Acceptor(
          frontend,
          this.engine,
          () => undefined,
          () => undefined,
        ),
      );
    }
    this.healthListener = placementListener(() =>
      [...this.acceptors.values()].flatMap(({ sessions }) => [...sessions]),
    );
    setFaultHandler((_where, error) => this.faults.push(error));
  }

  private dial(spec: ConnectSpec, owner: TransportOwner): FakeTransport {
    const transport = new FakeTransport(owner);
    transport.connecting = true;
    transport.outcome = this.connects(spec);
    this.servers.push(transport);
    this.specs.push(spec);
    return transport;
  }

  /** A client connects. @param name of the frontend, default the first */
  connect(name = this.runtime.frontends[0].name): FakeTransport {
    const frontend = this.runtime.findFrontend(name) as Frontend;
    const transport = new FakeTransport(NOBODY);
    this.clients.push(transport);
    clock.enter();
    this.acceptor(frontend).accept(transport, frontend.listeners[0]);
    clock.leave();
    return transport;
  }

  acceptor(frontend: Frontend): Acceptor {
    return this.acceptors.get(frontend) as Acceptor;
  }

  /** A client connects and sends; everything that can happen happens. */
  ask(text: string, name?: string): FakeTransport {
    const client = this.connect(name).send(text);
    this.settle();
    return client;
  }

  /** Everything that can happen happens. */
  settle(): void {
    for (let steps = 0; ; steps++) {
      if (steps > MOST_STEPS) throw new Error('it never comes to rest');
      const all = [...this.clients, ...this.servers];
      if (!all.map((transport) => transport.step()).some(Boolean)) break;
    }
    if (this.faults.length > 0) throw this.faults[0];
  }

  /** The newest connection to a server. */
  get upstream(): FakeTransport {
    const last = this.servers.at(-1);
    if (last === undefined) throw new Error('no connection to a server was made');
    return last;
  }

  /** The server of the newest connection sends. */
  answer(text: string): void {
    this.upstream.send(text);
    this.settle();
  }

  frontend(name = this.runtime.frontends[0].name): Frontend {
    return this.runtime.findFrontend(name) as Frontend;
  }

  backend(name = this.runtime.backends[0].name): Backend {
    return this.runtime.findBackend(name) as Backend;
  }

  server(backend = this.runtime.backends[0].name, name = this.backend(backend).servers[0].name): Server {
    return this.runtime.findServer(backend, name) as Server;
  }

  /** The last log line from the frontend's name on, its times apart: `f b/s 200 51 ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`. */
  get logged(): string {
    return brief(this.lines.at(-1) ?? '');
  }

  /** All log lines in the same form. */
  get allLogged(): string[] {
    return this.lines.map(brief);
  }

  /** Everything that counts what is there now, by name; all of it is 0 once everybody has left. */
  gauges(): Record<string, number> {
    const found: Record<string, number> = { process: this.runtime.process.connections };
    for (const { name, counters, listeners } of this.runtime.frontends) {
      found[`${name} scur`] = counters[FE.scur];
      for (const listener of listeners) found[`${name} ${listener.name} scur`] = listener.counters[LI.scur];
      found[`${name} sessions`] = this.acceptor(this.frontend(name)).sessions.size;
    }
    for (const backend of this.runtime.backends) {
      found[`${backend.name} scur`] = backend.counters[BE.scur];
      found[`${backend.name} queue`] = backend.queue.length;
      found[`${backend.name} qcur`] = backend.counters[BE.qcur];
      for (const server of backend.servers) {
        const name = `${backend.name}/${server.name}`;
        found[`${name} scur`] = server.counters[SV.scur];
        found[`${name} served`] = server.served;
        found[`${name} queue`] = server.queue.length;
        found[`${name} qcur`] = server.counters[SV.qcur];
      }
    }
    return found;
  }

  /** Those of gauges() that are not 0. */
  leftovers(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.gauges()).filter(([, value]) => value !== 0));
  }

  /** Stops purging the pools. */
  close(): void {
    this.stopPools();
  }
}

const HTTP_LINE = /^\S+ \[[^\]]*\] (\S+ \S+) [-+\d/]+ (\S+ \S+) (.*)$/;

function brief(line: string): string {
  return line.replace(HTTP_LINE, '$1 $2 $3').replace(' - - ', ' ');
}

/** The five times of a line of `option httplog` (three of tcplog): TR/Tw/Tc/Tr/Ta. */
export function timesOf(line: string): string {
  return / ([-+\d]+(?:\/[-+\d]+){2,4}) /.exec(line)?.[1] ?? '';
}

/** A complete response. */
export function ok(body = 'ok', fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}content-length: ${body.length}\r\n\r\n${body}`;
}

/** A request without a body. */
export function get(path: string, fields = '', version = '1.1'): string {
  return `GET ${path} HTTP/${version}\r\nhost: a\r\n${fields}\r\n`;
}
