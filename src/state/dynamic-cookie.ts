import ipaddr from 'ipaddr.js';
import { xxh64 } from '../base/hash/xxh.js';

/**
 * `dynamic-cookie-key`: a cookie value that several proxies agree on without being told (manual 4.2): 64 bits of XXH64
 * over the key, the address and the port.
 * @param address IP address of the server
 * @returns 16 hexadecimal digits; undefined while the address is not known
 */
export function dynamicCookie(key: string, address: string, port: number): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const bytes = [
    ...ipaddr.parse(address).toByteArray(),
    (port >>> 24) & 255,
    (port >>> 16) & 255,
    (port >>> 8) & 255,
    port & 255,
  ];
  return xxh64(key + String.fromCharCode(...bytes))
    .toString(16)
    .padStart(16, '0');
}
