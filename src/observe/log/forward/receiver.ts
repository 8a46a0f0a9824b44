import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { BindModel } from '../../../config/model.js';
import {
  ListenError,
  type ListenSpec,
  type Transport,
  type TransportListener,
  type TransportProvider,
} from '../../../core/transport.js';
import { bindReason } from '../../../listener/bind.js';
import { setUnixPermissions } from '../../../listener/unix-permissions.js';
import type { CompiledLogForward, LogListener } from '../../../state/compile-log-sections.js';
import type { LineSink } from '../sink.js';
import { SyslogConnection } from './connection.js';
import { LineFraming } from './framing.js';
import { hostFrom, parseLine } from './line.js';

const DEFAULT_BACKLOG = 128;

/** A `log-forward` section (manual 3.10): lines come over TCP and UDP, and go to its `log` lines. */
export class LogReceiver {
  private readonly listeners: TransportListener[] = [];
  private readonly sockets: Socket[] = [];
  private readonly connections = new Set<SyslogConnection>();

  /** @param limit `tune.bufsize`: the longest line. @param count counts a line that came */
  constructor(
    private readonly section: CompiledLogForward,
    private readonly sinks: readonly LineSink[],
    private readonly limit: number,
    private readonly count: () => void,
  ) {}

  /** Addresses for connections, for a master process that opens them instead. */
  wanted(): { readonly spec: ListenSpec; problem(code: string): string }[] {
    return this.section.listeners.map((listener) => ({
      spec: this.spec(listener),
      problem: (code: string) => this.problem(listener.bind, listener.address.text, code),
    }));
  }

  private problem({ span }: BindModel, text: string, code: string): string {
    const place = `Binding [${span.source.file}:${span.source.line}] for log-forward ${this.section.model.name}`;
    return `${place}: ${bindReason(code)} for [${text}]`;
  }

  /** @returns what went wrong, in HAProxy's words */
  async open(transports: TransportProvider): Promise<string[]> {
    const problems: string[] = [];
    const { model, listeners } = this.section;
    for (const listener of listeners) {
      await this.attempt(problems, listener.bind, listener.address.text, () => this.listen(listener, transports));
    }
    for (const bind of model.datagramBinds) {
      for (const address of bind.addresses) {
        for (let port = address.port; port <= Math.max(address.port, address.portEnd); port++) {
          await this.attempt(problems, bind, address.text, () =>
            this.receive(bind, address.host, port, address.family),
          );
        }
      }
    }
    return problems;
  }

  private async attempt(problems: string[], bind: BindModel, text: string, open: () => Promise<void>): Promise<void> {
    try {
      await open();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!(error instanceof ListenError) && code === '') throw error;
      problems.push(this.problem(bind, text, code));
    }
  }

  private async listen(listener: LogListener, transports: TransportProvider): Promise<void> {
    const { bind, address } = listener;
    const socket = await transports.listen(this.spec(listener), (transport) => this.accept(transport, listener));
    this.listeners.push(socket);
    if (address.kind === 'unix') setUnixPermissions(address.host, bind);
  }

  private spec({ bind, address, port }: LogListener): ListenSpec {
    const { backlog, maxconn } = this.section.model;
    const ip = address.kind === 'ip';
    return {
      address: ip ? address.host || (address.family === 6 ? '::' : '0.0.0.0') : '',
      port: ip ? port : 0,
      path: ip || address.kind === 'fd' ? '' : address.kind === 'abns' ? `\0${address.host}` : address.host,
      fd: address.kind === 'fd' ? address.fd : -1,
      backlog: bind.backlog ?? backlog ?? (maxconn || DEFAULT_BACKLOG),
      v6only: bind.v6only || (address.family === 6 && !bind.v4v6),
    };
  }

  private accept(transport: Transport, { tls }: LogListener): void {
    const { maxconn, timeoutClient = 0, assumeLines } = this.section.model;
    const source = this.section.model.hostMode === undefined ? '' : transport.remote.address;
    const framing = new LineFraming(this.limit, assumeLines, (line) => this.take(line, source));
    const secured = tls === undefined ? transport : tls.secure(transport);
    this.connections.add(new SyslogConnection(secured, framing, timeoutClient, (gone) => this.leave(gone)));
    // those over the limit wait in the backlog
    if (maxconn > 0 && this.connections.size >= maxconn) for (const listener of this.listeners) listener.pause();
  }

  private leave(connection: SyslogConnection): void {
    this.connections.delete(connection);
    const { maxconn } = this.section.model;
    if (maxconn > 0 && this.connections.size === maxconn - 1) for (const listener of this.listeners) listener.resume();
  }

  private async receive(bind: BindModel, host: string, port: number, family: 4 | 6 | undefined): Promise<void> {
    const six = family === 6 || host.includes(':');
    // as with SO_REUSEPORT in HAProxy, a successor may take the port while this process still has it
    const socket = createSocket({ type: six ? 'udp6' : 'udp4', reuseAddr: true, ipv6Only: six && !bind.v4v6 });
    socket.on('message', (bytes, { address }) => this.take(bytes.latin1Slice(0, bytes.length), address));
    socket.bind(port, host === '' ? undefined : host);
    await once(socket, 'listening');
    socket.on('error', () => {});
    this.sockets.push(socket);
  }

  private take(bytes: string, source: string): void {
    this.count();
    const { parsed, hostMode } = this.section.model;
    const received = parseLine(bytes, parsed);
    const line = hostMode === undefined ? received : hostFrom(received, hostMode, source);
    for (const sink of this.sinks) sink.forward(line);
  }

  /** Nothing more comes in by new connections. */
  close(): void {
    for (const socket of this.sockets.splice(0)) socket.close();
    for (const listener of this.listeners.splice(0)) listener.close();
  }

  abort(): void {
    this.close();
    for (const connection of this.connections) connection.abort();
  }
}
