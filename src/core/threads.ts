/**
 * Threads (DESIGN section 4): each has its own event loop and its own compiled copy of the configuration; counters, server
 * states and queues lie in memory that all of them see. Thread 0 is the main thread, the control plane; with one
 * thread it does everything.
 */
export interface ThreadPlace {
  /** 0 = the main thread. */
  readonly index: number;
  /** All threads, the main one included. */
  readonly count: number;
}

export const ONLY_THREAD: ThreadPlace = { index: 0, count: 1 };

/** The other threads as one of them sees them. Messages arrive between events, in order for each pair of threads. */
export interface ThreadLinks {
  /** A server's slot is free, and next in line for it is a stream that waits in another thread. */
  slotFree(thread: number, backend: number, server: number): void;
  /** A connection is gone that counted against a limit: whoever holds connections back may look again. */
  roomMade(): void;
}

/** With one thread there is nobody to tell. */
export const ALONE: ThreadLinks = {
  slotFree: () => undefined,
  roomMade: () => undefined,
};
