/** Bytes that arrived but could not be used yet: an incomplete head, or a request that came before its turn. */
export class Carry {
  buffer: Buffer;
  start = 0;
  end: number;

  /** Copies `from[start..end)`. */
  constructor(from: Buffer, start: number, end: number) {
    this.buffer = Buffer.allocUnsafe(Math.max(1024, (end - start) * 2));
    this.end = from.copy(this.buffer, 0, start, end);
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Adds bytes behind what is there; the buffer moves when it is too small. */
  append(from: Buffer, length: number): void {
    if (this.end + length > this.buffer.length) {
      const larger = Buffer.allocUnsafe((this.length + length) * 2);
      this.buffer.copy(larger, 0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
      this.buffer = larger;
    }
    this.end += from.copy(this.buffer, this.end, 0, length);
  }
}
