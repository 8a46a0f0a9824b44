/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own inner names, looked at before use */
import * as net from 'node:net';
import { clock } from '../../base/clock.js';
import { reportFault } from '../../base/fault.js';
import { ListenError } from '../../core/transport.js';
import type {
  ConnectSpec,
  Endpoint,
  ListenSpec,
  SharedSocket,
  Transport,
  TransportListener,
  TransportOwner,
  TransportProvider,
} from '../../core/transport.js';
import { NO_ENDPOINT, endpoint } from './endpoint.js';
import { errnoName } from './errno.js';
import { Duplicator } from './duplicate.js';
import { HandleTransport, useNative } from './handle.js';
import { WaitingRoom, errnoOf, socketFile } from './listening.js';
import type { Native, SocketName, StreamHandle, TcpHandle } from './native.js';
import { NO_OWNER } from './no-owner.js';

/** Transports on TCP and pipe handles. @param native what the probe found */
export function handleProvider(native: Native): TransportProvider {
  useNative(native);
  return {
    name: 'handle',
    listen: (spec, onConnection) => new HandleListener(native, spec, onConnection),
    connect: (spec, owner) => connect(native, spec, owner),
  };
}

function connect(native: Native, spec: ConnectSpec, owner: TransportOwner): Transport {
  if (spec.path !== '') {
    const pipe = new native.Pipe(native.socketType);
    const transport = new HandleTransport(pipe, null, owner);
    transport.connectPipe(pipe, spec.path);
    return transport;
  }
  const tcp = new native.TCP(native.socketType);
  const transport = new HandleTransport(tcp, tcp, owner);
  const status = bindSource(tcp, spec);
  if (status < 0) {
    transport.connectFailed(status);
    return transport;
  }
  tcp.setNoDelay(true);
  transport.connectTcp(tcp, spec.address, spec.port);
  return transport;
}

function bindSource(tcp: TcpHandle, spec: ConnectSpec): number {
  if (spec.sourceAddress === '' && spec.sourcePort === 0) return 0;
  if (spec.address.includes(':')) return tcp.bind6(spec.sourceAddress || '::', spec.sourcePort, 0);
  return tcp.bind(spec.sourceAddress || '0.0.0.0', spec.sourcePort);
}

/** Opened when the first socket is shared. */
let duplicator: Promise<Duplicator> | undefined = undefined;

/** A listening handle: bound and listening when the constructor returns. */
class HandleListener implements TransportListener {
  readonly local: Endpoint;
  private readonly inner: StreamHandle;
  /** What other threads accept from; it may live longer than this listener. */
  private copy: StreamHandle | undefined = undefined;
  private readonly tcp: TcpHandle | null;
  private readonly room: WaitingRoom<StreamHandle>;
  private readonly onConnection: (transport: Transport) => void;
  private closed = false;

  /** @throws ListenError */
  constructor(
    private readonly native: Native,
    spec: ListenSpec,
    onConnection: (transport: Transport) => void,
  ) {
    this.onConnection = onConnection;
    this.room = new WaitingRoom((client) => this.admit(client));
    const bound = bind(native, spec);
    this.inner = bound.handle;
    this.tcp = bound.tcp;
    this.inner.onconnection = (status, client) => {
      // With no descriptor left libuv itself turns the connection away: nothing to do but wait for better times.
      if (status === 0) this.room.enter(client);
    };
    const status = this.inner.listen(spec.backlog);
    if (status < 0) this.fail(errnoName(status), spec, bound.discard);
    try {
      bound.publish();
    } catch (error) {
      this.fail(errnoOf(error), spec, bound.discard);
    }
    // Linux hands TCP_NODELAY on to accepted sockets: one system call less per connection.
    if (process.platform === 'linux') this.tcp?.setNoDelay(true);
    this.local = this.lookUp();
  }

  get fd(): number {
    return this.closed ? -1 : this.inner.fd;
  }

  get handle(): StreamHandle | undefined {
    return this.closed ? this.copy : this.inner;
  }

  async share(): Promise<SharedSocket> {
    duplicator ??= Duplicator.open(this.native);
    const copies = await duplicator;
    // a copy that stays here: its socket outlives this listener
    const source = await copies.duplicate(this.inner);
    this.copy = source;
    return {
      descriptor: () => copies.descriptorFor(source),
      close: () => {
        this.copy = undefined;
        source.close();
      },
    };
  }

  pause(): void {
    this.room.pause();
  }

  resume(): void {
    this.room.resume();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.inner.close();
    for (const client of this.room.leave()) client.close();
  }

  private admit(client: StreamHandle): void {
    const tcp = this.tcp === null ? null : (client as TcpHandle);
    if (process.platform !== 'linux') tcp?.setNoDelay(true);
    const transport = new HandleTransport(client, tcp, NO_OWNER);
    clock.enter();
    try {
      this.onConnection(transport);
    } catch (error) {
      reportFault('onConnection', error);
      transport.destroy();
    }
    clock.leave();
  }

  private lookUp(): Endpoint {
    const name: SocketName = {};
    if (this.tcp === null || this.tcp.getsockname(name) !== 0) return NO_ENDPOINT;
    return endpoint(name.address, name.port);
  }

  private fail(code: string, spec: ListenSpec, discard: () => void): never {
    this.closed = true;
    this.inner.close();
    discard();
    throw new ListenError(code, spec);
  }
}

/** A bound handle, and what is to be done with its file. */
export interface Bound {
  readonly handle: StreamHandle;
  readonly tcp: TcpHandle | null;
  readonly publish: () => void;
  readonly discard: () => void;
}

const NO_FILE = { publish: () => undefined, discard: () => undefined };

/** Makes and binds the handle that `spec` asks for. @throws ListenError */
export function bind(native: Native, spec: ListenSpec): Bound {
  if (spec.fd >= 0) return inherit(native, spec);
  if (spec.path !== '') return bindPath(native, spec);
  const handle = new native.TCP(native.serverType);
  const reuse = spec.reusePort === true ? native.reusePort : 0;
  const status = spec.address.includes(':')
    ? handle.bind6(spec.address, spec.port, (spec.v6only ? native.ipv6Only : 0) | reuse)
    : handle.bind(spec.address || '0.0.0.0', spec.port, reuse);
  if (status < 0) {
    handle.close();
    throw new ListenError(errnoName(status), spec);
  }
  return { handle, tcp: handle, ...NO_FILE };
}

function bindPath(native: Native, spec: ListenSpec): Bound {
  const file = socketFile(spec.path);
  const handle = new native.Pipe(native.serverType);
  const status = handle.bind(file.bindPath);
  if (status < 0) {
    handle.close();
    throw new ListenError(errnoName(status), spec);
  }
  return { handle, tcp: null, publish: () => file.publish(), discard: () => file.discard() };
}

/** An inherited descriptor may be TCP or UNIX: net's own handle factory finds out. */
function inherit(native: Native, spec: ListenSpec): Bound {
  const factory = net as unknown as {
    _createServerHandle?: (address: null, port: null, family: null, fd: number) => StreamHandle | number;
  };
  let made: StreamHandle | number;
  try {
    made = factory._createServerHandle?.(null, null, null, spec.fd) ?? openTcp(native, spec.fd);
  } catch (error) {
    throw new ListenError(errnoOf(error), spec);
  }
  if (typeof made === 'number') throw new ListenError(errnoName(made), spec);
  const tcp = made instanceof native.TCP ? made : null;
  return { handle: made, tcp, ...NO_FILE };
}

function openTcp(native: Native, fd: number): StreamHandle | number {
  const handle = new native.TCP(native.serverType);
  const status = handle.open(fd);
  return status < 0 ? status : handle;
}
