import { FREQ_COUNTER_SIZE, FreqCounter } from '../base/freq-counter.js';
import type { Arena } from './arena.js';

/** How the rows of several threads become one. What is in no list is added up. */
export interface Merging {
  readonly size: number;
  /** Slots of which the greatest counts. */
  readonly maxima: readonly number[];
  /** Slots kept by slidingAverage(): they weigh by what `count` says. */
  readonly means: readonly number[];
  readonly count: number;
}

/** HAProxy's TIME_STATS_SAMPLES, see base/sliding-average. */
const SAMPLES = 512;

/** The figures of one proxy, listener or server: a row for each thread, written by that thread alone. */
export class Figures {
  readonly rows: readonly Float64Array[];
  /** This thread's. */
  readonly own: Float64Array;

  constructor(
    arena: Arena,
    private readonly merging: Merging,
  ) {
    this.rows = arena.rows(merging.size);
    this.own = this.rows[arena.place.index];
  }

  /** One figure over all threads. */
  sum(slot: number): number {
    const { rows } = this;
    if (rows.length === 1) return this.own[slot];
    let sum = 0;
    for (const row of rows) sum += row[slot];
    return sum;
  }

  /** All figures over all threads; the live row itself where there is one thread. */
  totals(): Float64Array {
    const { rows } = this;
    if (rows.length === 1) return this.own;
    const { maxima, means, count, size } = this.merging;
    const totals = new Float64Array(size);
    for (const row of rows) for (let slot = 0; slot < size; slot++) totals[slot] += row[slot];
    for (const slot of maxima) totals[slot] = rows.reduce((most, row) => Math.max(most, row[slot]), 0);
    for (const slot of means) totals[slot] = this.mean(slot, totals[count]);
    return totals;
  }

  /** The sum that average() turns into the mean over all threads. */
  private mean(slot: number, seen: number): number {
    if (seen === 0) return 0;
    let weighted = 0;
    for (const row of this.rows) {
      const own = row[this.merging.count];
      if (own > 0) weighted += (row[slot] / Math.min(own, SAMPLES)) * own;
    }
    return (weighted / seen) * Math.min(seen, SAMPLES);
  }

  /** Sets figures back to 0, in all threads. */
  clear(slots: readonly number[]): void {
    for (const row of this.rows) for (const slot of slots) row[slot] = 0;
  }
}

/** Events per second over all threads: each counts its own, a reader adds them up. */
export class ThreadedRate {
  private readonly counters: readonly FreqCounter[];
  private readonly own: FreqCounter;

  constructor(arena: Arena, period = 1000) {
    this.counters = arena.rows(FREQ_COUNTER_SIZE).map((slots) => new FreqCounter(period, slots));
    this.own = this.counters[arena.place.index];
  }

  /** @param nowMs clock.now() */
  add(events: number, nowMs: number): void {
    this.own.add(events, nowMs);
  }

  read(nowMs: number): number {
    const { counters } = this;
    if (counters.length === 1) return this.own.read(nowMs);
    let sum = 0;
    for (const counter of counters) sum += counter.read(nowMs);
    return sum;
  }
}
