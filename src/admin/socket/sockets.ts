import { CliLevel } from '../../core/cli.js';
import type { AddressModel, StatsSocketModel } from '../../config/model.js';
import {
  ListenError,
  type ListenSpec,
  type Transport,
  type TransportListener,
  type TransportProvider,
} from '../../core/transport.js';
import { bindReason } from '../../listener/bind.js';
import { setUnixPermissions } from '../../listener/unix-permissions.js';
import { newSession } from './interpreter.js';
import { SocketSession, type SessionEnvironment } from './session.js';

/** What HAProxy waits for a silent client, and how many it serves (manual 3.1 `stats timeout`, `stats maxconn`). */
const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_MAXCONN = 10;
const DEFAULT_BUFFER = 16_384;

const LEVELS = { user: CliLevel.User, operator: CliLevel.Operator, admin: CliLevel.Admin };

export interface SocketsOptions {
  readonly sockets: readonly StatsSocketModel[];
  /** ms; undefined = HAProxy's default */
  readonly timeout: number | undefined;
  readonly maxconn: number | undefined;
  /** `tune.bufsize` */
  readonly bufferSize: number | undefined;
  readonly execute: SessionEnvironment['execute'];
  readonly uptime: () => number;
  /** A client came. */
  readonly onSession: () => void;
  /** Level of a socket that names none; default: operator. */
  readonly level?: CliLevel;
  /** Whose sockets they are, for complaints; default: `frontend GLOBAL`. */
  readonly owner?: string;
  readonly prompt?: SessionEnvironment['prompt'];
}

const OWNER = 'frontend GLOBAL';

/** HAProxy's message for an address that cannot be opened. @param code errno name */
function problemText({ span }: StatsSocketModel, address: AddressModel, code: string, owner = OWNER): string {
  const place = `Binding [${span.source.file}:${span.source.line}] for ${owner}`;
  return `${place}: ${bindReason(code)} for [${address.text}]`;
}

/** An address that cannot be listened on, in HAProxy's words. */
export class SocketProblem extends Error {}

/** The runtime sockets of a process (`stats socket`): they listen, and limit how many clients there are. */
export class RuntimeSockets {
  readonly #listeners: TransportListener[] = [];
  readonly #sessions = new Set<SocketSession>();
  readonly #environment: SessionEnvironment;

  constructor(readonly options: SocketsOptions) {
    this.#environment = {
      execute: options.execute,
      limit: options.bufferSize ?? DEFAULT_BUFFER,
      uptime: options.uptime,
      onEnd: (session) => this.#gone(session),
      ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
    };
  }

  /** Opens all. @throws SocketProblem for the first that cannot be opened */
  async open(transports: TransportProvider): Promise<void> {
    for (const model of this.options.sockets) {
      for (const address of model.bind.addresses) await this.#listen(model, address, transports);
    }
  }

  async #listen(model: StatsSocketModel, address: AddressModel, transports: TransportProvider): Promise<void> {
    const spec = this.#spec(model, address);
    try {
      this.#listeners.push(await transports.listen(spec, (transport) => this.#accept(transport, model)));
      if (address.kind === 'unix') setUnixPermissions(address.host, model.bind);
    } catch (error) {
      const code =
        error instanceof ListenError || (error instanceof Error && 'code' in error) ? String(error.code) : '';
      if (code === '') throw error;
      throw new SocketProblem(problemText(model, address, code, this.options.owner));
    }
  }

  /** All addresses, for a master process that opens them instead. */
  wanted(): { readonly spec: ListenSpec; problem(code: string): string }[] {
    return this.options.sockets.flatMap((model) =>
      model.bind.addresses.map((address) => ({
        spec: this.#spec(model, address),
        problem: (code: string) => problemText(model, address, code, this.options.owner),
      })),
    );
  }

  #spec({ bind }: StatsSocketModel, address: AddressModel): ListenSpec {
    const any = address.family === 6 ? '::' : '0.0.0.0';
    return {
      address: address.kind === 'ip' ? address.host || any : '',
      port: address.kind === 'ip' ? address.port : 0,
      path: address.kind === 'unix' ? address.host : '',
      fd: address.kind === 'fd' ? address.fd : -1,
      backlog: bind.backlog ?? this.#maxconn,
      v6only: bind.v6only || (address.family === 6 && !bind.v4v6),
    };
  }

  get #maxconn(): number {
    return this.options.maxconn ?? DEFAULT_MAXCONN;
  }

  #accept(transport: Transport, { bind }: StatsSocketModel): void {
    const state = newSession(
      bind.level === undefined ? (this.options.level ?? CliLevel.Operator) : LEVELS[bind.level],
      bind.severityOutput ?? 'none',
      this.options.timeout ?? DEFAULT_TIMEOUT,
    );
    this.options.onSession();
    this.#sessions.add(new SocketSession(transport, state, this.#environment));
    // Those over the limit wait in the backlog, as clients of a full frontend do.
    if (this.#sessions.size >= this.#maxconn) for (const listener of this.#listeners) listener.pause();
  }

  #gone(session: SocketSession): void {
    this.#sessions.delete(session);
    if (this.#sessions.size === this.#maxconn - 1) for (const listener of this.#listeners) listener.resume();
  }

  /** Clients that are connected now. */
  get clients(): number {
    return this.#sessions.size;
  }

  /** Stops listening; clients that are there go on. */
  close(): void {
    for (const listener of this.#listeners.splice(0)) listener.close();
  }

  /** Ends the clients' sessions too. */
  abort(): void {
    this.close();
    for (const session of this.#sessions) session.abort();
  }
}
