/** Memory for reads and writes. All of it belongs to one thread. */

/** Of the buffer all connections read into: HAProxy's tune.bufsize. */
export const SHARED_SIZE = 16 * 1024;
/** Of the private buffers for long transfers. */
export const BULK_SIZE = 256 * 1024;
/** Private read buffers one thread may have lent at once (64 MiB); beyond that reads stay at 16 KiB. */
const MOST_LENT = 256;
/** Free buffers kept for later, per size. */
const MOST_KEPT = 32;

/**
 * A piece of pooled memory and who still needs it.
 *
 *   reader ──> reading = true      (one transport reads into it)
 *   writes ──> pins = n            (the kernel still reads from it)
 *
 * Back in its pool when neither is left.
 */
export class Chunk {
  readonly bytes: Buffer;
  reading = false;
  pins = 0;
  private readonly pool: Chunk[] | null;

  constructor(size: number, pool: Chunk[] | null) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.pool = pool;
  }

  /** To be called after each `pins--` or `reading = false`. */
  release(): void {
    if (this.pool !== null && !this.reading && this.pins === 0 && this.pool.length < MOST_KEPT) this.pool.push(this);
  }
}

const smallChunks: Chunk[] = [];
const bulkChunks: Chunk[] = [];
let lent = 0;

/** Where every connection of this thread reads; valid during onData only. */
export const sharedChunk = new Chunk(SHARED_SIZE, null);

/** A private read buffer, or null when too many are out. Give it back with `returnBulk`. */
export function borrowBulk(): Chunk | null {
  if (lent >= MOST_LENT) return null;
  lent++;
  const chunk = bulkChunks.pop() ?? new Chunk(BULK_SIZE, bulkChunks);
  chunk.reading = true;
  return chunk;
}

/** The reader is done with it; writes that still need it keep it from being used again. */
export function returnBulk(chunk: Chunk): void {
  lent--;
  chunk.reading = false;
  chunk.release();
}

/** Private read buffers out now. */
export function bulkLent(): number {
  return lent;
}

/** A copy of `buffer[start..end)` for one write, at the beginning of the chunk; `pins` is up to the caller. */
export function stage(buffer: Buffer, start: number, end: number): Chunk {
  const length = end - start;
  let chunk: Chunk;
  if (length <= SHARED_SIZE) chunk = smallChunks.pop() ?? new Chunk(SHARED_SIZE, smallChunks);
  else if (length <= BULK_SIZE) chunk = bulkChunks.pop() ?? new Chunk(BULK_SIZE, bulkChunks);
  else chunk = new Chunk(length, null);
  buffer.copy(chunk.bytes, 0, start, end);
  return chunk;
}
