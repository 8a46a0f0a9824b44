import type { TransportProvider } from '../../core/transport.js';
import { securingProvider } from '../tls/client.js';
import { handleProvider } from './handle-provider.js';
import { loadNative } from './native.js';
import { socketProvider } from './socket-provider.js';
import { relayingProvider } from './socks4.js';

export type TransportName = TransportProvider['name'];

/** The provider, and why it is not the preferred one ('' when it is). */
export interface TransportChoice {
  readonly provider: TransportProvider;
  readonly fallbackReason: string;
}

/**
 * The kind of transport for this thread; call it once.
 * @param preference default: the environment's TSPROXY_TRANSPORT (`handle` or `socket`), else `handle`.
 *   Where handles cannot be used (a Node that changed them, the permission model), it is `socket` all the same.
 */
export function chooseTransport(preference?: TransportName): TransportProvider {
  return transportChoice(preference).provider;
}

/** Like chooseTransport(), and says why it fell back: for the start-up log. */
export function transportChoice(preference: TransportName | undefined = fromEnvironment()): TransportChoice {
  if (preference === 'socket') return { provider: complete(socketProvider()), fallbackReason: '' };
  try {
    return { provider: complete(handleProvider(loadNative())), fallbackReason: '' };
  } catch (error) {
    return { provider: complete(socketProvider()), fallbackReason: String(error) };
  }
}

/** What servers may ask for besides plain connections. */
const complete = (provider: TransportProvider): TransportProvider => securingProvider(relayingProvider(provider));

function fromEnvironment(): TransportName | undefined {
  const name = process.env['TSPROXY_TRANSPORT'];
  return name === 'handle' || name === 'socket' ? name : undefined;
}
