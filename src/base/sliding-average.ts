/**
 * The mean of recent values in one number, as HAProxy keeps the times of its statistics: a plain sum
 * until there are `SAMPLES` of them, from then on each new one drives out one mean. No history is stored.
 */

/** HAProxy's TIME_STATS_SAMPLES. Its page says "over last 1024", its arithmetic uses 512. */
const SAMPLES = 512;

/**
 * @param sum what the previous call returned, 0 at first
 * @param count values seen so far, this one included
 * @returns the new sum, to be kept and read through `average`
 */
export function slidingAverage(sum: number, count: number, value: number): number {
  return count <= SAMPLES ? sum + value : sum - Math.ceil(sum / SAMPLES) + value;
}

/** @returns the mean, rounded up; 0 when nothing was seen */
export function average(sum: number, count: number): number {
  return count <= 0 ? 0 : Math.ceil(sum / Math.min(count, SAMPLES));
}
