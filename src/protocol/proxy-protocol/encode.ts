import { crc32c } from '../../base/hash/crc32c.js';
import { TLV, type Tlv } from '../../core/proxy-header.js';
import type { Endpoint } from '../../core/transport.js';
import { ipBytes, mappedBytes, portBytes } from './addresses.js';
import { SIGNATURE } from './v2.js';

/** Both ends of the connection that a header speaks of. */
export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** Version 1 (PROXY protocol specification, section 2.1), as latin1. Ends that are not both of one family are unknown. */
export function encodeV1({ source, destination }: Ends): string {
  const { family } = source;
  if (family === 0 || family !== destination.family) return 'PROXY UNKNOWN\r\n';
  return `PROXY TCP${family} ${source.address} ${destination.address} ${source.port} ${destination.port}\r\n`;
}

/** A field: type, length, value. */
export const tlvBytes = ({ type, value }: Tlv): string => String.fromCharCode(type) + portBytes(value.length) + value;

const CHECKSUM_HEAD = '\x03\0\x04';

/**
 * Version 2 (section 2.2), as latin1.
 * @param ends undefined, or without an IP address = LOCAL: the sender speaks for itself
 * @param checksum a CRC-32C, which comes first
 * @param fields encoded fields
 */
export function encodeV2(ends: Ends | undefined, checksum: boolean, fields: string): string {
  const addresses = ends === undefined ? '' : addressBlock(ends);
  const command = addresses === '' ? '\x20\0' : `\x21${addresses.length === 12 ? '\x11' : '\x21'}`;
  const more = (checksum ? `${CHECKSUM_HEAD}\0\0\0\0` : '') + fields;
  const head = SIGNATURE + command + portBytes(addresses.length + more.length) + addresses;
  if (!checksum) return head + more;
  const sum = crc32c(head + more);
  return head + CHECKSUM_HEAD + portBytes(sum >>> 16) + portBytes(sum & 0xffff) + fields;
}

function addressBlock({ source, destination }: Ends): string {
  if (source.family === 0 || destination.family === 0) return '';
  const bytes = source.family === 4 && destination.family === 4 ? ipBytes : mappedBytes;
  return bytes(source.address) + bytes(destination.address) + portBytes(source.port) + portBytes(destination.port);
}

/** What `send-proxy-v2-ssl` tells of the client's TLS; HAProxy sends it empty for a client without (section 2.2.6). */
export interface ClientTls {
  /** `TLSv1.3` */
  readonly version: string;
  /** The client showed a certificate: on this connection, in this session. */
  readonly certificate: boolean;
  /** Result of its verification, 0 = good. */
  readonly verify: number;
  /** Sub-fields that were asked for and are known: the certificate's common name, cipher, algorithms. */
  readonly fields: readonly Tlv[];
}

const CLIENT_SSL = 1;
const CLIENT_CERT = 6;
const SUBTYPE_VERSION = 0x21;

export function sslTlv(tls: ClientTls | undefined): Tlv {
  if (tls === undefined) return { type: TLV.SSL, value: '\0\0\0\0\0' };
  const client = CLIENT_SSL | (tls.certificate ? CLIENT_CERT : 0);
  const fields = [{ type: SUBTYPE_VERSION, value: tls.version }, ...tls.fields].map(tlvBytes).join('');
  return {
    type: TLV.SSL,
    value: String.fromCharCode(client) + portBytes(tls.verify >>> 16) + portBytes(tls.verify & 0xffff) + fields,
  };
}
