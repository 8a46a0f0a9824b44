import { readRdpCookie } from '../language/http/rdp.js';
import type { Backend } from '../state/backend.js';
import type { Server } from '../state/server.js';
import { type Placeable, Stick } from './placement.js';

/** Servers that are chosen before balancing: `force-persist`, `ignore-persist`, `use-server`, `persist rdp-cookie`. */

/** The backend is chosen: does persistence go further than usual, or not apply (manual 4.2)? */
export function applyPersistRules(stream: Placeable, backend: Backend): void {
  const rule = backend.persistence?.rules.find(({ applies }) => applies(stream.stream));
  if (rule !== undefined) stream.stick |= rule.kind === 'force' ? Stick.Forced : Stick.Ignored;
}

/** Whether a stream that belongs to this server may go there. */
export function mayUse(server: Server, stick: number): boolean {
  return server.usable || (stick & Stick.Forced) !== 0 || server.backend.persistence?.evenDown === true;
}

export function direct(stream: Placeable, server: Server): void {
  stream.wanted = server;
  stream.stick |= Stick.Direct;
  stream.stream.log.serverName = server.name;
}

/** `use-server`: the server of the first line that applies and whose server may be used (manual 4.2). */
export function applyUseServer(stream: Placeable, backend: Backend): void {
  for (const { condition, choose } of backend.useServers) {
    if (condition !== undefined && !condition(stream.stream)) continue;
    const server = choose(stream.stream);
    if (server === undefined || !mayUse(server, stream.stick)) continue;
    direct(stream, server);
    return;
  }
}

/**
 * `persist rdp-cookie`: a terminal server's broker names the server by its address in the client's first packet
 * (manual 4.2; MS-RDPBCGR 3.2.5.3.1: address and port as decimal numbers in the byte order they came in).
 */
export function applyRdpCookie(stream: Placeable, backend: Backend): void {
  const name = backend.persistence?.rdpCookie;
  if (name === undefined || stream.wanted !== undefined) return;
  const cookie = readRdpCookie(stream.stream.requestBuffer, name);
  if (cookie === undefined || cookie === 'short') return;
  const [, address, port] = /^(\d+)\.(\d+)\./.exec(cookie.value) ?? [];
  if (port === undefined) return;
  const host = reversed(Number(address));
  const number = ((Number(port) & 255) << 8) | ((Number(port) >> 8) & 255);
  const server = backend.servers.find((each) => each.address === host && each.port === number);
  if (server !== undefined && mayUse(server, stream.stick)) direct(stream, server);
}

/** 16777343 is 127.0.0.1: the first byte is the lowest. */
function reversed(address: number): string {
  return [0, 8, 16, 24].map((shift) => (address >>> shift) & 255).join('.');
}
