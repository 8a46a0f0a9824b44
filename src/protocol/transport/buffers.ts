/** Memory for reads and writes. All of it belongs to one thread. */

/** Of the buffer all connections read into: HAProxy's default tune.bufsize. */
export const SHARED_SIZE = 16 * 1024;
/** Of the private buffers for long transfers. */
export const BULK_SIZE = 256 * 1024;
/** Large pieces in use at once (64 MiB, mostly writes that slow readers hold up); beyond that reads stay at 16 KiB. */
const MOST_BULK = 256;
/** Free pieces kept for later, per size. */
const MOST_KEPT = 32;

/**
 * A piece of memory and who still needs it:
 *
 *   reader ──> reading = true      (one transport reads into it)
 *   writes ──> pins = n            (the kernel still reads from it)
 *
 * Back in its pool when neither is left. The shared buffer and single pieces have no pool.
 */
export class Chunk {
  readonly bytes: Buffer;
  reading = false;
  pins = 0;
  private readonly pool: ChunkPool | null;

  constructor(size: number, pool: ChunkPool | null) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.pool = pool;
  }

  /** To be called once after `pins--` or `reading = false`. */
  release(): void {
    if (this.pool !== null && !this.reading && this.pins === 0) this.pool.put(this);
  }
}

/** Last in, first out: the piece used last is the one still in the processor's cache. */
class ChunkPool {
  /** Pieces in use. */
  out = 0;
  private readonly size: number;
  private readonly free: Chunk[] = [];

  constructor(size: number) {
    this.size = size;
  }

  take(): Chunk {
    this.out++;
    return this.free.pop() ?? new Chunk(this.size, this);
  }

  put(chunk: Chunk): void {
    this.out--;
    if (this.free.length < MOST_KEPT) this.free.push(chunk);
  }
}

const small = new ChunkPool(SHARED_SIZE);
const bulk = new ChunkPool(BULK_SIZE);

/** Where every connection of this thread reads; valid during onData only. */
export const sharedChunk = new Chunk(SHARED_SIZE, null);

/** A private read buffer, or null when too many are in use. */
function borrowBulk(): Chunk | null {
  if (bulk.out >= MOST_BULK) return null;
  const chunk = bulk.take();
  chunk.reading = true;
  return chunk;
}

/** The reader is done with it; writes that still need it keep it from being used again. */
export function returnBulk(chunk: Chunk): void {
  chunk.reading = false;
  chunk.release();
}

/**
 * Where to read next. A read that fills its buffer is followed by another at once (libuv), so only then a private one
 * pays; at the end of the burst it goes back, so that a few of them stay warm in the cache and no silent connection
 * holds one.
 * @param chunk of the read just done; given back when the next one is another
 * @param more the read filled it, and reading goes on
 */
export function chunkAfter(chunk: Chunk, more: boolean): Chunk {
  if (chunk !== sharedChunk) {
    if (more && chunk.pins === 0) return chunk;
    returnBulk(chunk);
  }
  return more ? (borrowBulk() ?? sharedChunk) : sharedChunk;
}

/** A copy of `buffer[start..end)` for one write, at the beginning of the chunk; `pins` is up to the caller. */
export function stage(buffer: Buffer, start: number, end: number): Chunk {
  const length = end - start;
  let chunk: Chunk;
  if (length <= SHARED_SIZE) chunk = small.take();
  else if (length <= BULK_SIZE) chunk = bulk.take();
  else chunk = new Chunk(length, null);
  buffer.copy(chunk.bytes, 0, start, end);
  return chunk;
}

/** Pieces in use, for tests and traces. */
export function chunksInUse(): { readonly small: number; readonly bulk: number } {
  return { small: small.out, bulk: bulk.out };
}
