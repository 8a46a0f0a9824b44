import type { ConnectSpec, Transport, TransportOwner, TransportProvider } from '../core/transport.js';
import type { GreetingStream } from '../state/greeter.js';
import type { Server } from '../state/server.js';

/** The PROXY header for a connection that this stream makes, as latin1; '' = none. */
export function greetingFor(server: Server, stream: GreetingStream): string {
  return server.greeter === undefined ? '' : server.greeter.forStream(stream);
}

/**
 * Begins to connect to a server. The greeting goes out first, before TLS and everything else but the word with a proxy on
 * the way.
 * @param greeting of greetingFor()
 */
export function dial(
  transports: TransportProvider,
  spec: ConnectSpec,
  owner: TransportOwner,
  greeting: string,
): Transport {
  if (greeting !== '' && (spec.tls !== undefined || spec.via !== undefined))
    return transports.connect({ ...spec, greeting: () => greeting }, owner);
  const transport = transports.connect(spec, owner);
  if (greeting !== '') transport.writeLatin1(greeting);
  return transport;
}
