/**
 * A ring of log lines (manual 3.9): a bounded number of bytes, the newest lines win.
 *
 *     oldest ─► line line line line line ─► newest
 *                 ▲ a reader: what it has yet to read is kept
 *
 * As in HAProxy a line that finds no room because a reader is slow is lost and counted; without readers, or when all
 * have read it, the oldest line makes room.
 */
export class Ring {
  /** Lines lost since that was last told in the ring itself. */
  dropped = 0;
  /** Lines lost since the start. */
  lost = 0;
  private lines: string[] = [];
  /** Index in `lines` of the oldest one; what stands before it is rubbish until it is worth moving the rest. */
  private head = 0;
  /** Number of the oldest line; lines are numbered for readers. */
  private oldest = 0;
  private used = 0;
  private readonly readers = new Set<RingReader>();

  constructor(readonly size: number) {}

  get newest(): number {
    return this.oldest + this.lines.length - this.head;
  }

  get first(): number {
    return this.oldest;
  }

  /** @param line without a newline; latin1. @returns false when it is lost */
  write(line: string): boolean {
    if (!this.makeRoom(cost(line))) {
      this.dropped++;
      this.lost++;
      return false;
    }
    this.lines.push(line);
    this.used += cost(line);
    for (const reader of this.readers) reader.wake();
    return true;
  }

  /** Follows the ring. @param wake a line came; called for each. @param atEnd only what comes later is read */
  follow(wake: () => void, atEnd = false): RingReader {
    const reader = new RingReader(this, wake, atEnd ? this.newest : this.oldest, (gone) => this.readers.delete(gone));
    this.readers.add(reader);
    return reader;
  }

  /** The line with a number; undefined = it has not come yet. */
  at(number: number): string | undefined {
    return this.lines[this.head + number - this.oldest];
  }

  private makeRoom(bytes: number): boolean {
    if (bytes > this.size) return false;
    while (this.used + bytes > this.size) {
      for (const reader of this.readers) if (reader.position <= this.oldest) return false;
      this.used -= cost(this.lines[this.head]);
      this.lines[this.head] = '';
      this.head++;
      this.oldest++;
    }
    if (this.head > 1024 && this.head * 2 > this.lines.length) {
      this.lines = this.lines.slice(this.head);
      this.head = 0;
    }
    return true;
  }
}

/** HAProxy keeps a count of readers and a length of variable size in front of a line. */
function cost({ length }: string): number {
  return length + (length < 240 ? 2 : 3);
}

/** A place in a ring. */
export class RingReader {
  constructor(
    private readonly ring: Ring,
    readonly wake: () => void,
    /** Number of the line that is read next. */
    public position: number,
    private readonly gone: (reader: RingReader) => void,
  ) {}

  /** The next line; undefined = none yet. */
  next(): string | undefined {
    const line = this.ring.at(this.position);
    if (line !== undefined) this.position++;
    return line;
  }

  /** Holds nothing any more. */
  close(): void {
    this.gone(this);
  }
}
