/**
 * Streams waiting for a server: one queue per server, one per backend (manual 4.2 `timeout queue`, 5.2 `maxconn`).
 * First come, first served within a priority class, but for offsets; intrusive links, so waiting costs no allocation.
 */
export interface Pending {
  /** Links and owner; managed by PendingQueue only. */
  queuePrevious: Pending | undefined;
  queueNext: Pending | undefined;
  queue: PendingQueue | undefined;
  /** Smaller goes first (`set-priority-class`), 0 by default. */
  readonly priorityClass: number;
  /** Makes it as if it had come so many ms later, or sooner (`set-priority-offset`), 0 by default. */
  readonly priorityOffset: number;
  /** When it came, with the offset, in ms of performance.now(). */
  queueTime: number;
  /** Position in the backend's order of arrival: decides between a server's and the backend's queue. */
  queueOrder: number;
  /** What `PendingQueue.served` was when it came. */
  queueServed: number;
}

let arrivals = 0;

/** Whether `a` is served before `b`, from whichever queues they stand in. */
export function goesBefore(a: Pending, b: Pending): boolean {
  if (a.priorityClass !== b.priorityClass) return a.priorityClass < b.priorityClass;
  return a.queueTime === b.queueTime ? a.queueOrder < b.queueOrder : a.queueTime < b.queueTime;
}

export class PendingQueue {
  #first: Pending | undefined;
  #last: Pending | undefined;
  length = 0;
  /** Streams that left because their turn had come. */
  served = 0;

  get first(): Pending | undefined {
    return this.#first;
  }

  add(entry: Pending): void {
    entry.queueTime = performance.now() + entry.priorityOffset;
    entry.queueOrder = ++arrivals;
    entry.queueServed = this.served;
    let after = this.#last;
    while (after !== undefined && goesBefore(entry, after)) after = after.queuePrevious;
    this.#insertAfter(entry, after);
  }

  /** How many were served from when it came until its own turn, itself included (`%sq`, `%bq`). */
  turnOf(entry: Pending): number {
    return this.served - entry.queueServed + 1;
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
    this.length--;
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
    this.length++;
  }
}
