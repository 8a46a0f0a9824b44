/** So many of something at once, and so many a second on average: beyond that a peer is no longer clumsy but hostile. */
export class Allowance {
  private left: number;
  private since = 0;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {
    this.left = burst;
  }

  /** Takes one. @param now ms @returns false when there is none left */
  take(now: number): boolean {
    if (this.left < 1) {
      this.left = Math.min(this.burst, this.left + ((now - this.since) * this.perSecond) / 1000);
      this.since = now;
      if (this.left < 1) return false;
    } else if (this.left >= this.burst) this.since = now;
    this.left--;
    return true;
  }
}
