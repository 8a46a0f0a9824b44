import { clock as threadClock } from './clock.js';
import type { Clock } from './clock.js';
import { reportFault } from './fault.js';

/**
 * Something with one timeout. The wheel's links live in the object itself, so arming allocates nothing.
 * Initialise with `deadline = 0, slot = -1, previousTimed = null, nextTimed = null` and leave them to the wheel.
 */
export interface Timed {
  /** When it fires, in the clock's milliseconds. */
  deadline: number;
  /** The tick it waits in, -1 = not armed. */
  slot: number;
  previousTimed: Timed | null;
  nextTimed: Timed | null;
  /** Called once per expiry, disarmed; may arm again. */
  onTimeout(): void;
}

/** Sets the wheel's one alarm: `ring` after `delay` ms. @returns what cancels it */
export type Alarm = (ring: () => void, delay: number) => () => void;

/** Unreferenced: listeners and connections keep a process alive, a pending timeout alone does not. */
const systemAlarm: Alarm = (ring, delay) => {
  const timer = setTimeout(ring, delay).unref();
  return () => clearTimeout(timer);
};

/** Milliseconds per slot: a timeout fires at most this much late (plus the system's own delay), and never early. */
const TICK = 8;
/** Slots, a power of two: 8 s once round. Longer timeouts are put back when the wheel comes by, once per turn. */
const SLOTS = 1024;
const MASK = SLOTS - 1;

/*  slot n holds what is looked at when tick n (= n * 8 ms) is over:
 *
 *    heads    | . | A-B | . | . | C | … 1024
 *    occupied |   0 1 0 0 1 …  one bit per slot, so the next one is found in at most 33 steps
 *
 *  Moving a deadline later leaves the entry where it is ("lazy"): when its slot comes up it is put back.
 *  An alarm is set for the earliest occupied slot only; an empty wheel sets none.
 */
export class TimerWheel {
  private readonly heads: (Timed | null)[] = Array.from<null>({ length: SLOTS }).fill(null);
  private readonly occupied = new Int32Array(SLOTS / 32);
  private readonly clock: Clock;
  private readonly alarm: Alarm;
  private readonly ring = (): void => this.advance();
  /** Every tick up to this one has been dealt with. */
  private current = 0;
  private count = 0;
  /** Slots are being emptied, at the tick `current`. */
  private advancing = false;
  /** The tick the alarm is set for, Infinity = none. */
  private alarmTick = Infinity;
  private cancelAlarm: (() => void) | null = null;

  constructor(clock: Clock = threadClock, alarm: Alarm = systemAlarm) {
    this.clock = clock;
    this.alarm = alarm;
  }

  /** Number of armed entries. */
  get size(): number {
    return this.count;
  }

  /** (Re)arms: `onTimeout` in `delay` ms from the current event (`clock.recent()`). Moving it later costs a few ns. */
  arm(entry: Timed, delay: number): void {
    const deadline = this.clock.recent() + delay;
    entry.deadline = deadline;
    if (entry.slot >= 0) {
      if (entry.slot * TICK <= deadline) return;
      this.unlink(entry);
    }
    this.link(entry);
  }

  /** Forgets the timeout. Idempotent. */
  disarm(entry: Timed): void {
    if (entry.slot >= 0) this.unlink(entry);
  }

  private link(entry: Timed): void {
    // not in advance(): an entry that is put back must not come into the slot that is being emptied, a turn later
    if (this.count === 0 && !this.advancing) this.current = Math.floor(this.clock.recent() / TICK);
    let tick = Math.ceil(entry.deadline / TICK);
    if (tick <= this.current) tick = this.current + 1;
    else if (tick > this.current + MASK) tick = this.current + MASK;
    const index = tick & MASK;
    const head = this.heads[index];
    entry.slot = tick;
    entry.previousTimed = null;
    entry.nextTimed = head;
    if (head !== null) head.previousTimed = entry;
    else this.occupied[index >> 5] |= 1 << (index & 31);
    this.heads[index] = entry;
    this.count++;
    if (tick < this.alarmTick) this.setAlarm(tick);
  }

  private unlink(entry: Timed): void {
    const { previousTimed: previous, nextTimed: next } = entry;
    const index = entry.slot & MASK;
    if (next !== null) next.previousTimed = previous;
    if (previous !== null) previous.nextTimed = next;
    else {
      this.heads[index] = next;
      if (next === null) this.occupied[index >> 5] &= ~(1 << (index & 31));
    }
    entry.slot = -1;
    entry.previousTimed = null;
    entry.nextTimed = null;
    this.count--;
  }

  private setAlarm(tick: number): void {
    this.cancelAlarm?.();
    this.alarmTick = tick;
    this.cancelAlarm = this.alarm(this.ring, Math.max(1, Math.ceil(tick * TICK - this.clock.now())));
  }

  private advance(): void {
    this.cancelAlarm = null;
    this.alarmTick = Infinity;
    const now = this.clock.enter();
    const lastTick = Math.floor(now / TICK);
    this.advancing = true;
    for (let tick = this.nextOccupied(); tick <= lastTick; tick = this.nextOccupied()) {
      this.current = tick;
      this.expire(tick & MASK, now);
    }
    this.advancing = false;
    if (lastTick > this.current) this.current = lastTick;
    this.clock.leave();
    const next = this.nextOccupied();
    if (next < this.alarmTick) this.setAlarm(next);
  }

  /** Empties one slot: fires what is due, puts back what was moved later. Callbacks may arm and disarm anything. */
  private expire(index: number, now: number): void {
    for (let entry = this.heads[index]; entry !== null; entry = this.heads[index]) {
      this.unlink(entry);
      if (entry.deadline > now) {
        this.link(entry);
        continue;
      }
      try {
        entry.onTimeout();
      } catch (error) {
        reportFault('timer', error);
      }
    }
  }

  /** The earliest occupied tick after `current`, Infinity when the wheel is empty. */
  private nextOccupied(): number {
    if (this.count === 0) return Infinity;
    const first = (this.current + 1) & MASK;
    let word = first >> 5;
    let bits = this.occupied[word] & (-1 << (first & 31));
    for (let step = 0; bits === 0; step++) {
      if (step > SLOTS / 32) return Infinity;
      word = (word + 1) & (SLOTS / 32 - 1);
      bits = this.occupied[word];
    }
    const index = (word << 5) | (31 - Math.clz32(bits & -bits));
    return this.current + 1 + ((index - first) & MASK);
  }
}

/** This thread's wheel. */
export const timers = new TimerWheel();
