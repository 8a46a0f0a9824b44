import type { Arena } from '../arena.js';
import { SharedNames } from './names.js';

/** Words at the head of a table's memory. */
export const enum Head {
  Lock,
  /** Live entries. */
  Used,
  /** Highest entry that was ever used. */
  Last,
  /** First of the entries that are free again. */
  Free,
  /** The entry that was touched longest ago, and the one touched last. */
  Oldest,
  Newest,
  /** Number of local changes so far, for peers. */
  Changes,
  /** Number of touches so far, local and by peers. */
  Touches,
  /** Where hashes begin; chosen by the first thread. */
  Seed,
  size = 16,
}

/** Words of an entry's links. */
export const enum Link {
  /** Next one of the same bucket, or next free one. */
  Chain,
  Older,
  Newer,
  /** Bucket plus one; 0 = not alive. */
  Bucket,
  /** Head.Changes when it was last changed here; 0 = never, or by a peer. */
  Change,
  /** Head.Touches when it was last touched: the order of the entries. */
  Touch,
  size,
}

/**
 * A table's memory: arrays of fixed size, side by side, in one block of the arena. Entry 0 stands for none, so zeroed
 * memory is an empty table. What is never used is never touched, and costs no memory.
 */
export class TableMemory {
  readonly head: Int32Array;
  readonly buckets: Int32Array;
  readonly links: Int32Array;
  readonly keys: Int32Array;
  /** Holders of an entry, by thread. */
  readonly holds: Int32Array;
  /** When an entry expires, monotonic ms. */
  readonly expiry: Float64Array;
  readonly cells: Float64Array;
  readonly names: SharedNames;

  /**
   * @param keyWords 32-bit words of a key
   * @param cellCount numbers of an entry
   * @throws RangeError when there is not so much memory
   */
  constructor(
    arena: Arena,
    size: number,
    keyWords: number,
    readonly cellCount: number,
  ) {
    const threads = arena.place.count;
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(size, 2)));
    const entries = size + 1;
    const floats = entries * (1 + cellCount);
    const words = Head.size + buckets + entries * (Link.size + keyWords + threads);
    const { chunk, offset } = arena.block(floats * 8 + words * 4 + SharedNames.bytes);
    let at = offset;
    const take = (bytes: number): number => (at += bytes) - bytes;
    this.expiry = new Float64Array(chunk, take(entries * 8), entries);
    this.cells = new Float64Array(chunk, take(entries * cellCount * 8), entries * cellCount);
    const integers = (length: number): Int32Array => new Int32Array(chunk, take(length * 4), length);
    this.head = integers(Head.size);
    this.buckets = integers(buckets);
    this.links = integers(entries * Link.size);
    this.keys = integers(entries * keyWords);
    this.holds = integers(entries * threads);
    this.names = new SharedNames(chunk, take(SharedNames.bytes));
  }
}
