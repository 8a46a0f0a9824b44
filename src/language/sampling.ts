import type { StreamContext } from '../core/stream.js';

/**
 * Whether the last evaluation lacked data that may still come. Set by fetches that read buffers, read by conditions of
 * content inspection: a test that failed for lack of data waits instead (HAProxy's SMP_F_MAY_CHANGE). One flag per
 * thread is enough, since evaluation never yields.
 */
export const sampling = { mayChange: false };

/**
 * Whether what is not in the buffers will not come: the stream says so, or it is a TCP stream whose inspection is over.
 * HTTP rules run on complete heads, so there it is always so.
 */
export function isFinal(stream: StreamContext): boolean {
  return stream.final ?? (stream.frontend.mode === 'tcp' && stream.http !== true ? stream.requestComplete : true);
}

/** Notes that more data may change the answer, unless it is known that no more will come. */
export function mayChange(stream: StreamContext): void {
  if (!isFinal(stream)) sampling.mayChange = true;
}

/** Answer of a test that may not know yet. The numbers make `&` the conjunction and `|` the disjunction. */
export const enum Verdict {
  Fail = 0,
  Unknown = 1,
  Pass = 3,
}
