import { isIP } from 'node:net';
import * as tls from 'node:tls';
import type { SecureTransport, TlsConnector, TlsFailure } from '../../core/tls.js';
import type { ConnectSpec, TransportOwner, TransportProvider } from '../../core/transport.js';
import { SecureFacts, verifyResult } from './facts.js';
import type { TlsLink } from './link.js';
import { plainSocket } from './plain-socket.js';
import { collectSecrets } from './server.js';
import { SocketLink } from './socket-link.js';
import { TlsTransport } from './transport.js';
import { isChainError } from './verify-codes.js';

/** How a server is spoken to. */
export interface ClientIdentity {
  readonly context: tls.SecureContext;
  readonly alpn: readonly string[];
  /** Sent to the server, undefined = nothing. */
  readonly serverName: string | undefined;
  readonly verify: boolean;
  /** The name that the certificate must have where none is sent, undefined = any. */
  readonly verifyHost: string | undefined;
  /** Sessions of earlier connections; undefined = a full handshake each time. */
  readonly sessions: SessionStore | undefined;
  readonly keylog: boolean;
}

/** The last session with a server, for each name that was sent. */
export interface SessionStore {
  get(serverName: string): Buffer | undefined;
  set(serverName: string, session: Buffer): void;
}

/** The TLS side of a server line. */
export function createTlsConnector(identity: ClientIdentity): TlsConnector {
  return {
    serverName: identity.serverName,
    alpn: identity.alpn,
    connect: (provider, spec, owner) => connectSecurely(provider, spec, identity, owner),
    named: (serverName, alpn = identity.alpn) => createTlsConnector({ ...identity, serverName, alpn }),
  };
}

/** A provider whose connections have TLS where their `tls` says so. */
export function securingProvider(provider: TransportProvider): TransportProvider {
  return {
    name: provider.name,
    listen: (spec, onConnection) => provider.listen(spec, onConnection),
    connect: (spec, owner) =>
      spec.tls === undefined ? provider.connect(spec, owner) : spec.tls.connect(provider, spec, owner),
  };
}

/** Connects with TLS; `owner.onConnect` is called when the handshake is over. */
function connectSecurely(
  provider: TransportProvider,
  spec: ConnectSpec,
  identity: ClientIdentity,
  owner: TransportOwner,
): SecureTransport {
  const opening = new Opening(identity, spec);
  const transport = new TlsTransport(provider.connect(spec, opening), () => undefined);
  transport.owner = owner;
  opening.transport = transport;
  return transport;
}

/** Owns the connection until TLS is put on it. */
class Opening implements TransportOwner {
  transport!: TlsTransport;

  constructor(
    private readonly identity: ClientIdentity,
    private readonly spec: ConnectSpec,
  ) {}

  onData(): void {}
  onDrain(): void {}
  onEnd(): void {}

  onClose(error: string): void {
    this.transport.lowerClosed(error);
  }

  onConnect(): void {
    const { transport, identity, spec } = this;
    const { lower } = transport;
    transport.handshakeBegins();
    const greeting = spec.greeting?.(lower.local, lower.remote) ?? '';
    if (greeting !== '') lower.writeLatin1(greeting);
    const { plain, handle } = plainSocket(lower);
    const name = identity.serverName ?? '';
    const socket = tls.connect({
      socket: plain,
      secureContext: identity.context,
      // an address is no name (RFC 6066 section 3): Node would warn about it
      ...(name === '' || isIP(name) !== 0 ? {} : { servername: name }),
      session: identity.sessions?.get(name),
      ALPNProtocols: identity.alpn.length > 0 ? [...identity.alpn] : undefined,
      rejectUnauthorized: false,
      // looked at below: HAProxy compares names only when it is told to verify
      checkServerIdentity: () => undefined,
    });
    const { sessions } = identity;
    if (sessions !== undefined) {
      // what was refused must not come back as a resumed session, which is not verified again
      socket.on('session', (session) => transport.tlsFailure === undefined && sessions.set(name, session));
    }
    const secrets = identity.keylog ? collectSecrets(socket) : undefined;
    const link = new SocketLink(plain, socket, handle, transport);
    transport.secure(link);
    socket.on('secureConnect', () => secured(transport, socket, link, identity, secrets));
  }
}

function secured(
  transport: TlsTransport,
  socket: tls.TLSSocket,
  link: TlsLink,
  identity: ClientIdentity,
  secrets: ReadonlyMap<string, string> | undefined,
): void {
  const { serverName } = identity;
  const result = identity.verify ? verifyResult(socket) : 0;
  const facts = new SecureFacts(link.inside, false, { result, serverName, secrets });
  const failure = result === 0 ? nameFailure(socket, identity) : certificateFailure(facts);
  if (failure === undefined) transport.established(facts);
  else transport.reject(failure, facts);
}

function certificateFailure({ verifyResult: result, peerChain }: SecureFacts): TlsFailure {
  return isChainError(result, peerChain.length) ? 'ca' : 'certificate';
}

/** The name that was sent, else `verifyhost` (manual 5.2 `verifyhost`, `sni`). A resumed session was verified before. */
function nameFailure(
  socket: tls.TLSSocket,
  { verify, verifyHost, serverName }: ClientIdentity,
): TlsFailure | undefined {
  const host = serverName ?? verifyHost;
  if (!verify || host === undefined || socket.isSessionReused()) return undefined;
  return tls.checkServerIdentity(host, socket.getPeerCertificate()) === undefined ? undefined : 'mismatch';
}
