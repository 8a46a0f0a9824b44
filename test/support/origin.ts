import { createServer, type Server, type Socket } from 'node:net';
import { atEnd } from './cleanup.js';
import { takeRequest, type HttpMessage } from './http-message.js';
import { until } from './poll.js';

/** One connection as the origin saw it. */
export class OriginConnection {
  /** All bytes received, latin1. */
  received = '';
  readonly requests: HttpMessage[] = [];
  ending: 'open' | 'eof' | 'reset' = 'open';
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  send(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text, 'latin1');
  }

  /** Sends `text` and FIN. */
  end(text = ''): void {
    if (!this.socket.destroyed) this.socket.end(text, 'latin1');
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** What an origin does with a request (or, `onBytes`, with a piece of a stream). */
export type Behaviour = (connection: OriginConnection, request: HttpMessage) => void;

export const sends =
  (text: string): Behaviour =>
  (connection) =>
    connection.send(text);
export const sendsAndCloses =
  (text: string): Behaviour =>
  (connection) =>
    connection.end(text);
export const closes: Behaviour = (connection) => connection.end();
export const resets: Behaviour = (connection) => connection.reset();
export const hangs: Behaviour = () => {};

/** A complete response. */
export function ok(body = 'ok', fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}content-length: ${body.length}\r\n\r\n${body}`;
}

/** The request target's path: what a Behaviour table is keyed by. */
export function pathOf(head: string): string {
  const target = head.split(' ', 2)[1] ?? '';
  return target.replace(/^[a-z]+:\/\/[^/?]*/i, '').replace(/\?.*$/, '');
}

/** A raw TCP server that keeps every byte and answers complete HTTP/1 requests by a table of paths. */
export class RecordingOrigin {
  readonly connections: OriginConnection[] = [];
  port = 0;
  readonly #server: Server;
  readonly #table: Readonly<Record<string, Behaviour>>;
  readonly #fallback: Behaviour;
  readonly #held: { connection: OriginConnection; request: HttpMessage }[] = [];

  private constructor(table: Readonly<Record<string, Behaviour>>, fallback: Behaviour) {
    this.#table = table;
    this.#fallback = fallback;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /**
   * @param table behaviour by path
   * @param fallback for every other path; default: 200 with the body `ok`
   * @param port default: any
   */
  static async start(
    table: Readonly<Record<string, Behaviour>> = {},
    fallback: Behaviour = sends(ok()),
    port = 0,
  ): Promise<RecordingOrigin> {
    const origin = new RecordingOrigin(table, fallback);
    await new Promise<void>((done, fail) => {
      origin.#server.once('error', fail);
      origin.#server.listen(port, '127.0.0.1', done);
    });
    const address = origin.#server.address();
    if (typeof address === 'object' && address !== null) origin.port = address.port;
    atEnd(() => origin.stop());
    return origin;
  }

  /** All requests on all connections, in order of arrival. */
  readonly requests: HttpMessage[] = [];

  /** Requests that wait for release(). */
  get held(): number {
    return this.#held.length;
  }

  /** As a Behaviour: keeps the request waiting until release(). */
  readonly holds: Behaviour = (connection, request) => void this.#held.push({ connection, request });

  /** Answers the oldest held request. */
  release(answer = ok()): void {
    const next = this.#held.shift();
    if (next === undefined) throw new Error('no request is held');
    next.connection.send(answer);
  }

  /** Waits until `count` requests are held at once. */
  async holding(count: number): Promise<void> {
    await until(`${count} requests held`, () => this.#held.length >= count);
  }

  stop(): Promise<void> {
    return new Promise((stopped) => {
      this.#server.close(() => stopped());
      for (const { socket } of this.connections) socket.destroy();
    });
  }

  #accept(socket: Socket): void {
    const connection = new OriginConnection(socket);
    this.connections.push(connection);
    let rest = '';
    socket.on('error', () => (connection.ending = 'reset'));
    socket.on('end', () => {
      connection.ending = 'eof';
      if (!socket.destroyed) socket.end();
    });
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      connection.received += text;
      rest += text;
      for (let request = takeRequest(rest); request !== undefined; request = takeRequest(rest)) {
        rest = rest.slice(request.length);
        connection.requests.push(request);
        this.requests.push(request);
        (this.#table[pathOf(request.head)] ?? this.#fallback)(connection, request);
      }
    });
  }
}
