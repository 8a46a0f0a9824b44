import { isIPv4 } from 'node:net';
import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../../core/transport.js';

/** Errors of a SOCKS4 handshake, in place of an errno name. */
const SOCKS_DENIED = 'ESOCKSDENY';
const SOCKS_UNANSWERED = 'ESOCKSRECV';

const VERSION = 4;
const CONNECT = 1;
/** What HAProxy calls itself, and what proxies may know it by. */
const USER = 'HAProxy';
const REPLY_LENGTH = 8;
const GRANTED = 0x5a;

/** A provider whose connections go by a SOCKS4 proxy where their `via` says so (manual 5.2 `socks4`). */
export function relayingProvider(provider: TransportProvider): TransportProvider {
  return {
    name: provider.name,
    listen: (spec, onConnection) => provider.listen(spec, onConnection),
    connect(spec, owner) {
      const { via } = spec;
      if (via === undefined || spec.path !== '') return provider.connect(spec, owner);
      const opening = new Opening(spec, owner);
      opening.transport = provider.connect({ ...spec, address: via.address, port: via.port }, opening);
      return opening.transport;
    },
  };
}

/** The request to connect to an IPv4 address; the protocol knows no others. */
export function socksRequest(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(8 + USER.length + 1);
  bytes[0] = VERSION;
  bytes[1] = CONNECT;
  bytes.writeUInt16BE(port, 2);
  for (const [index, part] of address.split('.').entries()) bytes[4 + index] = Number(part);
  bytes.write(USER, 8, 'latin1');
  return bytes;
}

/** Owns the connection until the proxy on the way has made it one to the server. */
class Opening implements TransportOwner {
  transport!: Transport;
  private received: Buffer = Buffer.alloc(0);
  private failure = '';

  constructor(
    private readonly spec: ConnectSpec,
    private readonly owner: TransportOwner,
  ) {}

  onConnect(): void {
    const { address, port } = this.spec;
    if (!isIPv4(address)) {
      this.fail(SOCKS_DENIED);
      return;
    }
    this.transport.writeLatin1(socksRequest(address, port).toString('latin1'));
  }

  onData(buffer: Buffer, length: number): void {
    this.received = Buffer.concat([this.received, buffer.subarray(0, length)]);
    if (this.received.length < REPLY_LENGTH) return;
    // HAProxy looks at the second byte alone
    if (this.received[1] === GRANTED) this.handOver();
    else this.fail(SOCKS_DENIED);
  }

  private handOver(): void {
    const { transport, owner, spec } = this;
    const rest = this.received.subarray(REPLY_LENGTH);
    transport.owner = owner;
    if (spec.tls === undefined && spec.greeting !== undefined) {
      const text = spec.greeting(transport.local, transport.remote);
      if (text !== '') transport.writeLatin1(text);
    }
    owner.onConnect();
    if (rest.length > 0 && !transport.closed) transport.owner.onData(rest, rest.length);
  }

  onDrain(): void {}

  onEnd(): void {
    this.fail(SOCKS_UNANSWERED);
  }

  private fail(failure: string): void {
    this.failure ||= failure;
    this.transport.destroy();
  }

  onClose(error: string): void {
    this.owner.onClose(this.failure || error || SOCKS_UNANSWERED);
  }
}
