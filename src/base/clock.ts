/** What performance.now() of this thread is behind the main thread's. */
let lag = 0;

const threadTime = (): number => performance.now() + lag;

/** A moment at which this thread's performance.now() was 0, on the clock that all threads share, in ms. */
export function threadOrigin(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}

/** Makes the time of a thread that of the main one. @param mainOrigin threadOrigin() there */
export function alignTime(mainOrigin: number): void {
  lag = threadOrigin() - mainOrigin;
}

/**
 * Time, injectable. One instance per thread (`clock`); tests make their own.
 *
 * Between `enter()` and `leave()` (one event: a read, a timer) `recent()` is the moment the event began, at no cost:
 * HAProxy's `now_ms` works the same way. Outside an event it asks the system (about 40 ns).
 */
export class Clock {
  private readonly monotonic: () => number;
  private readonly wall: () => number;
  /** The moment the current event began, 0 = between events. */
  private eventStart = 0;

  /**
   * @param monotonic milliseconds with a fraction, never going back; must not return 0
   * @param wall milliseconds since 1970
   */
  constructor(monotonic: () => number = threadTime, wall: () => number = () => Date.now()) {
    this.monotonic = monotonic;
    this.wall = wall;
  }

  /** Monotonic milliseconds, with a fraction. */
  now(): number {
    return this.monotonic();
  }

  /** When the current event began; outside an event the same as `now()`. For timeouts and log timers. */
  recent(): number {
    return this.eventStart !== 0 ? this.eventStart : this.monotonic();
  }

  /** Wall clock, milliseconds since 1970. */
  date(): number {
    return this.wall();
  }

  /** An event begins. Events do not nest. @returns its moment */
  enter(): number {
    return (this.eventStart = this.monotonic());
  }

  /** The event is over: from now on `recent()` asks the system again. */
  leave(): void {
    this.eventStart = 0;
  }
}

/** This thread's clock. */
export const clock = new Clock();
