/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own inner names, looked at before use */
import { once } from 'node:events';
import * as net from 'node:net';
import { clock } from '../../base/clock.js';
import { reportFault } from '../../base/fault.js';
import { ListenError } from '../../core/transport.js';
import type {
  ConnectSpec,
  Endpoint,
  ListenSpec,
  Transport,
  TransportListener,
  TransportOwner,
  TransportProvider,
} from '../../core/transport.js';
import { NO_ENDPOINT, endpoint } from './endpoint.js';
import { WaitingRoom, errnoOf, socketFile } from './listening.js';
import { NO_OWNER } from './no-owner.js';
import { SocketTransport } from './socket.js';

/** Transports on `net.Socket`. */
export function socketProvider(): TransportProvider {
  return { name: 'socket', listen, connect };
}

function connect(spec: ConnectSpec, owner: TransportOwner): Transport {
  const transport = new SocketTransport(owner, (options) => new net.Socket(options));
  const { socket } = transport;
  socket.on('connect', () => transport.connected());
  try {
    socket.setNoDelay(true);
    if (spec.path !== '') socket.connect({ path: spec.path });
    else if (net.isIP(spec.address) === 0) throw Object.assign(new Error('not an IP address'), { code: 'EINVAL' });
    else socket.connect(tcpOptions(spec));
  } catch (error) {
    transport.connectFailed(error);
  }
  return transport;
}

function tcpOptions(spec: ConnectSpec): net.TcpNetConnectOpts {
  return {
    host: spec.address,
    port: spec.port,
    ...(spec.sourceAddress === '' ? {} : { localAddress: spec.sourceAddress }),
    ...(spec.sourcePort === 0 ? {} : { localPort: spec.sourcePort }),
  };
}

async function listen(spec: ListenSpec, onConnection: (transport: Transport) => void): Promise<TransportListener> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  const room = new WaitingRoom<net.Socket>((socket) => admit(socket, onConnection));
  const file = spec.path === '' ? null : socketFile(spec.path);
  server.on('connection', (socket) => room.enter(socket));
  try {
    server.listen(listenOptions(spec, file?.bindPath));
    await once(server, 'listening');
    file?.publish();
  } catch (error) {
    server.close();
    file?.discard();
    throw new ListenError(errnoOf(error), spec);
  }
  // Accepting can fail for a while (no descriptor left); connections that exist go on.
  server.on('error', (error) => reportFault('accept', error));
  return new SocketListener(server, room);
}

function listenOptions(spec: ListenSpec, path: string | undefined): net.ListenOptions & { reusePort?: boolean } {
  const { backlog } = spec;
  if (spec.fd >= 0) return { fd: spec.fd, backlog } as net.ListenOptions;
  if (path !== undefined) return { path, backlog };
  const options = { host: spec.address || '0.0.0.0', port: spec.port, ipv6Only: spec.v6only, backlog, exclusive: true };
  return spec.reusePort === true ? { ...options, reusePort: true } : options;
}

/** Moves an accepted connection into a socket that reads through `onread`, which net.Server itself cannot make. */
function admit(accepted: net.Socket, onConnection: (transport: Transport) => void): void {
  const holder = accepted as net.Socket & { _handle: unknown };
  const handle = holder._handle;
  if (handle === null || handle === undefined) return; // gone while it waited
  holder._handle = null;
  const transport = new SocketTransport(
    NO_OWNER,
    (options) => new net.Socket({ ...options, handle, pauseOnCreate: true } as net.SocketConstructorOpts),
  );
  clock.enter();
  try {
    onConnection(transport);
  } catch (error) {
    reportFault('onConnection', error);
    transport.destroy();
  }
  clock.leave();
}

class SocketListener implements TransportListener {
  readonly local: Endpoint;
  readonly fd: number;
  private readonly server: net.Server;
  private readonly room: WaitingRoom<net.Socket>;

  constructor(server: net.Server, room: WaitingRoom<net.Socket>) {
    this.server = server;
    this.room = room;
    const address = server.address();
    this.local =
      typeof address === 'object' && address !== null ? endpoint(address.address, address.port) : NO_ENDPOINT;
    const { _handle: handle } = server as net.Server & { _handle?: { fd?: number } | null };
    this.fd = handle?.fd ?? -1;
  }

  pause(): void {
    this.room.pause();
  }

  resume(): void {
    this.room.resume();
  }

  close(): void {
    this.server.close();
    for (const socket of this.room.leave()) socket.destroy();
  }
}
