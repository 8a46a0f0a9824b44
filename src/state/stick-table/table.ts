import { randomInt } from 'node:crypto';
import { clock as threadClock, type Clock } from '../../base/clock.js';
import { SharedLock } from '../../base/shared-lock.js';
import type { StickTableModel } from '../../config/model.js';
import type {
  DataName,
  Field,
  RateParts,
  SharedStickTable,
  StoredData,
  TableKey,
  TableType,
} from '../../core/stick-table.js';
import type { Arena } from '../arena.js';
import { codecFor, hashWords, type KeyCodec } from './keys.js';
import { Head, Link, TableMemory } from './memory.js';
import { addToRate, RATE_CELLS, readRate, setRate } from './rate.js';

const WRAP = 2 ** 32;

/**
 * A stick-table in shared memory: a hash table whose entries are also in order of their last touch, which is the order in
 * which they expire, since all live equally long. One lock for the table, held for some memory accesses.
 *
 * With one thread there is nobody to lock out.
 */
export class SharedTable implements SharedStickTable {
  readonly name: string;
  readonly type: TableType;
  readonly keyLength: number;
  readonly size: number;
  readonly expire: number;
  readonly serverKey: 'name' | 'addr';
  readonly data: readonly StoredData[];

  /** Peers share it: they are told of each change. */
  private watcher: 'none' | 'elsewhere' | (() => void) = 'none';

  private readonly memory: TableMemory;
  private readonly codec: KeyCodec;
  private readonly packed: Int32Array;
  private readonly fields = new Map<DataName, Field>();
  private readonly cellCount: number;
  private readonly threads: number;
  private readonly thread: number;
  private readonly lock: SharedLock | undefined;
  private readonly seed: number;

  /**
   * @param name what it is found by, which the model does not know
   * @param stored what its lines ask for, and what rules need beside
   * @param peers it is shared with other processes
   * @throws RangeError when there is not enough memory for its size
   */
  constructor(
    private readonly model: StickTableModel,
    name: string,
    stored: readonly StoredData[],
    arena: Arena,
    peers: boolean,
    private readonly clock: Clock = threadClock,
  ) {
    this.name = name;
    this.type = model.type;
    this.keyLength = model.keyLength;
    this.size = model.size;
    this.expire = model.expire;
    this.serverKey = model.serverKey;
    this.data = stored;
    this.codec = codecFor(model.type, model.keyLength);
    this.packed = new Int32Array(this.codec.words);
    let cell = 0;
    for (const { name: data, kind, period, count } of stored) {
      this.fields.set(data, { kind, period, cell });
      cell += count * (kind === 'rate' ? RATE_CELLS : 1);
    }
    this.cellCount = cell;
    this.threads = arena.place.count;
    this.thread = arena.place.index;
    this.memory = new TableMemory(arena, model.size, this.codec.words, cell);
    if (this.thread === 0) this.memory.head[Head.Seed] = randomInt(2 ** 31 - 1);
    this.seed = this.memory.head[Head.Seed];
    if (peers) this.watcher = 'elsewhere';
    this.lock = this.threads > 1 ? new SharedLock(this.memory.head, Head.Lock, this.thread + 1) : undefined;
  }

  /** The peers section that it is synchronised with. */
  get peers(): string | undefined {
    return this.model.peers?.text;
  }

  get used(): number {
    this.lock?.take();
    this.expireOld(this.clock.recent());
    const used = this.memory.head[Head.Used];
    this.lock?.free();
    return used;
  }

  get last(): number {
    return this.memory.head[Head.Last];
  }

  field(name: DataName, index = 0): Field | undefined {
    const first = this.fields.get(name);
    if (first === undefined || index === 0) return first;
    const stored = this.data.find((data) => data.name === name);
    if (stored === undefined || index >= stored.count) return undefined;
    return { ...first, cell: first.cell + index * (first.kind === 'rate' ? RATE_CELLS : 1) };
  }

  // --- finding and holding ---

  hold(key: TableKey): number {
    this.lock?.take();
    const now = this.clock.recent();
    const count = this.codec.pack(key, this.packed);
    const bucket = this.bucketOf(count);
    let entry = this.findIn(bucket, count, now);
    if (entry === 0) entry = this.create(bucket, count, now);
    if (entry !== 0) this.memory.holds[entry * this.threads + this.thread]++;
    this.lock?.free();
    return entry;
  }

  holdExisting(key: TableKey): number {
    this.lock?.take();
    const count = this.codec.pack(key, this.packed);
    const entry = this.findIn(this.bucketOf(count), count, this.clock.recent());
    if (entry !== 0) this.memory.holds[entry * this.threads + this.thread]++;
    this.lock?.free();
    return entry;
  }

  grab(entry: number): boolean {
    this.lock?.take();
    const alive = this.isAlive(entry, this.clock.recent());
    if (alive) this.memory.holds[entry * this.threads + this.thread]++;
    this.lock?.free();
    return alive;
  }

  release(entry: number, touch: boolean): void {
    this.lock?.take();
    this.memory.holds[entry * this.threads + this.thread]--;
    if (touch) this.renew(entry, true);
    this.lock?.free();
  }

  touch(entry: number): void {
    this.lock?.take();
    this.renew(entry, true);
    this.lock?.free();
  }

  /** Releases an entry that a peer has told of: it lives on, but is no news to others. @param life ms, undefined = as usual */
  releaseRemote(entry: number, life?: number): void {
    this.lock?.take();
    this.memory.holds[entry * this.threads + this.thread]--;
    this.renew(entry, false);
    if (life !== undefined && this.expire !== 0)
      this.memory.expiry[entry] = this.clock.recent() + Math.min(life, this.expire);
    this.lock?.free();
  }

  drop(entry: number): boolean {
    this.lock?.take();
    this.memory.holds[entry * this.threads + this.thread]--;
    const free = this.usesOf(entry) === 0;
    if (free && this.memory.links[entry * Link.size + Link.Bucket] !== 0) this.remove(entry);
    this.lock?.free();
    return free;
  }

  // --- what an entry holds ---

  key(entry: number): TableKey {
    return this.codec.unpack(this.memory.keys, entry * this.codec.words);
  }

  uses(entry: number): number {
    return this.usesOf(entry);
  }

  life(entry: number): number {
    return this.expire === 0 ? 0 : Math.max(0, this.memory.expiry[entry] - this.clock.recent());
  }

  read(entry: number, field: Field): number {
    const at = entry * this.cellCount + field.cell;
    if (field.kind !== 'rate') return this.memory.cells[at];
    this.lock?.take();
    const value = readRate(this.memory.cells, at, field.period, this.clock.recent());
    this.lock?.free();
    return value;
  }

  add(entry: number, field: Field, amount: number): number {
    const { cells } = this.memory;
    const at = entry * this.cellCount + field.cell;
    this.lock?.take();
    let value: number;
    if (field.kind === 'rate') {
      const now = this.clock.recent();
      addToRate(cells, at, field.period, now, amount);
      value = readRate(cells, at, field.period, now);
    } else {
      value = cells[at] + amount;
      if (field.kind === 'number') value = ((value % WRAP) + WRAP) % WRAP;
      cells[at] = value;
    }
    this.lock?.free();
    return value;
  }

  write(entry: number, field: Field, value: number): void {
    const at = entry * this.cellCount + field.cell;
    this.lock?.take();
    if (field.kind === 'rate') setRate(this.memory.cells, at, this.clock.recent(), value);
    else this.memory.cells[at] = value;
    this.lock?.free();
  }

  readRate(entry: number, field: Field): RateParts {
    const at = entry * this.cellCount + field.cell;
    const { cells } = this.memory;
    return { start: cells[at], current: cells[at + 1], previous: cells[at + 2] };
  }

  writeRate(entry: number, field: Field, { start, current, previous }: RateParts): void {
    const at = entry * this.cellCount + field.cell;
    this.lock?.take();
    this.memory.cells[at] = start;
    this.memory.cells[at + 1] = current;
    this.memory.cells[at + 2] = previous;
    this.lock?.free();
  }

  readName(entry: number, field: Field): string | undefined {
    return this.memory.names.textOf(this.memory.cells[entry * this.cellCount + field.cell]);
  }

  writeName(entry: number, field: Field, name: string): void {
    this.lock?.take();
    this.memory.cells[entry * this.cellCount + field.cell] = this.memory.names.numberOf(name);
    this.lock?.free();
  }

  // --- threads and peers ---

  /** Drops entries whose life is over; what is counted and shown is then true. */
  sweep(): void {
    this.lock?.take();
    this.expireOld(this.clock.recent());
    this.lock?.free();
  }

  /** A thread has died: nobody will release what it held. */
  forgetThread(thread: number): void {
    const torn = this.lock?.abandonedBy(thread + 1) === true;
    const current = this.field('conn_cur');
    for (let entry = 1; entry <= this.last; entry++) {
      const at = entry * this.threads + thread;
      const held = this.memory.holds[at];
      if (held === 0) continue;
      this.memory.holds[at] = 0;
      if (current === undefined) continue;
      const left = this.read(entry, current) - held;
      this.write(entry, current, Math.max(0, left));
    }
    // it died in the middle of a change: nothing can be said of the order of entries any more
    if (torn) this.clear();
  }

  /** Calls `changed` after changes, in whatever thread they are made: soon, and once for many. */
  watch(changed: () => void): void {
    let due = false;
    const tell = (): void => {
      if (due) return;
      due = true;
      setImmediate(() => {
        due = false;
        changed();
      });
    };
    this.watcher = tell;
    if (this.threads > 1) void this.hearThreads(tell);
  }

  private async hearThreads(tell: () => void): Promise<void> {
    const { head } = this.memory;
    for (;;) {
      const wait = Atomics.waitAsync(head, Head.Changes, head[Head.Changes]);
      if (wait.async) await wait.value;
      tell();
    }
  }

  /** Local changes so far. */
  get changes(): number {
    return this.memory.head[Head.Changes] >>> 0;
  }

  /** Number of the last local change of an entry; 0 = none. */
  changeOf(entry: number): number {
    return this.memory.links[entry * Link.size + Link.Change] >>> 0;
  }

  /** Touches so far. */
  get touches(): number {
    return this.memory.head[Head.Touches] >>> 0;
  }

  /** Entries that were touched after so many touches, those touched last first. */
  touchedSince(touches: number): number[] {
    this.lock?.take();
    const { head, links } = this.memory;
    const found: number[] = [];
    for (let entry = head[Head.Newest]; entry !== 0; entry = links[entry * Link.size + Link.Older]) {
      if (links[entry * Link.size + Link.Touch] >>> 0 <= touches) break;
      found.push(entry);
    }
    this.lock?.free();
    return found;
  }

  // --- with the lock held ---

  private clear(): void {
    const { head, buckets, links } = this.memory;
    this.lock?.take();
    buckets.fill(0);
    links.fill(0);
    head[Head.Used] = head[Head.Last] = head[Head.Free] = head[Head.Oldest] = head[Head.Newest] = 0;
    this.lock?.free();
  }

  private bucketOf(count: number): number {
    return hashWords(this.packed, count, this.seed) & (this.memory.buckets.length - 1);
  }

  private findIn(bucket: number, count: number, now: number): number {
    const { buckets, links, keys } = this.memory;
    const { words } = this.codec;
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

  private isAlive(entry: number, now: number): boolean {
    return this.memory.links[entry * Link.size + Link.Bucket] !== 0 && !this.isExpired(entry, now);
  }

  private isExpired(entry: number, now: number): boolean {
    return this.expire !== 0 && now >= this.memory.expiry[entry] && this.usesOf(entry) === 0;
  }

  private usesOf(entry: number): number {
    let uses = 0;
    for (let thread = 0; thread < this.threads; thread++) uses += this.memory.holds[entry * this.threads + thread];
    return uses;
  }

  private create(bucket: number, count: number, now: number): number {
    const { head, links, keys, cells, buckets } = this.memory;
    if (head[Head.Used] >= this.size) {
      this.expireOld(now);
      if (head[Head.Used] >= this.size && !this.model.nopurge) this.purge();
      if (head[Head.Used] >= this.size) return 0;
    }
    let entry = head[Head.Free];
    if (entry !== 0) head[Head.Free] = links[entry * Link.size + Link.Chain];
    else entry = ++head[Head.Last];
    head[Head.Used]++;
    const { words } = this.codec;
    for (let word = 0; word < count; word++) keys[entry * words + word] = this.packed[word];
    cells.fill(0, entry * this.cellCount, (entry + 1) * this.cellCount);
    const at = entry * Link.size;
    links[at + Link.Chain] = buckets[bucket];
    links[at + Link.Bucket] = bucket + 1;
    links[at + Link.Change] = 0;
    links[at + Link.Touch] = ++head[Head.Touches];
    buckets[bucket] = entry;
    this.append(entry);
    this.memory.expiry[entry] = now + this.expire;
    return entry;
  }

  /** A few of the oldest leave (manual 4.2 `nopurge`), as many at once as HAProxy lets go. */
  private purge(): void {
    let wanted = (this.size >> 8) + 1;
    let entry = this.memory.head[Head.Oldest];
    while (entry !== 0 && wanted > 0) {
      const next = this.memory.links[entry * Link.size + Link.Newer];
      if (this.usesOf(entry) === 0) {
        this.remove(entry);
        wanted--;
      }
      entry = next;
    }
  }

  /** Those that are held live on; they stand behind the others meanwhile, so that each is looked at once. */
  private expireOld(now: number): void {
    if (this.expire === 0) return;
    const { head, expiry } = this.memory;
    const stop = head[Head.Newest];
    for (let entry = head[Head.Oldest]; entry !== 0 && expiry[entry] <= now; entry = head[Head.Oldest]) {
      if (this.usesOf(entry) === 0) this.remove(entry);
      else {
        this.memory.links[entry * Link.size + Link.Touch] = ++head[Head.Touches];
        this.unlink(entry);
        this.append(entry);
      }
      if (entry === stop) return;
    }
  }

  private renew(entry: number, changed: boolean): void {
    const { head, links, expiry } = this.memory;
    expiry[entry] = this.clock.recent() + this.expire;
    if (changed) {
      links[entry * Link.size + Link.Change] = ++head[Head.Changes];
      if (this.watcher !== 'none') this.tellWatcher();
    }
    links[entry * Link.size + Link.Touch] = ++head[Head.Touches];
    if (head[Head.Newest] === entry) return;
    this.unlink(entry);
    this.append(entry);
  }

  private tellWatcher(): void {
    if (typeof this.watcher === 'function') this.watcher();
    else Atomics.notify(this.memory.head, Head.Changes, 1);
  }

  private remove(entry: number): void {
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
    if (newest === 0) head[Head.Oldest] = entry;
    else links[newest * Link.size + Link.Newer] = entry;
    head[Head.Newest] = entry;
  }
}
