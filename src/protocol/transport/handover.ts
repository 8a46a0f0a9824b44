/* oxlint-disable typescript/no-unsafe-type-assertion -- Node's own inner names, looked at before use */
import { chmodSync } from 'node:fs';
import type { TransportListener, TransportProvider } from '../../core/transport.js';
import { errnoName } from './errno.js';
import { socketKey } from './held.js';
import { socketFile } from './listening.js';
import { loadNative, type Native, type StreamHandle } from './native.js';

/**
 * Listening sockets from a process to the one that replaces it (`expose-fd listeners` and `-x`, management manual 3).
 * Descriptors travel over a UNIX socket; of Node's handles only those of the kind it uses between parent and child can do
 * that. The socket has a file of its own beside the runtime socket's, since an accepted handle is of another kind.
 *
 *    successor                      predecessor
 *        |--- connects ------------------>|
 *        |<-- key of a socket + descriptor|   once for each
 *        |<-- an empty line --------------|
 *        |--- closes -------------------->|   not the other way round: libuv would lose what is unread
 */
export const HANDOVER_SUFFIX = '.handover';
/** How long a predecessor may take to answer, ms. */
const PATIENCE = 2000;

/** A listening socket and its key. */
interface Offered {
  readonly key: string;
  readonly handle: StreamHandle;
}

/** Remembers which listeners are open, to offer them. */
export class OpenListeners {
  readonly #open: { readonly key: string; readonly listener: TransportListener }[] = [];

  /** The provider, watched. UNIX sockets are not remembered: a successor moves its file over the old one. */
  watch(provider: TransportProvider): TransportProvider {
    return {
      ...provider,
      listen: (spec, onConnection) => {
        const remember = (listener: TransportListener): TransportListener => {
          if (spec.path === '') this.#open.push({ key: socketKey(spec), listener });
          return listener;
        };
        const made = provider.listen(spec, onConnection);
        return made instanceof Promise ? made.then(remember) : remember(made);
      },
    };
  }

  get all(): Offered[] {
    return this.#open.flatMap(({ key, listener: { handle } }) =>
      handle === undefined ? [] : [{ key, handle: handle as StreamHandle }],
    );
  }
}

/**
 * Offers listening sockets to whoever may connect beside the runtime socket `path`.
 * @param mode permissions of the file; undefined = the system's
 * @returns how to withdraw the offer, or why it cannot be made
 */
export function offerSockets(path: string, mode: number | undefined, open: OpenListeners): (() => void) | string {
  let native: Native;
  try {
    native = loadNative();
  } catch (error) {
    return String(error);
  }
  const file = socketFile(path + HANDOVER_SUFFIX);
  const server = new native.Pipe(native.serverType);
  server.onconnection = (status, client) => {
    if (status === 0) send(native, client, open.all);
  };
  const status = server.bind(file.bindPath) || server.listen(16);
  if (status < 0) {
    server.close();
    return errnoName(status);
  }
  if (mode !== undefined) chmodSync(file.bindPath, mode);
  file.publish();
  return () => server.close();
}

function send(native: Native, client: StreamHandle, sockets: readonly Offered[]): void {
  // The accepted handle stays silent; a passing one writes to the same descriptor, and is not closed.
  const pipe = new native.Pipe(native.ipcType);
  pipe.open(client.fd);
  const messages = [
    ...sockets.map(({ key, handle }) => ({ text: `${key}\n`, handle })),
    { text: '\n', handle: undefined },
  ];
  const next = (): void => {
    const message = messages.shift();
    if (message === undefined) return closeAfter(native, client);
    const request = new native.WriteWrap();
    request.oncomplete = (status) => (status < 0 ? client.close() : next());
    const status = pipe.writeUtf8String(request, message.text, message.handle);
    if (status < 0) client.close();
    else if (native.state[native.wroteLater] === 0) next();
  };
  next();
}

/** Closes when the peer has. */
function closeAfter(native: Native, client: StreamHandle): void {
  client.onread = () => {
    if (native.state[native.readResult] < 0) client.close();
    return undefined;
  };
  if (client.readStart() < 0) client.close();
}

/** Listening sockets that another process handed over. */
export interface TakenSockets {
  /** By socketKey(). */
  readonly descriptors: ReadonlyMap<string, number>;
  /** Closes those whose key is not among `used`: nobody would accept their connections. */
  closeOthers(used: ReadonlySet<string>): void;
}

/** Takes the sockets that the process at the runtime socket `path` offers. @throws Error with the errno name */
export function takeSockets(path: string): Promise<TakenSockets> {
  const native = loadNative();
  const pipe = new native.Pipe(native.ipcType);
  return new Promise((resolve, reject) => {
    const handles: StreamHandle[] = [];
    let text = '';
    const late = setTimeout(() => giveUp('ETIMEDOUT'), PATIENCE);
    const giveUp = (code: string): void => {
      clearTimeout(late);
      pipe.close();
      for (const handle of handles) handle.close();
      reject(new Error(code));
    };
    pipe.onread = function (this: StreamHandle, ...[bytes]: ArrayBuffer[]) {
      const length = native.state[native.readResult];
      const handle = pipe.pendingHandle;
      pipe.pendingHandle = null;
      if (handle !== null && handle !== undefined) handles.push(handle);
      if (length > 0) text += Buffer.from(bytes, 0, length).toString('latin1');
      const complete = text === '\n' || text.endsWith('\n\n');
      if (!complete && length >= 0) return undefined;
      if (!complete) {
        giveUp('ECONNRESET');
        return undefined;
      }
      clearTimeout(late);
      pipe.close();
      resolve(taken(text.split('\n'), handles));
      return undefined;
    };
    const connected = (status: number): void => {
      if (status >= 0) status = pipe.readStart();
      if (status < 0) giveUp(errnoName(status));
    };
    const request = new native.PipeConnectWrap();
    request.oncomplete = connected;
    const status = pipe.connect(request, path + HANDOVER_SUFFIX);
    if (status !== undefined && status < 0) connected(status);
  });
}

function taken(keys: readonly string[], handles: readonly StreamHandle[]): TakenSockets {
  return {
    descriptors: new Map(handles.map(({ fd }, index) => [keys[index], fd])),
    closeOthers(used) {
      // a handle that is used has a second one, which owns the descriptor from now on
      handles.forEach((handle, index) => void (used.has(keys[index]) || handle.close()));
    },
  };
}
