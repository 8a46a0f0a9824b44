import type { Endpoint } from './transport.js';

/** One field of a PROXY protocol header of version 2 (PROXY protocol specification, section 2.2). */
export interface Tlv {
  /** `PP2_TYPE_*`, 0..255. */
  readonly type: number;
  /** Bytes as latin1. */
  readonly value: string;
}

/** The types of fields that tsproxy reads or writes by itself. */
export const TLV = { ALPN: 0x01, AUTHORITY: 0x02, CRC32C: 0x03, NOOP: 0x04, UNIQUE_ID: 0x05, SSL: 0x20, NETNS: 0x30 };

/** What a header may tell of the client's TLS; '' = nothing. */
export interface ClientTls {
  /** `TLSv1.3` */
  readonly version: string;
  readonly cipher: string;
  /** The client showed a certificate, on this connection or on the one whose session it resumed. */
  readonly certificate: boolean;
  readonly resumed: boolean;
  /** Result of its verification, 0 = good. */
  readonly verify: number;
  /** Common name of the client's certificate. */
  commonName(): string;
  /** `RSA2048`, `RSA-SHA256`: of the certificate that the client was shown. */
  keyAlgorithm(): string;
  signatureAlgorithm(): string;
}

/** What a PROXY (or NetScaler) header said of the connection behind it. */
export interface ReceivedHeader {
  readonly protocol: 'proxy' | 'netscaler';
  /** undefined = the sender speaks for itself (LOCAL) or does not know (UNKNOWN): the connection's own ends hold. */
  readonly source: Endpoint | undefined;
  readonly destination: Endpoint | undefined;
  readonly tlvs: readonly Tlv[];
}

/**
 * What a client's connection can end with before it becomes a session, by the numbers of `fc_err` (manual 7.3.3,
 * `fc_err_str`).
 */
export const CONNECTION_ERRORS = {
  0: 'Success',
  11: 'Connection closed while waiting for PROXY protocol header',
  12: 'Connection error while waiting for PROXY protocol header',
  13: 'Timeout while waiting for PROXY protocol header',
  14: 'Truncated PROXY protocol header received',
  15: 'Received something which does not look like a PROXY protocol header',
  16: 'Received an invalid PROXY protocol header',
  17: 'Received an unhandled protocol in the PROXY protocol header',
  18: 'Connection closed while waiting for NetScaler Client IP header',
  19: 'Connection error while waiting for NetScaler Client IP header',
  20: 'Timeout while waiting for a NetScaler Client IP header',
  21: 'Truncated NetScaler Client IP header received',
  22: 'Received an invalid NetScaler Client IP magic number',
  23: 'Received an unhandled protocol in the NetScaler Client IP header',
} as const;
export type ConnectionError = keyof typeof CONNECTION_ERRORS;
