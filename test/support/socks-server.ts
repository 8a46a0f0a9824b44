import { connect, createServer, type Socket } from 'node:net';
import { atEnd } from './cleanup.js';

const REQUEST_LENGTH = 16;

/** A SOCKS4 proxy in this process. */
export class SocksServer {
  /** What requests asked for, in hexadecimal. */
  readonly requests: string[] = [];
  /** What it does with the next ones. */
  manner: 'grant' | 'deny' | 'hang up' | 'silence' = 'grant';
  port = 0;
  readonly #server = createServer((socket) => this.#serve(socket));

  static async start(): Promise<SocksServer> {
    const socks = new SocksServer();
    const server = socks.#server;
    await new Promise<void>((bound) => server.listen(0, '127.0.0.1', bound));
    const place = server.address();
    socks.port = typeof place === 'object' && place !== null ? place.port : 0;
    atEnd(() => void server.close());
    return socks;
  }

  #serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    socket.on('error', () => undefined);
    const read = (bytes: Buffer): void => {
      received = Buffer.concat([received, bytes]);
      if (received.length < REQUEST_LENGTH) return;
      socket.off('data', read);
      this.requests.push(received.subarray(0, REQUEST_LENGTH).toString('hex'));
      this.#answer(socket, received);
    };
    socket.on('data', read);
  }

  #answer(socket: Socket, request: Buffer): void {
    if (this.manner === 'silence') return;
    if (this.manner === 'hang up') {
      socket.end();
      return;
    }
    if (this.manner === 'deny') {
      socket.end(Buffer.from([0, 0x5b, 0, 0, 0, 0, 0, 0]));
      return;
    }
    const host = [...request.subarray(4, 8)].join('.');
    const server = connect({ host, port: request.readUInt16BE(2) }, () => {
      // in two pieces, as a network may bring it
      socket.write(Buffer.from([0, 0x5a, 0]));
      setImmediate(() => {
        socket.write(Buffer.alloc(5));
        server.write(request.subarray(REQUEST_LENGTH));
        socket.pipe(server).pipe(socket);
      });
    });
    server.on('error', () => socket.destroy());
    socket.on('close', () => server.destroy());
  }
}
