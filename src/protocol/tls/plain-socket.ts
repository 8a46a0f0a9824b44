import * as net from 'node:net';
import type { Transport } from '../../core/transport.js';
import { HandleTransport } from '../transport/handle.js';
import { NO_OWNER } from '../transport/no-owner.js';
import type { StreamHandle } from '../transport/native.js';
import { SocketTransport } from '../transport/socket.js';

export interface Plain {
  readonly plain: net.Socket;
  /** What is under it; undefined where handles are not used. */
  readonly handle: StreamHandle | undefined;
}

/**
 * Moves a connection into a socket that reads nothing by itself, which is what Node's TLS can be put on.
 * @param transport given away for good; its addresses can still be asked for
 */
export function plainSocket(transport: Transport): Plain {
  transport.owner = NO_OWNER;
  if (transport instanceof HandleTransport) {
    const handle = transport.detach();
    return { plain: socketOn(handle), handle };
  }
  if (transport instanceof SocketTransport) return { plain: socketOn(transport.detach()), handle: undefined };
  throw new TypeError('TLS needs a connection of the system');
}

/** Moves a connection into what is under it, where handles are used. @param transport given away when there is one */
export function detachedHandle(transport: Transport): StreamHandle | undefined {
  if (!(transport instanceof HandleTransport)) return undefined;
  transport.owner = NO_OWNER;
  return transport.detach();
}

function socketOn(handle: unknown): net.Socket {
  // `handle` and `pauseOnCreate` are Node's own, as net.Server uses them
  const options = { handle, pauseOnCreate: true, allowHalfOpen: true };
  return new net.Socket(options);
}
