import type { TableKey } from '../../core/stick-table.js';
import { hashWords, type KeyCodec } from './keys.js';
import { Head, Link, type TableMemory } from './memory.js';

/** What entries are made of, and when they go. */
export interface EntryRules {
  readonly codec: KeyCodec;
  readonly size: number;
  /** Life of an entry that nothing touches, ms; 0 = for ever. */
  readonly expire: number;
  readonly nopurge: boolean;
  /** Number of this thread, and of all. */
  readonly thread: number;
  readonly threads: number;
}

/** Numbers of changes and touches go round after 2^32. @returns whether `number` came behind `mark` */
export const isBehind = (number: number, mark: number): boolean => ((number - mark) | 0) > 0;

/**
 * The entries of a table: found by their keys (a hash table with chains), and in the order of their last touch, which is
 * the order in which they expire, since all live equally long. Call everything with the table's lock held.
 */
export class Entries {
  private readonly packed: Int32Array;
  private readonly seed: number;

  constructor(
    private readonly memory: TableMemory,
    private readonly rules: EntryRules,
  ) {
    this.packed = new Int32Array(rules.codec.words);
    this.seed = memory.head[Head.Seed];
  }

  /** @returns 0 when there is none, and none could be made */
  find(key: TableKey, create: boolean, now: number): number {
    const count = this.rules.codec.pack(key, this.packed);
    const bucket = hashWords(this.packed, count, this.seed) & (this.memory.buckets.length - 1);
    const found = this.findIn(bucket, count, now);
    return found === 0 && create ? this.create(bucket, count, now) : found;
  }

  key(entry: number): TableKey {
    const { codec } = this.rules;
    return codec.unpack(this.memory.keys, entry * codec.words);
  }

  isAlive(entry: number, now: number): boolean {
    return this.memory.links[entry * Link.size + Link.Bucket] !== 0 && !this.isExpired(entry, now);
  }

  hold(entry: number, by: number): void {
    this.memory.holds[entry * this.rules.threads + this.rules.thread] += by;
  }

  /** Holders in all threads. */
  uses(entry: number): number {
    const { threads } = this.rules;
    let uses = 0;
    for (let thread = 0; thread < threads; thread++) uses += this.memory.holds[entry * threads + thread];
    return uses;
  }

  /** @returns how often a thread that has died still held it */
  forgetThread(entry: number, thread: number): number {
    const at = entry * this.rules.threads + thread;
    const held = this.memory.holds[at];
    this.memory.holds[at] = 0;
    return held;
  }

  /** @param changed peers have something to learn */
  renew(entry: number, changed: boolean, now: number): void {
    const { head, links, expiry } = this.memory;
    expiry[entry] = now + this.rules.expire;
    // 0 means never
    if (changed) links[entry * Link.size + Link.Change] = ++head[Head.Changes] || ++head[Head.Changes];
    this.moveToEnd(entry);
  }

  remove(entry: number): void {
    const { head, links, buckets } = this.memory;
    const at = entry * Link.size;
    const bucket = links[at + Link.Bucket] - 1;
    if (buckets[bucket] === entry) buckets[bucket] = links[at + Link.Chain];
    else {
      let before = buckets[bucket];
      while (links[before * Link.size + Link.Chain] !== entry) before = links[before * Link.size + Link.Chain];
      links[before * Link.size + Link.Chain] = links[at + Link.Chain];
    }
    this.unlink(entry);
    links[at + Link.Bucket] = 0;
    links[at + Link.Chain] = head[Head.Free];
    head[Head.Free] = entry;
    head[Head.Used]--;
  }

  /** Those that are held live on; they stand behind the others meanwhile, so that each is looked at once. */
  expireOld(now: number): void {
    if (this.rules.expire === 0) return;
    const { head, expiry } = this.memory;
    const stop = head[Head.Newest];
    for (let entry = head[Head.Oldest]; entry !== 0 && expiry[entry] <= now; entry = head[Head.Oldest]) {
      if (this.uses(entry) === 0) this.remove(entry);
      else this.moveToEnd(entry);
      if (entry === stop) return;
    }
  }

  /** Those that were touched behind that many touches, last ones first. @param touches undefined = all */
  touchedSince(touches: number | undefined): number[] {
    const { head, links } = this.memory;
    const found: number[] = [];
    for (let entry = head[Head.Newest]; entry !== 0; entry = links[entry * Link.size + Link.Older]) {
      if (touches !== undefined && !isBehind(links[entry * Link.size + Link.Touch], touches)) break;
      found.push(entry);
    }
    return found;
  }

  clear(): void {
    const { head, buckets, links } = this.memory;
    buckets.fill(0);
    links.fill(0);
    head[Head.Used] = head[Head.Last] = head[Head.Free] = head[Head.Oldest] = head[Head.Newest] = 0;
  }

  private findIn(bucket: number, count: number, now: number): number {
    const { buckets, links, keys } = this.memory;
    const { words } = this.rules.codec;
    for (let entry = buckets[bucket]; entry !== 0; entry = links[entry * Link.size + Link.Chain]) {
      let word = 0;
      while (word < count && keys[entry * words + word] === this.packed[word]) word++;
      if (word < count) continue;
      if (!this.isExpired(entry, now)) return entry;
      this.remove(entry);
      return 0;
    }
    return 0;
  }

  private isExpired(entry: number, now: number): boolean {
    return this.rules.expire !== 0 && now >= this.memory.expiry[entry] && this.uses(entry) === 0;
  }

  private create(bucket: number, count: number, now: number): number {
    const { head, links, keys, cells, cellCount, buckets } = this.memory;
    const entry = this.takeFree(now);
    if (entry === 0) return 0;
    head[Head.Used]++;
    const { words } = this.rules.codec;
    for (let word = 0; word < count; word++) keys[entry * words + word] = this.packed[word];
    cells.fill(0, entry * cellCount, (entry + 1) * cellCount);
    const at = entry * Link.size;
    links[at + Link.Chain] = buckets[bucket];
    links[at + Link.Bucket] = bucket + 1;
    links[at + Link.Change] = 0;
    buckets[bucket] = entry;
    this.append(entry);
    this.memory.expiry[entry] = now + this.rules.expire;
    return entry;
  }

  private takeFree(now: number): number {
    const { head, links } = this.memory;
    const { size, nopurge } = this.rules;
    if (head[Head.Used] >= size) this.expireOld(now);
    if (head[Head.Used] >= size && !nopurge) this.purge();
    if (head[Head.Used] >= size) return 0;
    const free = head[Head.Free];
    if (free === 0) return ++head[Head.Last];
    head[Head.Free] = links[free * Link.size + Link.Chain];
    return free;
  }

  /** A few of the oldest leave (manual 4.2 `nopurge`), as many at once as HAProxy lets go. */
  private purge(): void {
    let wanted = (this.rules.size >> 8) + 1;
    let entry = this.memory.head[Head.Oldest];
    while (entry !== 0 && wanted > 0) {
      const next = this.memory.links[entry * Link.size + Link.Newer];
      if (this.uses(entry) === 0) {
        this.remove(entry);
        wanted--;
      }
      entry = next;
    }
  }

  private moveToEnd(entry: number): void {
    const { head, links } = this.memory;
    if (head[Head.Newest] === entry) {
      links[entry * Link.size + Link.Touch] = ++head[Head.Touches];
      return;
    }
    this.unlink(entry);
    this.append(entry);
  }

  private unlink(entry: number): void {
    const { head, links } = this.memory;
    const older = links[entry * Link.size + Link.Older];
    const newer = links[entry * Link.size + Link.Newer];
    if (older === 0) head[Head.Oldest] = newer;
    else links[older * Link.size + Link.Newer] = newer;
    if (newer === 0) head[Head.Newest] = older;
    else links[newer * Link.size + Link.Older] = older;
  }

  private append(entry: number): void {
    const { head, links } = this.memory;
    const newest = head[Head.Newest];
    links[entry * Link.size + Link.Older] = newest;
    links[entry * Link.size + Link.Newer] = 0;
    links[entry * Link.size + Link.Touch] = ++head[Head.Touches];
    if (newest === 0) head[Head.Oldest] = entry;
    else links[newest * Link.size + Link.Newer] = entry;
    head[Head.Newest] = entry;
  }
}
