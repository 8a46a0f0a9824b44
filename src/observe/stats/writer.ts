/**
 * Gathers a long text piece by piece. Pieces are copied out at once, so that the many little strings they were put
 * together from die young: a page of thousands of rows kept as one JavaScript string until the end costs three times as
 * much, all of it in the garbage collector.
 */
export class TextWriter {
  readonly #full: Buffer[] = [];
  #chunk = Buffer.allocUnsafe(CHUNK);
  #length = 0;

  /** @param piece bytes, one code unit each */
  add(piece: string): void {
    if (this.#length + piece.length > this.#chunk.length) this.#next(piece.length);
    this.#length += this.#chunk.write(piece, this.#length, 'latin1');
  }

  toString(): string {
    return Buffer.concat([...this.#full, this.#chunk.subarray(0, this.#length)]).toString('latin1');
  }

  #next(needed: number): void {
    this.#full.push(this.#chunk.subarray(0, this.#length));
    this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK, needed));
    this.#length = 0;
  }
}

const CHUNK = 1 << 18;
