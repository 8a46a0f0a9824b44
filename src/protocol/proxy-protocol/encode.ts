import { crc32c } from '../../base/hash/crc32c.js';
import { type ClientTls, TLV, type Tlv } from '../../core/proxy-header.js';
import type { Endpoint } from '../../core/transport.js';
import { ipBytes, mappedBytes, portBytes } from './addresses.js';
import { SIGNATURE } from './v2.js';

/** Both ends of the connection that a header speaks of. */
export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** Version 1 (PROXY protocol specification, section 2.1), as latin1. Ends without IP addresses are unknown. */
export function encodeV1({ source, destination }: Ends): string {
  if (source.family === 0 || destination.family === 0) return 'PROXY UNKNOWN\r\n';
  const both4 = source.family === 4 && destination.family === 4;
  // one of each: the older address is written as a newer one
  const text = ({ address }: Endpoint): string => (both4 || address.includes(':') ? address : `::ffff:${address}`);
  const addresses = `${text(source)} ${text(destination)}`;
  return `PROXY TCP${both4 ? 4 : 6} ${addresses} ${source.port} ${destination.port}\r\n`;
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

const CLIENT_SSL = 1;
/** A certificate was shown on this very connection. */
const CLIENT_CERT_CONN = 2;
const CLIENT_CERT_SESS = 4;

/**
 * What `send-proxy-v2-ssl` tells of the client's TLS (section 2.2.6); HAProxy sends it empty for a client without.
 * @param options words of `proxy-v2-options`: which sub-fields are wanted
 */
export function sslTlv(tls: ClientTls | undefined, options: ReadonlySet<string>): Tlv {
  if (tls === undefined) return { type: TLV.SSL, value: '\0\0\0\0\0' };
  const shown = tls.certificate ? CLIENT_CERT_SESS | (tls.resumed ? 0 : CLIENT_CERT_CONN) : 0;
  const fields = [
    { type: 0x21, value: tls.version },
    { type: 0x22, value: options.has('cert-cn') ? tls.commonName() : '' },
    { type: 0x25, value: options.has('cert-key') ? tls.keyAlgorithm() : '' },
    { type: 0x24, value: options.has('cert-sig') ? tls.signatureAlgorithm() : '' },
    { type: 0x23, value: options.has('ssl-cipher') ? tls.cipher : '' },
  ].filter(({ value }) => value !== '');
  const verify = portBytes(tls.verify >>> 16) + portBytes(tls.verify & 0xffff);
  return { type: TLV.SSL, value: String.fromCharCode(CLIENT_SSL | shown) + verify + fields.map(tlvBytes).join('') };
}
