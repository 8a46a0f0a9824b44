import { connect, type Socket } from 'node:net';
import { atEnd } from './cleanup.js';
import { statusOf, takeResponse, type HttpMessage } from './http-message.js';
import { until } from './poll.js';

/** How the proxy left the connection. */
export type Ending = 'open' | 'eof' | 'reset';

/** A TCP client that sends bytes as they are and keeps what comes back, as latin1 text. */
export class RawClient {
  /** Bytes not yet taken by response(). */
  received = '';
  ending: Ending = 'open';
  /** Our side's port: what the log calls the client's. */
  port = 0;
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => (this.received += bytes.toString('latin1')));
    socket.on('end', () => (this.ending = 'eof'));
    socket.on('error', () => (this.ending = 'reset'));
    atEnd(() => void socket.destroy());
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
    const client = new RawClient(socket);
    await new Promise<void>((connected, fail) => {
      socket.once('connect', connected);
      socket.once('error', fail);
    });
    client.port = socket.localPort ?? 0;
    return client;
  }

  send(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text, 'latin1');
  }

  /** Sends FIN; goes on reading. */
  end(): void {
    this.socket.end();
  }

  /** Sends RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next final response (interim ones are dropped), taken out of `received`. */
  async response(method = 'GET', ms = 10_000): Promise<HttpMessage> {
    for (;;) {
      const next = await this.message(method, ms);
      if (statusOf(next.head) >= 200 || statusOf(next.head) === 101) return next;
    }
  }

  /** The next response, interim or final, taken out of `received`. */
  async message(method = 'GET', ms = 10_000): Promise<HttpMessage> {
    const message = await until(
      'a complete response',
      () => {
        const found = takeResponse(this.received, method);
        return found !== undefined && (!found.untilClose || this.ending !== 'open') ? found : undefined;
      },
      ms,
    ).catch((late: unknown) => {
      throw new Error(`${String(late)}; so far (${this.ending}): ${JSON.stringify(this.received.slice(0, 500))}`);
    });
    this.received = this.received.slice(message.length);
    return message;
  }

  /** One request, one response. */
  ask(request: string, method = request.slice(0, request.indexOf(' '))): Promise<HttpMessage> {
    this.send(request);
    return this.response(method);
  }

  /** Waits until the proxy has closed. @returns how, and how long it took */
  async closed(ms = 10_000): Promise<{ ending: Ending; after: number }> {
    const begin = performance.now();
    await until('the proxy closes', () => this.ending !== 'open', ms);
    return { ending: this.ending, after: performance.now() - begin };
  }
}

/** The head of a request without a body. */
export function get(path: string, fields = '', version = '1.1'): string {
  return `GET ${path} HTTP/${version}\r\nhost: test\r\n${fields}\r\n`;
}

/** A request on a connection of its own. */
export async function askOnce(port: number, request: string): Promise<HttpMessage> {
  const client = await RawClient.connect(port);
  const response = await client.ask(request);
  client.close();
  return response;
}
