/**
 * Gathers a long text piece by piece. Pieces are copied out at once, so that the many little strings they were put
 * together from die young: a page of thousands of rows kept as one JavaScript string until the end costs three times as
 * much, all of it in the garbage collector.
 */
export class TextWriter {
  #text = '';
  #chunk = Buffer.allocUnsafe(CHUNK);
  #length = 0;

  /** @param piece bytes, one code unit each */
  add(piece: string): void {
    if (this.#length + piece.length > this.#chunk.length) this.#flush(piece.length);
    this.#length += this.#chunk.write(piece, this.#length, 'latin1');
  }

  toString(): string {
    this.#flush(0);
    return this.#text;
  }

  /** Makes room for a piece of `needed` bytes. */
  #flush(needed: number): void {
    this.#text += this.#chunk.toString('latin1', 0, this.#length);
    this.#length = 0;
    if (needed > this.#chunk.length) this.#chunk = Buffer.allocUnsafe(needed);
  }
}

const CHUNK = 1 << 18;
