import type { StreamContext } from '../core/stream.js';
import type { ConnectSpec } from '../core/transport.js';
import { sourceAddress } from '../state/source-address.js';
import type { Server } from '../state/server.js';

/** Where to connect to for this stream: a server without a port uses the one that the client connected to. */
export function connectSpec(server: Server, stream: StreamContext): ConnectSpec {
  const { fixedSpec } = server;
  const { portOffset, port } = server;
  if (fixedSpec !== undefined && fixedSpec.address === server.address && fixedSpec.port === port && !portOffset)
    return fixedSpec;
  const clientPort = stream.session.destination.port;
  const resolved = portOffset ? clientPort + port : port || clientPort;
  const spec: ConnectSpec = { address: server.address, port: resolved, path: server.path, ...sourceOf(server) };
  if (!portOffset && port !== 0) server.fixedSpec = spec;
  return spec;
}

function sourceOf(server: Server): { sourceAddress: string; sourcePort: number } {
  const { address, port } = sourceAddress(server.model, server.backend.model);
  return { sourceAddress: address, sourcePort: port };
}
