/* oxlint-disable unicorn/prefer-add-event-listener -- a handle of Node, which has callbacks only */
import type { SecureContext } from 'node:tls';
import type { Native, StreamHandle, TcpHandle, TlsHandle } from '../transport/native.js';
import { HandleIo, type TlsIo } from './io.js';
import type { LinkUser, TlsInside, TlsLink } from './link.js';

/**
 * By Node's TLS handle on the handle of the connection, without the two sockets that stand for them elsewhere, which cost
 * a fifth of an accepted connection's CPU time and 25 KiB. For servers that ask for no certificate and answer for no
 * stored session.
 */
export class HandleLink implements TlsLink {
  readonly io: TlsIo;
  readonly inside: HandleInside;
  #closed = false;

  constructor(
    private readonly lower: StreamHandle,
    private readonly handle: TlsHandle,
    native: Native,
    user: LinkUser,
  ) {
    this.io = new HandleIo(handle, lower, native, user);
    this.inside = new HandleInside(handle);
    handle.onerror = (error) => user.broken(error);
  }

  destroy(): void {
    if (this.#close()) this.lower.close(this.#closedBelow);
  }

  reset(): void {
    if (!isTcp(this.lower)) this.destroy();
    else if (this.#close() && this.lower.reset(this.#closedBelow) !== 0) this.lower.close(this.#closedBelow);
  }

  setKeepAlive(on: boolean, initialDelaySeconds: number): void {
    if (!this.#closed && isTcp(this.lower)) this.lower.setKeepAlive(on, initialDelaySeconds);
  }

  /** @returns false when it was closed before */
  #close(): boolean {
    if (this.#closed) return false;
    this.#closed = true;
    this.inside.alive = false;
    return true;
  }

  /** Only then: OpenSSL may be in the midst of something for this very connection when it is closed. */
  readonly #closedBelow = (): void => this.handle.destroySSL();
}

const isTcp = (handle: StreamHandle): handle is TcpHandle => 'reset' in handle;

/** A freed handle must not be asked: `alive` is looked at before. */
class HandleInside implements TlsInside {
  alive = true;

  constructor(private readonly handle: TlsHandle) {}

  protocol(): string | undefined {
    return this.alive ? this.handle.getProtocol() : undefined;
  }
  cipher(): string | undefined {
    return this.alive ? this.handle.getCipher()?.name : undefined;
  }
  alpn(): string {
    return (this.alive && this.handle.getALPNNegotiatedProtocol()) || '';
  }
  resumed(): boolean {
    return this.alive && this.handle.isSessionReused();
  }
  session(): Buffer | undefined {
    return this.alive ? this.handle.getSession() : undefined;
  }
  finished(): Buffer | undefined {
    return this.alive ? this.handle.getFinished() : undefined;
  }
  peerFinished(): Buffer | undefined {
    return this.alive ? this.handle.getPeerFinished() : undefined;
  }
  ownCertificate(): Buffer | undefined {
    return this.alive ? this.handle.getCertificate()?.raw : undefined;
  }
  /** None was asked for. */
  peerChain(): readonly Buffer[] {
    return [];
  }
}

/** Protocols as ALPN writes them (RFC 7301 section 3.1). */
function protocolList(names: readonly string[]): Buffer {
  return Buffer.concat(names.map((name) => Buffer.from(String.fromCharCode(name.length) + name, 'latin1')));
}

/** Made once for each context. */
const lists = new WeakMap<SecureContext, { readonly names: readonly string[]; readonly bytes: Buffer }>();

function listFor(context: SecureContext, names: readonly string[]): Buffer {
  const known = lists.get(context);
  if (known?.names === names) return known.bytes;
  const bytes = protocolList(names);
  lists.set(context, { names, bytes });
  return bytes;
}

/**
 * Puts a server's TLS on a connection; its handshake begins with what the handle receives.
 */
export function acceptOnHandle(
  lower: StreamHandle,
  { context, alpn }: { readonly context: SecureContext; readonly alpn: readonly string[] },
  wrap: NonNullable<Native['wrapTls']>,
): TlsHandle {
  const handle = wrap(lower, context.context, true, false);
  // neither may be collected while OpenSSL uses them
  handle.secureContext = context;
  lower.secured = handle;
  handle.setVerifyMode(false, false);
  if (alpn.length > 0) handle.setALPNProtocols(listFor(context, alpn));
  return handle;
}
