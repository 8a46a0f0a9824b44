import { isIP } from 'node:net';
import type { ProxyModel, ServerModel } from '../config/model.js';

/** Where connections to a server begin (manual 4.2 and 5.2 `source`): '' = any address, 0 = any port. */
export interface SourceAddress {
  readonly address: string;
  readonly port: number;
}

/** That of the server's own `source`, else of its backend's. Of a range of ports the kernel chooses none: 0. */
export function sourceAddress(server: ServerModel, proxy: ProxyModel): SourceAddress {
  const text = ((server.source ?? proxy.source)?.[0]?.text ?? '').replace(/^(?:ipv[46]|tcp[46]?)@/, '');
  if (isIP(text) !== 0) return { address: specific(text), port: 0 };
  const [, host = text, first, last] = /^(.*):(\d+)(-\d+)?$/.exec(text) ?? [];
  return { address: specific(host.replace(/:$|^\[|\]$/g, '')), port: last === undefined ? Number(first ?? 0) : 0 };
}

const specific = (address: string): string => (['*', '0.0.0.0', '::'].includes(address) ? '' : address);
