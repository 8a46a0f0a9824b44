import ipaddr from 'ipaddr.js';
import type { Endpoint } from '../../core/transport.js';

/** Binary addresses as they stand in headers: 4 or 16 bytes, big-endian ports. */

/** An IPv6 address that stands for an IPv4 one keeps the dotted form, as the C library writes it. */
function readIp(buffer: Buffer, at: number, family: 4 | 6): string {
  if (family === 4) return `${buffer[at]}.${buffer[at + 1]}.${buffer[at + 2]}.${buffer[at + 3]}`;
  const address = new ipaddr.IPv6([...buffer.subarray(at, at + 16)]);
  return address.isIPv4MappedAddress() ? `::ffff:${address.toIPv4Address().toString()}` : address.toRFC5952String();
}

export const endpointAt = (buffer: Buffer, ip: number, port: number, family: 4 | 6): Endpoint => ({
  address: readIp(buffer, ip, family),
  port: buffer.readUInt16BE(port),
  family,
});

/** The bytes of an address, as latin1. */
export const ipBytes = (address: string): string => String.fromCharCode(...ipaddr.parse(address).toByteArray());

/** 16 bytes, for a header whose two ends are of different families: `::ffff:a.b.c.d` is an IPv4 address. */
export function mappedBytes(address: string): string {
  const parsed = ipaddr.parse(address);
  const wide = parsed.kind() === 'ipv4' ? (parsed as ipaddr.IPv4).toIPv4MappedAddress() : parsed;
  return String.fromCharCode(...wide.toByteArray());
}

/** Two bytes, the higher one first. */
export const portBytes = (port: number): string => String.fromCharCode((port >> 8) & 255, port & 255);
