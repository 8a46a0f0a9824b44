import { ONLY_THREAD, type ThreadPlace } from '../core/threads.js';

/**
 * Memory that all threads see: rows of counters and words of server state, cut from SharedArrayBuffers that grow by
 * whole chunks, so that a row never moves once it is handed out (DESIGN section 4).
 *
 * Every thread compiles the same configuration and so asks for the same rows in the same order: given the main
 * thread's chunks, it gets the same memory.
 */
export class Arena {
  #used = 0;
  #chunk = 0;

  /** @param chunks those of the main thread; none in the main thread itself */
  constructor(
    readonly place: ThreadPlace = ONLY_THREAD,
    readonly chunks: SharedArrayBuffer[] = [],
    readonly chunkBytes = 1 << 20,
  ) {}

  /** One zeroed row of `length` 64-bit floats for each thread. Only its own thread writes to a row. */
  rows(length: number): Float64Array<SharedArrayBuffer>[] {
    return Array.from({ length: this.place.count }, () => {
      const { chunk, offset } = this.#take(length * 8);
      return new Float64Array(chunk, offset, length);
    });
  }

  /** `length` zeroed 32-bit integers that all threads read and write, with Atomics where they change together. */
  words(length: number): Int32Array<SharedArrayBuffer> {
    const { chunk, offset } = this.#take(length * 4);
    return new Int32Array(chunk, offset, length);
  }

  /**
   * A zeroed piece of memory for arrays of several kinds, at the begin of a cache line.
   * @throws RangeError when there is not so much memory
   */
  block(bytes: number): { readonly chunk: SharedArrayBuffer; readonly offset: number } {
    return this.#take(bytes);
  }

  /** The main thread has more chunks by now: what is handed out next may lie in them. */
  extend(chunks: readonly SharedArrayBuffer[]): void {
    for (const chunk of chunks.slice(this.chunks.length)) this.chunks.push(chunk);
  }

  /** How much was handed out: equal in all threads when their layouts agree. */
  get extent(): string {
    return `${this.#chunk}:${this.#used}`;
  }

  #take(bytes: number): { chunk: SharedArrayBuffer; offset: number } {
    const rounded = (bytes + 63) & ~63; // whole cache lines: no false sharing between objects
    let chunk = this.chunks[this.#chunk];
    if (chunk !== undefined && this.#used + rounded > chunk.byteLength) {
      this.#chunk++;
      this.#used = 0;
      chunk = this.chunks[this.#chunk];
    }
    if (chunk === undefined) {
      chunk = new SharedArrayBuffer(Math.max(this.chunkBytes, rounded));
      this.chunks.push(chunk);
    }
    const offset = this.#used;
    this.#used += rounded;
    return { chunk, offset };
  }
}
