import * as tls from 'node:tls';
import type { SecureTransport, TlsAcceptor, TlsFailure } from '../../core/tls.js';
import type { Transport, TransportOwner } from '../../core/transport.js';
import { nativeInUse } from '../transport/handle.js';
import { type ClientHello, readClientHello } from './client-hello.js';
import { SecureFacts, UnfinishedFacts, verifyClient } from './facts.js';
import { acceptOnHandle, HandleLink } from './handle-link.js';
import { detachedHandle, plainSocket } from './plain-socket.js';
import { SocketLink } from './socket-link.js';
import { TlsTransport } from './transport.js';
import { isChainError } from './verify-codes.js';

/** How one name of a listener is served. */
export interface ServerIdentity {
  readonly context: tls.SecureContext;
  /** Protocols offered by ALPN, in order of preference; empty = no ALPN. */
  readonly alpn: readonly string[];
  readonly verify: 'none' | 'optional' | 'required';
  /**
   * Whether a client certificate that OpenSSL does not like is accepted all the same.
   * @param chain the error is above the certificate itself
   */
  readonly pardons: (result: number, chain: boolean) => boolean;
  /** A server that never listens: it answers for stored sessions and OCSP, where either is used. */
  readonly helper: tls.Server | undefined;
  /** Where sessions are kept by their id: a client of TLS 1.3 asks for one of them by another name. */
  readonly asksForSession: ((sessionId: Buffer, sharedKey: Buffer) => void) | undefined;
  /** `tune.ssl.keylog on` */
  readonly keylog: boolean;
  /** `tune.ssl.capture-buffer-size`, 0 = the hello's lists are not kept */
  readonly capture: number;
}

/** Chooses by what the client says. @returns undefined = no certificate for it (`strict-sni`) */
export type ChooseIdentity = (hello: ClientHello | undefined) => ServerIdentity | undefined;

/** Fatal alert unrecognized_name, as a record of its own (RFC 6066 section 3). */
const UNRECOGNIZED_NAME = '\x15\x03\x01\x00\x02\x02\x70';
/** Bytes of a hello that are waited for before OpenSSL is left to complain about them. */
const MOST_HELLO = 40 * 1024;

/** TLS on accepted connections. @param choose asked once for each connection */
export function createTlsAcceptor(choose: ChooseIdentity): TlsAcceptor {
  return {
    secure(lower: Transport): SecureTransport {
      return new TlsTransport(lower, (transport) => new HelloReader(transport, choose).read());
    },
  };
}

/** Reads the client's hello, so that the whole context can be chosen by it, then hands the connection to OpenSSL. */
class HelloReader implements TransportOwner {
  #bytes: Buffer | undefined = undefined;
  #hello: ClientHello | undefined = undefined;
  #captured = 0;

  constructor(
    private readonly transport: TlsTransport,
    private readonly choose: ChooseIdentity,
  ) {}

  read(): void {
    const { lower } = this.transport;
    this.transport.unfinished = (inside) => new UnfinishedFacts(inside, this.#hello, this.#captured);
    lower.owner = this;
    this.transport.handshakeBegins();
    lower.start();
  }

  onConnect(): void {}
  onDrain(): void {}

  onData(buffer: Buffer, length: number): void {
    const part = Buffer.from(buffer.subarray(0, length));
    this.#bytes = this.#bytes === undefined ? part : Buffer.concat([this.#bytes, part]);
    const hello = readClientHello(this.#bytes);
    if (hello === 'short' && this.#bytes.length < MOST_HELLO) return;
    this.#secure(this.#bytes, hello === 'short' ? undefined : hello);
  }

  onEnd(): void {
    this.transport.refuse(this.#failure, 'ECONNRESET');
  }

  onClose(error: string): void {
    if (this.#bytes === undefined) this.transport.lowerClosed(error);
    else this.transport.refuse('aborted', error || 'ECONNRESET');
  }

  get #failure(): TlsFailure {
    return this.#bytes === undefined ? 'empty' : 'aborted';
  }

  #secure(bytes: Buffer, hello: ClientHello | undefined): void {
    const { transport } = this;
    const identity = this.choose(hello);
    this.#hello = hello;
    this.#captured = identity?.capture ?? 0;
    if (identity === undefined) {
      transport.lower.writeLatin1(UNRECOGNIZED_NAME);
      transport.refuse('handshake');
      return;
    }
    if (hello !== undefined && hello.sharedKey.length > 0) identity.asksForSession?.(hello.sessionId, hello.sharedKey);
    if (!this.#onHandle(bytes, hello, identity)) this.#onSocket(bytes, hello, identity);
  }

  /** @returns false where it takes more: certificates of clients, stored sessions, OCSP, key logs */
  #onHandle(bytes: Buffer, hello: ClientHello | undefined, identity: ServerIdentity): boolean {
    const { transport } = this;
    const native = nativeInUse();
    const wrap = native?.wrapTls;
    if (identity.verify !== 'none' || identity.helper !== undefined || identity.keylog) return false;
    if (native === undefined || wrap === undefined) return false;
    const lower = detachedHandle(transport.lower);
    if (lower === undefined) return false;
    const handle = acceptOnHandle(lower, identity, wrap);
    const link = new HandleLink(lower, handle, native, transport);
    transport.secure(link);
    handle.onhandshakestart = () => undefined;
    handle.onhandshakedone = () => {
      if (!transport.handshaking) return;
      const { message, serverName } = hello ?? {};
      const known = { result: 0, chain: [], hello: message, serverName, captured: identity.capture };
      transport.established(new SecureFacts(link.inside, true, known));
    };
    handle.receive(bytes);
    if (transport.handshaking) link.io.readStart();
    return true;
  }

  #onSocket(bytes: Buffer, hello: ClientHello | undefined, identity: ServerIdentity): void {
    const { transport } = this;
    const { plain, handle } = plainSocket(transport.lower);
    plain.unshift(bytes);
    const socket = new tls.TLSSocket(plain, serverOptions(identity));
    const secrets = identity.keylog ? collectSecrets(socket) : undefined;
    const link = new SocketLink(plain, socket, handle, transport);
    transport.secure(link);
    socket.on('secure', () => {
      const { result, chain } = identity.verify === 'none' ? NOT_VERIFIED : verifyClient(socket);
      const { message, serverName } = hello ?? {};
      const { capture: captured } = identity;
      const known = { result, chain, hello: message, serverName, secrets, captured };
      const facts = new SecureFacts(link.inside, true, known);
      const failure = result === 0 ? undefined : verdict(facts, identity);
      if (failure === undefined) transport.established(facts);
      else transport.reject(failure, facts);
    });
  }
}

const NOT_VERIFIED = { result: 0, chain: [] };

function verdict(
  { verifyResult: result, peerChain }: SecureFacts,
  { pardons }: ServerIdentity,
): TlsFailure | undefined {
  const chain = isChainError(result, peerChain.length);
  if (pardons(result, chain)) return undefined;
  return chain ? 'ca' : 'certificate';
}

function serverOptions(identity: ServerIdentity): tls.TLSSocketOptions & { server?: tls.Server } {
  const { context, verify, alpn, helper } = identity;
  return {
    isServer: true,
    secureContext: context,
    requestCert: verify !== 'none',
    // with it OpenSSL refuses a client that has none
    rejectUnauthorized: verify === 'required',
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    ...(helper === undefined
      ? {}
      : {
          server: helper,
          SNICallback: (_name: string, done: (error: null, context: tls.SecureContext) => void) => done(null, context),
        }),
  };
}

/** Lines of the key log format, by label: `CLIENT_RANDOM`, `CLIENT_HANDSHAKE_TRAFFIC_SECRET`… */
export function collectSecrets(socket: tls.TLSSocket): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  socket.on('keylog', (line: Buffer) => {
    const [label, , secret] = line.toString('latin1').trim().split(' ');
    secrets.set(label, secret ?? '');
  });
  return secrets;
}
