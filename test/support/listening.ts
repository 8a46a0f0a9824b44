import { readFileSync } from 'node:fs';

/*
 * /proc/net/tcp:  sl  local_address rem_address   st ...
 *                  0: 0100007F:1F90 00000000:0000 0A ...      0A = LISTEN
 */
const LISTEN = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F:]+ 0A /gm;

/** TCP ports on which somebody listens, found without connecting: a connection would be logged and counted. */
export function listeningPorts(): Set<number> {
  const ports = new Set<number>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const [, hex] of readFileSync(table, 'latin1').matchAll(LISTEN)) ports.add(Number.parseInt(hex, 16));
  }
  return ports;
}
