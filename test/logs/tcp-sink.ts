import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { atEnd } from '../support/cleanup.js';

/** A syslog server over TCP in this process: keeps what each connection sent. */
export class TcpSink {
  readonly connections: { received: string; readonly socket: Socket }[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      const connection = { received: '', socket };
      this.connections.push(connection);
      socket.setEncoding('latin1').on('data', (text: string) => (connection.received += text));
      socket.on('error', () => {});
    });
    atEnd(() => {
      for (const { socket } of this.connections) socket.destroy();
      this.#server.close();
    });
  }

  /** @param port 0 = any */
  static async start(port = 0): Promise<TcpSink> {
    const sink = new TcpSink();
    await new Promise<void>((listening) => sink.#server.listen(port, '127.0.0.1', listening));
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get received(): string {
    return this.connections.map(({ received }) => received).join('');
  }
}
