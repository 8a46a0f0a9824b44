/**
 * What is known of an established TLS connection (manual 7.3.4). Names and numbers are OpenSSL's, as HAProxy shows them.
 * What costs a call into OpenSSL is asked on first use; it stays known after the close only when it was asked before.
 */
export interface TlsFacts {
  /** `TLSv1.3` */
  readonly version: string;
  /** `TLS_AES_256_GCM_SHA384` */
  readonly cipher: string;
  /** The name in the client's hello, '' = none. */
  readonly serverName: string;
  /** The protocol agreed on by ALPN, '' = none. */
  readonly alpn: string;
  readonly resumed: boolean;
  /** X509_V_ERR_*: 0 = the peer's certificate is in order, or none was asked for. */
  readonly verifyResult: number;
  /** The peer's certificate and those above it, in DER, its own first; empty without one. */
  readonly peerChain: readonly Buffer[];
  /** Our own certificate in DER. */
  readonly ownCertificate: Buffer | undefined;
  /** Servers only: the client's hello, the handshake message alone. */
  readonly hello: Buffer | undefined;
  /** `tune.ssl.capture-buffer-size`: bytes of each list in the hello that may be shown. */
  readonly captured: number;
  /** SSL_SESSION in ASN.1 (i2d_SSL_SESSION): id and master key are in it. */
  session(): Buffer | undefined;
  /** `tls-unique` of RFC 5929. */
  uniqueId(): Buffer | undefined;
  /** With `tune.ssl.keylog on`: lines of the key log format, by label. */
  readonly secrets: ReadonlyMap<string, string> | undefined;
}
