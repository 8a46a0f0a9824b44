import type { Endpoint } from '../../core/transport.js';

/** UNIX sockets, and a peer that is gone before anybody asked for its address. */
export const NO_ENDPOINT: Endpoint = { address: '', port: 0, family: 0 };

/** From an address and port as Node reports them (undefined when the socket is gone or not IP). */
export function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  if (address === undefined || port === undefined) return NO_ENDPOINT;
  return { address, port, family: address.includes(':') ? 6 : 4 };
}
