/** Rates in a table's cells: start of the current period, its events, those of the period before. */
export const RATE_CELLS = 3;

/** @param now monotonic ms @param period ms */
export function addToRate(cells: Float64Array, at: number, period: number, now: number, amount: number): void {
  const elapsed = now - cells[at];
  if (elapsed >= period) {
    const recent = elapsed < 2 * period;
    cells[at + 2] = recent ? cells[at + 1] : 0;
    cells[at + 1] = 0;
    cells[at] = recent ? cells[at] + period : now;
  }
  cells[at + 1] += amount;
}

/**
 * Events of the last period: those of the current one, and the share of the one before that is still within. HAProxy
 * rounds down, and does not let a single event flicker between 1 and 0.
 */
export function readRate(cells: Float64Array, at: number, period: number, now: number): number {
  let left = cells[at] + period - now;
  let current = cells[at + 1];
  let previous = cells[at + 2];
  if (left < 0) {
    left += period;
    previous = left >= 0 ? current : 0;
    current = 0;
  }
  if (current === 0 && previous <= 1) return previous;
  return Math.floor((previous * Math.max(0, left)) / period + current);
}

/** As if all of `value` had come now. */
export function setRate(cells: Float64Array, at: number, now: number, value: number): void {
  cells[at] = now;
  cells[at + 1] = value;
  cells[at + 2] = 0;
}
