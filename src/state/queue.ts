import { clock } from '../base/clock.js';

/**
 * Streams waiting for a server: one queue per server, one per backend (manual 4.2 `timeout queue`, 5.2 `maxconn`).
 * First come, first served within a priority class; intrusive links, so waiting costs no allocation.
 */
export interface Pending {
  /** Links and owner; managed by PendingQueue only. */
  queuePrevious: Pending | undefined;
  queueNext: Pending | undefined;
  queue: PendingQueue | undefined;
  /** Smaller goes first (`set-priority-class`), 0 by default. */
  readonly priorityClass: number;
  /** Within a class: milliseconds by which it is treated as having come later (`set-priority-offset`), 0 by default. */
  readonly priorityOffset: number;
  /** When it came, moved by its offset: the lower 32 bits of Date.now(), which all threads share. */
  queueTime: number;
  /** Position in the backend's order of arrival: decides between a server's and the backend's queue. */
  queueOrder: number;
  /** What `PendingQueue.served` was when it came. */
  queueServed: number;
}

type Place = Pick<Pending, 'priorityClass' | 'queueTime' | 'queueOrder'>;

/** Whether `a` is served before `b`, from whichever queues they stand in. Both times and the order wrap around. */
export function goesBefore(a: Place, b: Place): boolean {
  if (a.priorityClass !== b.priorityClass) return a.priorityClass < b.priorityClass;
  const later = (a.queueTime - b.queueTime) | 0;
  return later === 0 ? ((a.queueOrder - b.queueOrder) | 0) < 0 : later < 0;
}

const enum Word {
  /** Streams waiting in all threads. */
  Length,
  /** Streams that left because their turn had come. */
  Served,
  /** For each thread: how many wait there, and class, time and order of its first. */
  Threads,
}
const enum Head {
  Length,
  Class,
  Time,
  Order,
  size,
}

/** Words of shared memory that a queue needs. */
export function queueWords(threads: number): number {
  return Word.Threads + threads * Head.size;
}

/** The first stream of some thread, as the others see it. */
export interface QueueHead {
  thread: number;
  priorityClass: number;
  queueTime: number;
  queueOrder: number;
}

/*
 *   words: │ Length │ Served │ Length Class Time Order │ Length Class Time Order │ …  (shared)
 *                              thread 0                  thread 1
 *   list:    first ⇄ … ⇄ last                                                    (this thread's streams)
 */
/** This thread's part of a queue; all threads' parts together are the queue that a user sees. */
export class PendingQueue {
  #first: Pending | undefined;
  #last: Pending | undefined;
  readonly #words: Int32Array;
  readonly #arrivals: Int32Array;
  /** Where this thread's words are. */
  readonly #own: number;

  /**
   * @param words queueWords() of them, shared by all threads
   * @param arrivals one word, shared by all queues and threads: the order of arrival
   */
  constructor(words: Int32Array = new Int32Array(queueWords(1)), arrivals: Int32Array = new Int32Array(1), thread = 0) {
    this.#words = words;
    this.#arrivals = arrivals;
    this.#own = Word.Threads + thread * Head.size;
  }

  /** The first of this thread. */
  get first(): Pending | undefined {
    return this.#first;
  }

  /** Streams waiting, in all threads. */
  get length(): number {
    return Atomics.load(this.#words, Word.Length);
  }

  /** Those of this thread. */
  get ownLength(): number {
    return this.#words[this.#own + Head.Length];
  }

  /** Streams that left because their turn had come. */
  get served(): number {
    return Atomics.load(this.#words, Word.Served);
  }

  /** Puts into `head` who is next over all threads, if it goes before what `head` says already. @returns whether it did */
  lead(head: QueueHead): boolean {
    let found = false;
    const words = this.#words;
    for (let at = Word.Threads, thread = 0; at < words.length; at += Head.size, thread++) {
      if (words[at + Head.Length] === 0) continue;
      const candidate = {
        thread,
        priorityClass: words[at + Head.Class],
        queueTime: words[at + Head.Time],
        queueOrder: words[at + Head.Order],
      };
      if (head.thread >= 0 && !goesBefore(candidate, head)) continue;
      Object.assign(head, candidate);
      found = true;
    }
    return found;
  }

  add(entry: Pending): void {
    entry.queueOrder = (Atomics.add(this.#arrivals, 0, 1) + 1) | 0;
    entry.queueTime = (clock.date() + entry.priorityOffset) | 0;
    entry.queueServed = this.served;
    let after = this.#last;
    while (after !== undefined && goesBefore(entry, after)) after = after.queuePrevious;
    this.#insertAfter(entry, after);
  }

  /** How many were served from when it came until its own turn, itself included (`%sq`, `%bq`). */
  turnOf(entry: Pending): number {
    return this.served - entry.queueServed + 1;
  }

  /** Its turn has come: takes it out and counts it. */
  serve(entry: Pending): void {
    this.remove(entry);
    Atomics.add(this.#words, Word.Served, 1);
  }

  /** Takes one out of wherever it stands. */
  remove(entry: Pending): void {
    if (entry.queue !== this) return;
    if (entry.queuePrevious === undefined) this.#first = entry.queueNext;
    else entry.queuePrevious.queueNext = entry.queueNext;
    if (entry.queueNext === undefined) this.#last = entry.queuePrevious;
    else entry.queueNext.queuePrevious = entry.queuePrevious;
    entry.queuePrevious = undefined;
    entry.queueNext = undefined;
    entry.queue = undefined;
    this.#count(-1);
  }

  #insertAfter(entry: Pending, after: Pending | undefined): void {
    const before = after === undefined ? this.#first : after.queueNext;
    entry.queuePrevious = after;
    entry.queueNext = before;
    if (after === undefined) this.#first = entry;
    else after.queueNext = entry;
    if (before === undefined) this.#last = entry;
    else before.queuePrevious = entry;
    entry.queue = this;
    this.#count(1);
  }

  /** Tells the other threads. */
  #count(change: number): void {
    const first = this.#first;
    if (first !== undefined) {
      this.#words[this.#own + Head.Class] = first.priorityClass;
      this.#words[this.#own + Head.Time] = first.queueTime;
      this.#words[this.#own + Head.Order] = first.queueOrder;
    }
    Atomics.add(this.#words, this.#own + Head.Length, change);
    Atomics.add(this.#words, Word.Length, change);
  }

  /** A thread is gone with all that waited there. */
  forgetThread(thread: number): void {
    const at = Word.Threads + thread * Head.size + Head.Length;
    Atomics.sub(this.#words, Word.Length, Atomics.exchange(this.#words, at, 0));
  }
}
