import type { StreamContext } from '../../core/stream.js';

/** The line written without `option httplog`, `tcplog` or `log-format` (manual 8.2.1). */
export function connectLine({ session }: StreamContext, mode: 'http' | 'tcp'): string {
  const { source, destination, frontend, listener } = session;
  const proxy = `(${frontend.name}/${mode === 'http' ? 'HTTP' : 'TCP'})`;
  // a UNIX socket has no addresses to show: HAProxy shows the number of the bind line
  if (source.family === 0) return `Connect to unix:${listener.id} ${proxy}`;
  return `Connect from ${source.address}:${source.port} to ${destination.address}:${destination.port} ${proxy}`;
}
