/** Tries before a thread sleeps: a critical section is a few hundred nanoseconds, a sleep is at least fifty thousand. */
const SPINS = 500;
/** Milliseconds of one sleep: nobody is woken, since that would cost every release a system call. */
const NAP = 0.1;

/**
 * Mutual exclusion between threads by one word of shared memory: 0 = free, else the number of who holds it. For sections
 * of a few memory accesses; nothing in them may wait.
 */
export class SharedLock {
  constructor(
    private readonly words: Int32Array,
    private readonly at: number,
    /** Above 0, and different in each thread. */
    private readonly holder: number,
  ) {}

  take(): void {
    const { words, at, holder } = this;
    for (let spins = 0; Atomics.compareExchange(words, at, 0, holder) !== 0; spins++) {
      if (spins >= SPINS) Atomics.wait(words, at, Atomics.load(words, at), NAP);
    }
  }

  free(): void {
    Atomics.store(this.words, this.at, 0);
  }

  /** A thread has died. @returns whether it died holding the lock, which is free now */
  abandonedBy(holder: number): boolean {
    return Atomics.compareExchange(this.words, this.at, holder, 0) === holder;
  }
}
