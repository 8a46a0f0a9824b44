import type { ConnectionError, ReceivedHeader, Tlv } from '../../core/proxy-header.js';
import type { Endpoint } from '../../core/transport.js';

/** What the bytes at the beginning of a connection are. */
export type HeaderOutcome =
  /** A header of `length` bytes; what follows belongs to the next protocol. */
  | { readonly kind: 'header'; readonly length: number; readonly header: ReceivedHeader }
  /** So far a header, but not a whole one. */
  | { readonly kind: 'incomplete' }
  /** No header. `source`: what it had said of the client before it went wrong, for the log. */
  | { readonly kind: 'refused'; readonly error: ConnectionError; readonly source?: Endpoint };

export const INCOMPLETE: HeaderOutcome = { kind: 'incomplete' };

export const refused = (error: ConnectionError, source?: Endpoint): HeaderOutcome => ({
  kind: 'refused',
  error,
  ...(source === undefined ? {} : { source }),
});

/** A PROXY header was read. @param ends source and destination, none = the connection's own */
export const received = (
  length: number,
  ends?: readonly [Endpoint, Endpoint],
  tlvs: readonly Tlv[] = [],
): HeaderOutcome => ({
  kind: 'header',
  length,
  header: { protocol: 'proxy', source: ends?.[0], destination: ends?.[1], tlvs },
});

/** Reads a header at the beginning of `buffer[0..length)`. Pure. */
export type HeaderParser = (buffer: Buffer, length: number) => HeaderOutcome;
