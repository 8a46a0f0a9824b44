import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { connect, type Socket } from 'node:net';

/** The way to one name server. Sockets are opened when there is something to ask, and hold no process alive. */
export interface NameserverLink {
  /** Sends a question. @param failed called when it could not be sent */
  send(question: Buffer, failed: () => void): void;
  close(): void;
}

/** Where a name server is. */
export interface NameserverPlace {
  /** IP address, or a name that the system resolves. */
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

export type Receive = (message: Buffer) => void;

/**
 * Questions over UDP. The socket is connected: the kernel lets nobody else answer, and picks a port of its own for it,
 * which whoever wants to forge answers has to guess.
 */
export class UdpLink implements NameserverLink {
  private socket: Datagrams | undefined = undefined;
  private ready: Promise<Datagrams> | undefined = undefined;

  constructor(
    private readonly place: NameserverPlace,
    private readonly receive: Receive,
  ) {}

  send(question: Buffer, failed: () => void): void {
    this.ready ??= this.open();
    this.ready.then((socket) => {
      if (socket !== this.socket) failed();
      else
        socket.send(question, (error) => {
          if (error !== null) failed();
        });
    }, failed);
  }

  private open(): Promise<Datagrams> {
    const { host, port, family } = this.place;
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    this.socket = socket;
    socket.unref();
    socket.on('message', (message) => this.receive(message));
    return new Promise((resolve, reject) => {
      let connected = false;
      socket.on('error', (error) => {
        // that nobody listens there now (ICMP) may change; a socket that never knew where to send is of no use
        if (!connected && this.socket === socket) this.close();
        reject(error);
      });
      socket.connect(port, host, () => {
        connected = true;
        resolve(socket);
      });
    });
  }

  close(): void {
    const { socket } = this;
    this.socket = undefined;
    this.ready = undefined;
    if (socket === undefined) return;
    socket.removeAllListeners('message');
    socket.close();
  }
}

/** How long an idle connection to a name server is kept, ms: HAProxy looks every five seconds. */
const IDLE = 5000;

/** Questions over TCP (RFC 7766): one connection, any number of questions on it, each message behind its length. */
export class TcpLink implements NameserverLink {
  private socket: Socket | undefined = undefined;
  private received: Buffer = Buffer.alloc(0);

  constructor(
    private readonly place: NameserverPlace,
    private readonly receive: Receive,
  ) {}

  send(question: Buffer, failed: () => void): void {
    const socket = this.socket ?? this.open();
    const framed = Buffer.allocUnsafe(2 + question.length);
    framed.writeUInt16BE(question.length);
    question.copy(framed, 2);
    socket.write(framed, (error) => {
      if (error != null) failed();
    });
  }

  private open(): Socket {
    const { host, port, family } = this.place;
    const socket = connect({ host, port, family, noDelay: true });
    socket.unref();
    socket.setTimeout(IDLE, () => socket.destroy());
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined;
    });
    this.socket = socket;
    this.received = Buffer.alloc(0);
    return socket;
  }

  private take(bytes: Buffer): void {
    let rest = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE();
      if (rest.length < end) break;
      this.receive(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
    this.received = rest;
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }
}
