import type { ConnectionFailure, StreamContext } from '../../core/stream.js';
import { dateWithMilliseconds } from '../../language/log-format/dates.js';

/** The line written without `option httplog`, `tcplog` or `log-format` (manual 8.2.1). */
export function connectLine({ session }: StreamContext, mode: 'http' | 'tcp'): string {
  const { source, destination, frontend, listener } = session;
  const proxy = `(${frontend.name}/${mode === 'http' ? 'HTTP' : 'TCP'})`;
  // a UNIX socket has no addresses to show: HAProxy shows the number of the bind line
  if (source.family === 0) return `Connect to unix:${listener.id} ${proxy}`;
  return `Connect from ${source.address}:${source.port} to ${destination.address}:${destination.port} ${proxy}`;
}

/** The line of a connection that never became a session (manual 8.2.5). */
export function failureLine({ session }: StreamContext, { text }: ConnectionFailure): string {
  const { source, frontend, listener, acceptDate } = session;
  const client = source.family === 0 ? `unix:${listener.id}` : `${source.address}:${source.port}`;
  const place = `${frontend.name}/${listener.givenName ?? listener.id}`;
  return `${client} [${dateWithMilliseconds(acceptDate)}] ${place}: ${text}`;
}
