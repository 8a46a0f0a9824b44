import type { StreamContext } from '../core/stream.js';

/** The stream's `unique-id-format`, made when it is first asked for (manual 4.2); '' where there is none. */
export function uniqueId(stream: StreamContext): string {
  const { log, frontend } = stream;
  if (log.uniqueId === '' && frontend.uniqueId !== undefined) log.uniqueId = frontend.uniqueId(stream);
  return log.uniqueId;
}
