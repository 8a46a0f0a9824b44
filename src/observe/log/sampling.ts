/** `sample <ranges>:<size>` of a `log` line: which of every `size` lines this target takes (manual 4.2, `log`). */
export class Sampling {
  private readonly taken: boolean[];
  private next = 0;

  /** @param ranges `1,3-5`, counted from 1; checked by the configuration */
  constructor(ranges: string, size: number) {
    this.taken = Array.from({ length: size }, () => false);
    for (const range of ranges.split(',')) {
      const [low, high = low] = range.split('-').map(Number);
      this.taken.fill(true, low - 1, high);
    }
  }

  /** Counts one line. @returns whether it is taken */
  take(): boolean {
    const taken = this.taken[this.next];
    this.next = this.next + 1 === this.taken.length ? 0 : this.next + 1;
    return taken;
  }
}
