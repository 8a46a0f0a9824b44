import type { StreamContext } from '../core/stream.js';
import type { ConnectSpec } from '../core/transport.js';
import { sourceAddress } from '../state/source-address.js';
import type { Server } from '../state/server.js';

/** Addresses that are none. */
const ANYWHERE = new Set(['', '0.0.0.0', '::']);

/** What of connectSpec() differs from stream to stream, as text: '' where all connections go to the same place. */
export function ownDestination(server: Server, stream: StreamContext): string {
  const { path, address, port, portOffset } = server;
  if (path !== '' || (port !== 0 && !portOffset && !ANYWHERE.has(address))) return '';
  const { destination } = stream.session;
  return `${destination.address} ${destination.port}`;
}

/** Where to connect to for this stream: without a port or an address the client's own destination counts (manual 4.2). */
export function connectSpec(server: Server, stream: StreamContext): ConnectSpec {
  const { fixedSpec, tls, tlsName, portOffset, port } = server;
  if (fixedSpec !== undefined && fixedSpec.address === server.address && fixedSpec.port === port && !portOffset)
    return fixedSpec;
  const { destination } = stream.session;
  const resolved = portOffset ? destination.port + port : port || destination.port;
  const anywhere = server.path === '' && ANYWHERE.has(server.address);
  const address = anywhere ? destination.address : server.address;
  const { via, path } = server;
  const straight: ConnectSpec = { address, port: resolved, path, ...sourceOf(server) };
  const plain = via === undefined ? straight : { ...straight, via };
  const spec = tls === undefined ? plain : { ...plain, tls: tlsName === undefined ? tls : tls.named(tlsName(stream)) };
  if (!portOffset && !anywhere && port !== 0 && tlsName === undefined) server.fixedSpec = spec;
  return spec;
}

function sourceOf(server: Server): { sourceAddress: string; sourcePort: number } {
  const { address, port } = sourceAddress(server.model, server.backend.model);
  return { sourceAddress: address, sourcePort: port };
}
