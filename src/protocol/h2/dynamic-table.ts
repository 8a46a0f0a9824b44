/** What an entry costs besides its text (RFC 7541 section 4.1). */
export const ENTRY_OVERHEAD = 32;

/*  A ring; the newest entry has index 0:
 *
 *      | e5 | e6 | . | . | e3 | e4 |      newest = 1 (e6), count = 4
 */
/** RFC 7541 section 2.3.2: fields seen lately, the newest first. */
export class DynamicTable {
  count = 0;
  /** Bytes, as section 4.1 counts them. */
  size = 0;
  /** Entries added since the beginning. */
  inserted = 0;
  private names: string[] = [];
  private values: string[] = [];
  private newest = -1;

  /** @param limit bytes */
  constructor(public limit: number) {}

  /** @param index 0 = the newest; less than count */
  name(index: number): string {
    return this.names[this.slot(index)];
  }

  value(index: number): string {
    return this.values[this.slot(index)];
  }

  private slot(index: number): number {
    const at = this.newest - index;
    return at < 0 ? at + this.names.length : at;
  }

  /** Adds an entry, for which older ones may have to go; one that is larger than the table only empties it. */
  add(name: string, value: string): boolean {
    const size = name.length + value.length + ENTRY_OVERHEAD;
    this.evict(this.limit - size);
    if (size > this.limit) return false;
    if (this.count === this.names.length) this.grow();
    this.newest = this.newest + 1 === this.names.length ? 0 : this.newest + 1;
    this.names[this.newest] = name;
    this.values[this.newest] = value;
    this.size += size;
    this.count++;
    this.inserted++;
    return true;
  }

  resize(limit: number): void {
    this.limit = limit;
    this.evict(limit);
  }

  private evict(room: number): void {
    while (this.count > 0 && this.size > room) {
      const slot = this.slot(this.count - 1);
      this.size -= this.names[slot].length + this.values[slot].length + ENTRY_OVERHEAD;
      this.names[slot] = '';
      this.values[slot] = '';
      this.count--;
    }
  }

  private grow(): void {
    const names: string[] = [];
    const values: string[] = [];
    for (let i = this.count - 1; i >= 0; i--) {
      names.push(this.name(i));
      values.push(this.value(i));
    }
    this.newest = this.count - 1;
    const length = Math.max(16, this.count * 2);
    while (names.length < length) {
      names.push('');
      values.push('');
    }
    this.names = names;
    this.values = values;
  }
}
