/**
 * Small integers in the order of their keys, equal keys in order of arrival. Made for servers that leave at the front and
 * come back near the end, so both cost little; nothing allocates after construction.
 *
 *   items:  | free | 2 | 0 | 1 | free |
 *                    ^ head      ^ tail
 */
export class SortedQueue {
  readonly #items: Int32Array;
  readonly #keys: Float64Array;
  #head = 0;
  #tail = 0;

  /** @param capacity greatest number of items held at once */
  constructor(capacity: number) {
    this.#items = new Int32Array(2 * capacity + 2);
    this.#keys = new Float64Array(2 * capacity + 2);
  }

  get size(): number {
    return this.#tail - this.#head;
  }

  /** The item at a rank from 0, or -1 past the end. */
  at(rank: number): number {
    const at = this.#head + rank;
    return at < this.#tail ? this.#items[at] : -1;
  }

  insert(item: number, key: number): void {
    if (this.#tail === this.#items.length) this.#compact();
    let at = this.#tail++;
    while (at > this.#head && this.#keys[at - 1] > key) {
      this.#keys[at] = this.#keys[at - 1];
      this.#items[at] = this.#items[at - 1];
      at--;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }

  /** Takes an item out; nothing happens when it is not there. */
  remove(item: number): void {
    let at = this.#head;
    while (at < this.#tail && this.#items[at] !== item) at++;
    if (at === this.#tail) return;
    if (at === this.#head) {
      this.#head++;
      return;
    }
    this.#items.copyWithin(at, at + 1, this.#tail);
    this.#keys.copyWithin(at, at + 1, this.#tail);
    this.#tail--;
  }

  #compact(): void {
    this.#items.copyWithin(0, this.#head, this.#tail);
    this.#keys.copyWithin(0, this.#head, this.#tail);
    this.#tail -= this.#head;
    this.#head = 0;
  }
}
