/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own inner names, looked at before use */
import type { SecureContext } from 'node:tls';
import type { Chunk } from './buffers.js';

/** What a handle and its requests call back: the transport on top. `status` is 0 or a negative errno. */
export interface HandleUser {
  /** @returns the next read buffer, undefined = the same again */
  handleRead(result: number): Buffer | undefined;
  handleWritten(status: number): void;
  handleShutdown(status: number): void;
  handleConnected(status: number): void;
}

/**
 * The handles under `net.Socket`, as far as the handle transport uses them. Semi-private in Node (DEP0111): their only
 * users are this folder's files, a probe looks at everything before it is used, and `net.Socket` is the fallback.
 * Numbers returned are 0 or a negative errno.
 */
export interface StreamHandle {
  /** Ours: from the handle back to its transport. */
  transport: HandleUser;
  /** Called with `state[readResult]` set; what it returns becomes the next read buffer. */
  onread: (this: StreamHandle) => Buffer | undefined;
  readonly fd: number;
  /** Bytes libuv holds for the kernel. */
  readonly writeQueueSize: number;
  useUserBuffer(buffer: Buffer): void;
  readStart(): number;
  readStop(): number;
  writeLatin1String(request: WriteRequest, text: string): number;
  writeBuffer(request: WriteRequest, buffer: Buffer): number;
  shutdown(request: ShutdownRequest): number;
  close(done?: () => void): void;
  /** Ours: the TLS handle on it, which lives as long. */
  secured?: TlsHandle;
  listen(backlog: number): number;
  onconnection: (status: number, client: StreamHandle) => void;
}

export interface TcpHandle extends StreamHandle {
  open(fd: number): number;
  bind(address: string, port: number, flags?: number): number;
  bind6(address: string, port: number, flags: number): number;
  connect(request: ConnectRequest, address: string, port: number): number;
  connect6(request: ConnectRequest, address: string, port: number): number;
  getsockname(out: SocketName): number;
  getpeername(out: SocketName): number;
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, initialDelaySeconds: number): number;
  reset(done?: () => void): number;
}

export interface PipeHandle extends StreamHandle {
  bind(path: string): number;
  open(fd: number): number;
  /** What came with the bytes of the last read, on a pipe that passes handles. */
  pendingHandle?: StreamHandle | null;
  /** On a pipe that passes handles: `handle` goes along. */
  writeUtf8String(request: WriteRequest, text: string, handle?: StreamHandle): number;
  ref(): void;
  unref(): void;
  /** Answers nothing before Node 22: failures arrive at the request. */
  connect(request: ConnectRequest, path: string): number | undefined;
}

/** TLS on another handle; it reads and writes cleartext. */
export interface TlsHandle extends StreamHandle {
  /** Ours: what OpenSSL uses must not be collected. */
  secureContext: SecureContext;
  onhandshakestart: () => void;
  onhandshakedone: () => void;
  onerror: (error: Error) => void;
  setVerifyMode(requestCert: boolean, rejectUnauthorized: boolean): void;
  setALPNProtocols(list: Buffer): void;
  /** Takes bytes as if they had just arrived. */
  receive(bytes: Buffer): void;
  destroySSL(): void;
  getProtocol(): string;
  getCipher(): { readonly name: string } | undefined;
  getALPNNegotiatedProtocol(): string | false | undefined;
  isSessionReused(): boolean;
  getSession(): Buffer | undefined;
  getFinished(): Buffer | undefined;
  getPeerFinished(): Buffer | undefined;
  getCertificate(): { readonly raw?: Buffer } | undefined;
}

export interface SocketName {
  address?: string;
  port?: number;
  family?: string;
}

export interface WriteRequest {
  transport: HandleUser;
  /** The pooled memory the kernel still reads from, kept until the write is over; null for strings. */
  chunk: Chunk | null;
  oncomplete: (this: WriteRequest, status: number) => void;
}

export interface ShutdownRequest {
  transport: HandleUser;
  oncomplete: (this: ShutdownRequest, status: number) => void;
}

export interface ConnectRequest {
  transport: HandleUser;
  oncomplete: (this: ConnectRequest, status: number) => void;
}

/** The constructors and the array through which libuv's results come. */
export interface Native {
  readonly TCP: new (type: number) => TcpHandle;
  readonly TCPConnectWrap: new () => ConnectRequest;
  readonly Pipe: new (type: number) => PipeHandle;
  readonly PipeConnectWrap: new () => ConnectRequest;
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
  /** Puts TLS on a handle; undefined where that is not as expected, and sockets do. @param context SecureContext.context */
  readonly wrapTls:
    ((lower: StreamHandle, context: unknown, server: boolean, writing: boolean) => TlsHandle) | undefined;
  /** Results of the last read or write. */
  readonly state: Int32Array;
  /** Index in `state`: bytes read, or a negative errno. */
  readonly readResult: number;
  /** Index in `state`: 1 when the last write goes on in the background. */
  readonly wroteLater: number;
  readonly socketType: number;
  readonly serverType: number;
  /** Of pipes that pass handles. */
  readonly ipcType: number;
  readonly ipv6Only: number;
  /** 0 where this Node does not know SO_REUSEPORT. */
  readonly reusePort: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** `process.binding()` without the warning that `--pending-deprecation` would show to users. @throws under the permission model */
function binding(name: string): Fields {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return (process as unknown as { binding(name: string): Fields }).binding(name);
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** Takes what the handle transport needs. @throws Error naming the first thing that is not as expected */
export function loadNative(): Native {
  const tcp = binding('tcp_wrap');
  const pipe = binding('pipe_wrap');
  const stream = binding('stream_wrap');
  const constants = tcp['constants'] as Fields;
  const pipeConstants = pipe['constants'] as Fields;
  const native = {
    TCP: tcp['TCP'],
    TCPConnectWrap: tcp['TCPConnectWrap'],
    Pipe: pipe['Pipe'],
    PipeConnectWrap: pipe['PipeConnectWrap'],
    WriteWrap: stream['WriteWrap'],
    ShutdownWrap: stream['ShutdownWrap'],
    wrapTls: wrapOf(binding('tls_wrap')),
    state: stream['streamBaseState'],
    readResult: stream['kReadBytesOrError'],
    wroteLater: stream['kLastWriteWasAsync'],
    socketType: constants['SOCKET'],
    serverType: constants['SERVER'],
    ipcType: pipeConstants['IPC'],
    ipv6Only: constants['UV_TCP_IPV6ONLY'],
    reusePort: constants['UV_TCP_REUSEPORT'] ?? 0,
  };
  for (const name of ['TCP', 'TCPConnectWrap', 'Pipe', 'PipeConnectWrap', 'WriteWrap', 'ShutdownWrap'] as const) {
    if (typeof native[name] !== 'function') throw new Error(`${name} is not a constructor`);
  }
  for (const name of [
    'readResult',
    'wroteLater',
    'socketType',
    'serverType',
    'ipcType',
    'ipv6Only',
    'reusePort',
  ] as const) {
    if (typeof native[name] !== 'number') throw new Error(`${name} is not a number`);
  }
  if (!(native.state instanceof Int32Array)) throw new Error('streamBaseState is not an Int32Array');
  const checked = native as unknown as Native;
  checkHandles(checked);
  return checked;
}

const TLS_METHODS = [
  'setVerifyMode',
  'setALPNProtocols',
  'receive',
  'destroySSL',
  'getProtocol',
  'getCipher',
  'getALPNNegotiatedProtocol',
  'isSessionReused',
  'getSession',
  'getFinished',
  'getPeerFinished',
  'getCertificate',
  'readStart',
  'readStop',
  'useUserBuffer',
  'writeLatin1String',
  'writeBuffer',
  'shutdown',
];

function wrapOf({ wrap, TLSWrap: constructor }: Fields): Native['wrapTls'] {
  if (typeof wrap !== 'function' || typeof constructor !== 'function') return undefined;
  const methods = constructor.prototype as Fields;
  return TLS_METHODS.every((name) => typeof methods[name] === 'function') ? (wrap as Native['wrapTls']) : undefined;
}

const TCP_METHODS = [
  'bind',
  'bind6',
  'open',
  'connect',
  'connect6',
  'getsockname',
  'getpeername',
  'setNoDelay',
] as const;
const STREAM_METHODS = [
  'useUserBuffer',
  'readStart',
  'readStop',
  'writeLatin1String',
  'writeBuffer',
  'shutdown',
] as const;

/** Binds a real socket and looks at every shape that can be seen without an event loop turn. */
function checkHandles(native: Native): void {
  const server = new native.TCP(native.serverType);
  const client = new native.TCP(native.socketType);
  const pipe = new native.Pipe(native.socketType);
  try {
    for (const name of TCP_METHODS) requireMethod(server, name);
    for (const handle of [client, pipe]) {
      for (const name of [...STREAM_METHODS, 'setKeepAlive' as const]) {
        if (name !== 'setKeepAlive' || handle === client) requireMethod(handle, name);
      }
      handle.useUserBuffer(Buffer.allocUnsafeSlow(64));
      const result: unknown = handle.writeLatin1String(new native.WriteWrap(), 'x');
      if (typeof result !== 'number' || result >= 0) throw new Error('a write on an unconnected handle does not fail');
      if (typeof handle.writeQueueSize !== 'number') throw new Error('writeQueueSize is missing');
    }
    const name: SocketName = {};
    if (server.bind('127.0.0.1', 0) !== 0) return; // no IPv4 loopback on this machine: nothing more to see
    if (server.getsockname(name) !== 0 || name.address !== '127.0.0.1' || name.family !== 'IPv4') {
      throw new Error('getsockname answers in an unknown form');
    }
  } finally {
    for (const handle of [server, client, pipe]) handle.close();
  }
}

function requireMethod(handle: StreamHandle, name: string): void {
  if (typeof (handle as unknown as Fields)[name] !== 'function') throw new Error(`${name}() is missing`);
}
