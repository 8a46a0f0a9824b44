const enum Slot {
  Start,
  Current,
  Previous,
  size,
}

/** Floats that a counter needs. */
export const FREQ_COUNTER_SIZE: number = Slot.size;

/**
 * Events per period, as HAProxy measures rates: what came in the current period plus the share of the previous one that
 * a window of one period still covers. Three numbers, no timer; reading does not change it.
 */
export class FreqCounter {
  /**
   * @param period length of the window in ms
   * @param slots where its numbers lie (FREQ_COUNTER_SIZE zeros): shared memory when other threads read them
   */
  constructor(
    readonly period: number,
    private readonly slots: Float64Array = new Float64Array(Slot.size),
  ) {}

  /** @param nowMs monotonic milliseconds, never going back */
  add(events: number, nowMs: number): void {
    const elapsed = nowMs - this.slots[Slot.Start];
    if (elapsed >= this.period) this.rotate(nowMs, elapsed);
    this.slots[Slot.Current] += events;
  }

  /** Events in the last period. */
  read(nowMs: number): number {
    const { slots, period } = this;
    const elapsed = nowMs - slots[Slot.Start];
    if (elapsed >= 2 * period) return 0;
    if (elapsed >= period) return Math.round((slots[Slot.Current] * (2 * period - elapsed)) / period);
    return slots[Slot.Current] + Math.round((slots[Slot.Previous] * (period - elapsed)) / period);
  }

  private rotate(nowMs: number, elapsed: number): void {
    const { slots, period } = this;
    slots[Slot.Previous] = elapsed < 2 * period ? slots[Slot.Current] : 0;
    slots[Slot.Current] = 0;
    slots[Slot.Start] = elapsed < 2 * period ? slots[Slot.Start] + period : nowMs;
  }
}
