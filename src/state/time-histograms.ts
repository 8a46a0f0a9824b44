import type { TimeHistogramModel } from '../config/model.js';
import type { Arena } from './arena.js';

/** How times are spread: what `time-histograms` asks for, a row for each thread as in figures.ts. */
export class TimeHistogram {
  /** Upper bounds of the buckets, ms, ascending; what is longer has a bucket of its own. */
  readonly bounds: readonly number[];
  /** By bucket how many, then the sum of all in ms. */
  private readonly rows: readonly Float64Array[];
  private readonly own: Float64Array;

  constructor(arena: Arena, bounds: readonly number[]) {
    this.bounds = bounds;
    this.rows = arena.rows(bounds.length + 2);
    this.own = this.rows[arena.place.index];
  }

  /** @param time ms; a bound belongs to the bucket that it closes */
  add(time: number): void {
    const { bounds, own } = this;
    const { length } = bounds;
    let bucket = 0;
    while (bucket < length && time > bounds[bucket]) bucket++;
    own[bucket]++;
    if (time > 0) own[length + 1] += time;
  }

  /** Over all threads. */
  totals(): TimeTotals {
    const sums = new Float64Array(this.bounds.length + 2);
    for (const row of this.rows) for (let slot = 0; slot < sums.length; slot++) sums[slot] += row[slot];
    const counts = sums.subarray(0, -1);
    for (let bucket = 1; bucket < counts.length; bucket++) counts[bucket] += counts[bucket - 1];
    return { counts, sum: sums[sums.length - 1] };
  }

  clear(): void {
    for (const row of this.rows) row.fill(0);
  }
}

export interface TimeTotals {
  /** How many were no longer than each bound; the last is how many there were. */
  readonly counts: ArrayLike<number>;
  /** ms */
  readonly sum: number;
}

/** Those of a backend or server: the times whose means `show stat` has as qtime, ctime, rtime, ttime. */
export interface TimeHistograms {
  readonly queue: TimeHistogram;
  readonly connect: TimeHistogram;
  readonly response: TimeHistogram;
  readonly total: TimeHistogram;
}

/** @returns undefined when the proxy's `time-histograms` does not reach so far */
export function timeHistograms(
  arena: Arena,
  { of, bounds }: TimeHistogramModel,
  whose: 'proxy' | 'server',
): TimeHistograms | undefined {
  if (of === 'off' || (whose === 'server' && of !== 'server')) return undefined;
  const one = (): TimeHistogram => new TimeHistogram(arena, bounds);
  return { queue: one(), connect: one(), response: one(), total: one() };
}
