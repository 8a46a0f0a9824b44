/**
 * Events per period, as HAProxy measures rates: what came in the current period plus the share of the previous one that
 * a window of one period still covers. Two numbers, no timer; reading does not change it.
 */
export class FreqCounter {
  #start = 0;
  #current = 0;
  #previous = 0;

  /** @param period length of the window in ms */
  constructor(readonly period: number) {}

  /** @param nowMs monotonic milliseconds, never going back */
  add(events: number, nowMs: number): void {
    const elapsed = nowMs - this.#start;
    if (elapsed >= this.period) this.#rotate(nowMs, elapsed);
    this.#current += events;
  }

  /** Events in the last period. */
  read(nowMs: number): number {
    const elapsed = nowMs - this.#start;
    if (elapsed >= 2 * this.period) return 0;
    if (elapsed >= this.period) return Math.round((this.#current * (2 * this.period - elapsed)) / this.period);
    return this.#current + Math.round((this.#previous * (this.period - elapsed)) / this.period);
  }

  #rotate(nowMs: number, elapsed: number): void {
    this.#previous = elapsed < 2 * this.period ? this.#current : 0;
    this.#current = 0;
    this.#start = elapsed < 2 * this.period ? this.#start + this.period : nowMs;
  }
}
