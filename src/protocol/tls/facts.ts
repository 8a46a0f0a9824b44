/* oxlint-disable typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own inner names, looked at before use */
import type { TLSSocket } from 'node:tls';
import type { TlsFacts } from '../../core/tls-facts.js';
import type { ClientHello } from './client-hello.js';
import type { TlsInside } from './link.js';
import { chainOf } from './socket-link.js';
import { verifyNumber } from './verify-codes.js';

/** What Node's TLS handle answers beyond the public interface of a standalone TLSSocket. */
interface Inner {
  readonly _handle?: { verifyError?(): (Error & { code?: string }) | null } | null;
}

/** X509_V_ERR_* of the peer's certificate; without a way to ask, nothing counts as verified. */
export function verifyResult(socket: TLSSocket): number {
  const { _handle: handle } = socket as unknown as Inner;
  if (typeof handle?.verifyError !== 'function') return 1;
  const error = handle.verifyError();
  return error === null || error === undefined ? 0 : verifyNumber(error.code ?? '');
}

/** How a client's certificate was verified, and the chain. One that showed none has done nothing wrong. */
export function verifyClient(socket: TLSSocket): { readonly result: number; readonly chain: readonly Buffer[] } {
  const chain = chainOf(socket);
  return { result: chain.length === 0 ? 0 : verifyResult(socket), chain };
}

/** What may be known beforehand. */
interface Known {
  readonly result?: number;
  readonly chain?: readonly Buffer[];
  readonly hello?: Buffer | undefined;
  readonly serverName?: string | undefined;
  readonly secrets?: ReadonlyMap<string, string> | undefined;
  readonly captured?: number;
}

/** Facts of a connection whose handshake is over. What is not shown on every log line is asked when it is wanted. */
export class SecureFacts implements TlsFacts {
  readonly version: string;
  cipher: string;
  readonly serverName: string;
  readonly alpn: string;
  readonly verifyResult: number;
  readonly hello: Buffer | undefined;
  readonly secrets: ReadonlyMap<string, string> | undefined;
  readonly captured: number;
  #peerChain: readonly Buffer[] | undefined;
  #ownCertificate: Buffer | undefined = undefined;
  #session: Buffer | undefined = undefined;
  #uniqueId: Buffer | undefined = undefined;
  #resumed: boolean | undefined = undefined;

  constructor(
    private readonly inside: TlsInside,
    private readonly server: boolean,
    known: Known,
  ) {
    this.verifyResult = known.result ?? 0;
    this.#peerChain = known.chain;
    this.hello = known.hello;
    this.secrets = known.secrets;
    this.captured = known.captured ?? 0;
    this.serverName = known.serverName ?? '';
    this.version = inside.protocol() ?? '';
    this.cipher = inside.cipher() ?? '';
    this.alpn = inside.alpn();
  }

  /** The connection is refused for the peer's certificate, which HAProxy sees before the handshake is over. */
  refused(): void {
    this.cipher = unfinishedCipher(this.version, this.cipher);
  }

  get resumed(): boolean {
    return (this.#resumed ??= this.inside.alive && this.inside.resumed());
  }

  get peerChain(): readonly Buffer[] {
    return (this.#peerChain ??= this.inside.alive ? this.inside.peerChain() : []);
  }

  get ownCertificate(): Buffer | undefined {
    return (this.#ownCertificate ??= this.inside.alive ? this.inside.ownCertificate() : undefined);
  }

  session(): Buffer | undefined {
    return (this.#session ??= this.inside.alive ? this.inside.session() : undefined);
  }

  /** RFC 5929: the first Finished message, the client's in a full handshake, the server's when it was resumed. */
  uniqueId(): Buffer | undefined {
    if (this.#uniqueId === undefined && this.inside.alive) {
      const own = this.server === this.resumed;
      this.#uniqueId = own ? this.inside.finished() : this.inside.peerFinished();
    }
    return this.#uniqueId;
  }
}

/** OpenSSL's word for no cipher. */
const NO_CIPHER = '(NONE)';
/** Until something else is agreed on. */
const NEWEST = 'TLSv1.3';

/** What is known of a handshake that failed: as much as OpenSSL would tell in its midst. */
export class UnfinishedFacts implements TlsFacts {
  readonly version: string;
  readonly cipher: string;
  readonly serverName: string;
  readonly hello: Buffer | undefined;
  readonly alpn = '';
  readonly resumed = false;
  readonly verifyResult = 0;
  readonly peerChain: readonly Buffer[] = [];
  readonly ownCertificate = undefined;
  readonly secrets = undefined;

  /** @param inside undefined = OpenSSL has not come into it */
  constructor(
    inside: TlsInside | undefined,
    hello: ClientHello | undefined,
    readonly captured: number,
  ) {
    this.version = inside?.protocol() ?? NEWEST;
    this.cipher = unfinishedCipher(this.version, inside?.cipher());
    this.serverName = hello?.serverName ?? '';
    this.hello = hello?.message;
  }

  session(): undefined {}
  uniqueId(): undefined {}
}

/** Up to TLS 1.2 a cipher is in force only at the end of the handshake. */
const unfinishedCipher = (version: string, cipher: string | undefined): string =>
  version === NEWEST && cipher !== undefined ? cipher : NO_CIPHER;
