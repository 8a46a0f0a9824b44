import { ListenError, type ListenSpec, type TransportProvider } from '../core/transport.js';
import type { Listener } from '../state/frontend.js';
import { socketPath } from '../state/socket-path.js';
import type { Acceptor } from './acceptor.js';
import { setUnixPermissions } from './unix-permissions.js';

/** HAProxy derives the backlog from the frontend's maxconn (manual 4.2 `backlog`). */
const LARGEST_BACKLOG = 65_535;

export function listenSpec(listener: Listener): ListenSpec {
  const { bind, bindAddress, frontend, port } = listener;
  const backlog = bind.backlog ?? frontend.model.backlog ?? bind.maxconn ?? frontend.maxconn;
  return {
    address: bindAddress.kind === 'ip' ? bindAddress.host || (bindAddress.family === 6 ? '::' : '0.0.0.0') : '',
    port: bindAddress.kind === 'ip' ? port : 0,
    path: socketPath(bindAddress),
    fd: bindAddress.kind === 'fd' ? bindAddress.fd : -1,
    backlog: Math.min(LARGEST_BACKLOG, Math.max(1, backlog)),
    v6only: bind.v6only || (bindAddress.family === 6 && !bind.v4v6),
  };
}

/** Opens one address of a `bind` line. @throws ListenError */
export async function bindListener(
  acceptor: Acceptor,
  listener: Listener,
  transports: TransportProvider,
): Promise<void> {
  const socket = await transports.listen(listenSpec(listener), (transport) => acceptor.accept(transport, listener));
  acceptor.add(socket, listener);
  if (listener.bindAddress.kind === 'unix') permit(listener);
}

/** @throws ListenError */
function permit(listener: Listener): void {
  const spec = listenSpec(listener);
  try {
    setUnixPermissions(spec.path, listener.bind);
  } catch (error) {
    throw new ListenError(error instanceof Error && 'code' in error ? String(error.code) : 'EINVAL', spec);
  }
}

/** libc's texts for what goes wrong when binding. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'cannot bind socket (Address already in use)',
  EACCES: 'cannot bind socket (Permission denied)',
  EADDRNOTAVAIL: 'cannot bind socket (Cannot assign requested address)',
  EAFNOSUPPORT: 'cannot create listening socket (Address family not supported by protocol)',
  EINVAL: 'cannot bind socket (Invalid argument)',
  EBADF: 'cannot use file descriptor (Bad file descriptor)',
  ENOENT: 'cannot bind UNIX socket (No such file or directory)',
};

/** HAProxy's message for an address that cannot be opened. */
export function bindProblem(listener: Listener, error: ListenError): string {
  const { source } = listener.bind.span;
  const kind = listener.frontend.model.kind === 'listen' ? 'proxy' : 'frontend';
  return `Binding [${source.file}:${source.line}] for ${kind} ${listener.frontend.name}: ${bindReason(error.code)} for [${listener.address}]`;
}

/** @param code errno name */
export function bindReason(code: string): string {
  return REASONS[code] ?? `cannot bind socket (${code})`;
}
