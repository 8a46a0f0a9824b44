/** A growing list of byte ranges that allocates only when it becomes longer than ever before. */
export class RangeList {
  count = 0;
  /** Pairs of first offset and offset after the last. */
  private offsets = new Int32Array(8);

  clear(): void {
    this.count = 0;
  }

  /** Appends [start, end); empty ranges are left out. */
  push(start: number, end: number): void {
    if (start >= end) return;
    const at = this.count * 2;
    if (at === this.offsets.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.offsets);
      this.offsets = larger;
    }
    this.offsets[at] = start;
    this.offsets[at + 1] = end;
    this.count++;
  }

  start(index: number): number {
    return this.offsets[index * 2];
  }

  end(index: number): number {
    return this.offsets[index * 2 + 1];
  }

  /** The ranges' bytes as one latin1 string. */
  text(buffer: Buffer): string {
    let text = '';
    for (let i = 0; i < this.count; i++) text += buffer.latin1Slice(this.start(i), this.end(i));
    return text;
  }
}
