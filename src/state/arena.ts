/**
 * Memory that all threads see: rows of counters and words of server state, cut from SharedArrayBuffers that grow by
 * whole chunks, so that a row never moves once it is handed out (DESIGN section 4).
 */
export class Arena {
  readonly chunks: SharedArrayBuffer[] = [];
  #used = 0;

  constructor(readonly chunkBytes = 1 << 20) {}

  /** A zeroed row of `length` 64-bit floats. */
  floats(length: number): Float64Array<SharedArrayBuffer> {
    const { chunk, offset } = this.#take(length * 8);
    return new Float64Array(chunk, offset, length);
  }

  /** A zeroed row of `length` 32-bit integers (for Atomics). */
  words(length: number): Int32Array<SharedArrayBuffer> {
    const { chunk, offset } = this.#take(length * 4);
    return new Int32Array(chunk, offset, length);
  }

  #take(bytes: number): { chunk: SharedArrayBuffer; offset: number } {
    const rounded = (bytes + 63) & ~63; // whole cache lines: no false sharing between objects
    let chunk = this.chunks.at(-1);
    if (chunk === undefined || this.#used + rounded > chunk.byteLength) {
      chunk = new SharedArrayBuffer(Math.max(this.chunkBytes, rounded));
      this.chunks.push(chunk);
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += rounded;
    return { chunk, offset };
  }
}
