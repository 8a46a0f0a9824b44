import { ListenError, type ListenSpec, type TransportProvider } from '../../core/transport.js';
import { errnoName } from './errno.js';
import { bind, type Bound } from './handle-provider.js';
import { errnoOf } from './listening.js';
import { loadNative } from './native.js';

/**
 * Sockets that are opened by one process and listened to by others: the master of master-worker mode opens them and
 * never accepts; its workers inherit the descriptors. While one of them is held, a connection finds a queue to wait in,
 * whoever comes and goes.
 */

/** What tells two addresses apart. The same in the process that holds a socket and in the one that inherits it. */
export function socketKey({ address, port, path, fd, v6only }: ListenSpec): string {
  if (fd >= 0) return `fd@${fd}`;
  if (path !== '') return `unix@${path}`;
  return `tcp@${address || '0.0.0.0'}:${port}${v6only && address === '::' ? ':v6only' : ''}`;
}

/** A bound socket. Its descriptor is good until close(). */
export interface HeldSocket {
  readonly fd: number;
  close(): void;
}

/**
 * Binds without accepting. A descriptor that was inherited itself is taken as it is.
 * @throws ListenError when the address cannot be had, or where this Node hides its handles (`ENOTSUP`)
 */
export function holdSocket(spec: ListenSpec): HeldSocket {
  if (spec.fd >= 0) return { fd: spec.fd, close: () => undefined };
  const bound = bindHandle(spec);
  // libuv keeps EADDRINUSE back until somebody asks
  const status = bound.tcp?.getsockname({}) ?? 0;
  if (status < 0) {
    bound.handle.close();
    throw new ListenError(errnoName(status), spec);
  }
  try {
    bound.publish();
  } catch (error) {
    bound.handle.close();
    bound.discard();
    throw new ListenError(errnoOf(error), spec);
  }
  return { fd: bound.handle.fd, close: () => bound.handle.close() };
}

function bindHandle(spec: ListenSpec): Bound {
  let native;
  try {
    native = loadNative();
  } catch {
    throw new ListenError('ENOTSUP', spec);
  }
  return bind(native, spec);
}

/**
 * The provider that listens on inherited descriptors wherever there is one for the address. Each is used once: whoever
 * closes a listener closes its descriptor, whose number may then be anything else's.
 */
export function inheriting(provider: TransportProvider, descriptors: ReadonlyMap<string, number>): TransportProvider {
  if (descriptors.size === 0) return provider;
  const left = new Map(descriptors);
  return {
    ...provider,
    listen(spec, onConnection) {
      const key = socketKey(spec);
      const fd = left.get(key);
      left.delete(key);
      return provider.listen(fd === undefined ? spec : { ...spec, fd }, onConnection);
    },
  };
}

/** The provider that shares TCP ports with other processes of ours (SO_REUSEPORT), where Node can: the kernel spreads. */
export function reusingPorts(provider: TransportProvider): TransportProvider {
  return {
    ...provider,
    listen: (spec, onConnection) => provider.listen({ ...spec, reusePort: true }, onConnection),
  };
}
