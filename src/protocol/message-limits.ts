/** How large heads may be, and with them buffers (manual 3.2 `tune.bufsize` and following). */
export interface MessageLimits {
  /** Bytes. */
  readonly bufferSize: number;
  readonly maxHeaders: number;
  /** Bytes. */
  readonly maxHeadSize: number;
}

/** @param tune of `global`, with HAProxy's defaults */
export function messageLimits(tune: ReadonlyMap<string, number>): MessageLimits {
  const bufferSize = tune.get('tune.bufsize') ?? 16384;
  const maxHeadSize = bufferSize - (tune.get('tune.maxrewrite') ?? Math.min(1024, bufferSize / 2));
  return { bufferSize, maxHeaders: tune.get('tune.http.maxhdr') ?? 101, maxHeadSize };
}
