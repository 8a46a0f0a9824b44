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
import { Entries } from './entries.js';
import { codecFor } from './keys.js';
import { Head, Link, TableMemory } from './memory.js';
import { addToRate, RATE_CELLS, readRate, setRate } from './rate.js';
import { distantWatcher, type Watcher, watcher } from './watch.js';

const WRAP = 2 ** 32;

/**
 * A stick-table in shared memory. One lock for the table, held for some memory accesses; with one thread there is nobody
 * to lock out.
 */
export class SharedTable implements SharedStickTable {
  readonly name: string;
  readonly type: TableType;
  readonly keyLength: number;
  readonly size: number;
  readonly expire: number;
  readonly serverKey: 'name' | 'addr';
  readonly data: readonly StoredData[];

  private readonly memory: TableMemory;
  private readonly entries: Entries;
  private readonly fields = new Map<DataName, Field>();
  private readonly lock: SharedLock | undefined;
  /** Peers share it: they are told of each change. */
  private watcher: Watcher | undefined;

  /**
   * @param name what it is found by, which the model does not know
   * @param stored what its lines ask for, and what rules need beside, in HAProxy's order
   * @param peers it is shared with other processes
   * @throws RangeError when there is not enough memory for its size
   */
  constructor(
    model: StickTableModel,
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
    const codec = codecFor(model.type, model.keyLength);
    const cells = this.placeData();
    const { index: thread, count: threads } = arena.place;
    this.memory = new TableMemory(arena, model.size, codec.words, cells);
    const { head } = this.memory;
    if (thread === 0) head[Head.Seed] = randomInt(2 ** 31 - 1);
    const { size, expire, nopurge } = model;
    this.entries = new Entries(this.memory, { codec, size, expire, nopurge, thread, threads });
    if (peers) this.watcher = distantWatcher(head);
    this.lock = threads > 1 ? new SharedLock(head, Head.Lock, thread + 1) : undefined;
  }

  /** Gives each kind of data its cells. @returns how many there are */
  private placeData(): number {
    let cell = 0;
    for (const { name, kind, period, count } of this.data) {
      this.fields.set(name, { kind, period, cell });
      cell += count * (kind === 'rate' ? RATE_CELLS : 1);
    }
    return cell;
  }

  get used(): number {
    this.lock?.take();
    this.entries.expireOld(this.clock.recent());
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
    return this.findAndHold(key, true);
  }

  holdExisting(key: TableKey): number {
    return this.findAndHold(key, false);
  }

  private findAndHold(key: TableKey, create: boolean): number {
    this.lock?.take();
    const entry = this.entries.find(key, create, this.clock.recent());
    if (entry !== 0) this.entries.hold(entry, 1);
    this.lock?.free();
    return entry;
  }

  grab(entry: number): boolean {
    this.lock?.take();
    const alive = this.entries.isAlive(entry, this.clock.recent());
    if (alive) this.entries.hold(entry, 1);
    this.lock?.free();
    return alive;
  }

  release(entry: number, touch: boolean): void {
    this.lock?.take();
    this.entries.hold(entry, -1);
    if (touch) this.entries.renew(entry, true, this.clock.recent());
    this.lock?.free();
    if (touch) this.watcher?.tell();
  }

  touch(entry: number): void {
    this.lock?.take();
    this.entries.renew(entry, true, this.clock.recent());
    this.lock?.free();
    this.watcher?.tell();
  }

  /** Releases an entry that a peer has told of: it lives on, but is no news to others. @param life ms, undefined = as usual */
  releaseRemote(entry: number, life?: number): void {
    const now = this.clock.recent();
    this.lock?.take();
    this.entries.hold(entry, -1);
    this.entries.renew(entry, false, now);
    if (life !== undefined && this.expire !== 0) this.memory.expiry[entry] = now + Math.min(life, this.expire);
    this.lock?.free();
  }

  drop(entry: number): boolean {
    this.lock?.take();
    this.entries.hold(entry, -1);
    const free = this.entries.uses(entry) === 0;
    if (free && this.memory.links[entry * Link.size + Link.Bucket] !== 0) this.entries.remove(entry);
    this.lock?.free();
    return free;
  }

  // --- what an entry holds ---

  key(entry: number): TableKey {
    return this.entries.key(entry);
  }

  uses(entry: number): number {
    return this.entries.uses(entry);
  }

  life(entry: number): number {
    return this.expire === 0 ? 0 : Math.max(0, this.memory.expiry[entry] - this.clock.recent());
  }

  read(entry: number, field: Field): number {
    const at = this.cellOf(entry, field);
    if (field.kind !== 'rate') return this.memory.cells[at];
    this.lock?.take();
    const value = readRate(this.memory.cells, at, field.period, this.clock.recent());
    this.lock?.free();
    return value;
  }

  add(entry: number, field: Field, amount: number): number {
    const at = this.cellOf(entry, field);
    this.lock?.take();
    const value = field.kind === 'rate' ? this.addRate(at, field.period, amount) : this.addNumber(at, field, amount);
    this.lock?.free();
    return value;
  }

  private addRate(at: number, period: number, amount: number): number {
    const { cells } = this.memory;
    const now = this.clock.recent();
    addToRate(cells, at, period, now, amount);
    return readRate(cells, at, period, now);
  }

  private addNumber(at: number, { kind }: Field, amount: number): number {
    const sum = this.memory.cells[at] + amount;
    const value = kind === 'number' ? ((sum % WRAP) + WRAP) % WRAP : sum;
    this.memory.cells[at] = value;
    return value;
  }

  write(entry: number, field: Field, value: number): void {
    const at = this.cellOf(entry, field);
    this.lock?.take();
    if (field.kind === 'rate') setRate(this.memory.cells, at, this.clock.recent(), value);
    else this.memory.cells[at] = value;
    this.lock?.free();
  }

  readRate(entry: number, field: Field): RateParts {
    const at = this.cellOf(entry, field);
    const { cells } = this.memory;
    return { start: cells[at], current: cells[at + 1], previous: cells[at + 2] };
  }

  writeRate(entry: number, field: Field, { start, current, previous }: RateParts): void {
    const at = this.cellOf(entry, field);
    this.lock?.take();
    this.memory.cells[at] = start;
    this.memory.cells[at + 1] = current;
    this.memory.cells[at + 2] = previous;
    this.lock?.free();
  }

  readName(entry: number, field: Field): string | undefined {
    return this.memory.names.textOf(this.memory.cells[this.cellOf(entry, field)]);
  }

  writeName(entry: number, field: Field, name: string): void {
    this.lock?.take();
    this.memory.cells[this.cellOf(entry, field)] = this.memory.names.numberOf(name);
    this.lock?.free();
  }

  private cellOf(entry: number, { cell }: Field): number {
    return entry * this.memory.cellCount + cell;
  }

  // --- threads and peers ---

  /** A thread has died: nobody will release what it held. */
  forgetThread(thread: number): void {
    const torn = this.lock?.abandonedBy(thread + 1) === true;
    const current = this.field('conn_cur');
    for (let entry = 1; entry <= this.last; entry++) {
      const held = this.entries.forgetThread(entry, thread);
      if (held === 0 || current === undefined) continue;
      this.write(entry, current, Math.max(0, this.read(entry, current) - held));
    }
    if (!torn) return;
    // it died in the middle of a change: nothing can be said of the order of entries any more
    this.lock?.take();
    this.entries.clear();
    this.lock?.free();
  }

  /** Calls `changed` after changes, in whatever thread they are made: soon, and once for many. */
  watch(changed: () => void): void {
    this.watcher = watcher(this.memory.head, this.lock !== undefined, changed);
  }

  /** Number of the last local change. */
  get changes(): number {
    return this.memory.head[Head.Changes] >>> 0;
  }

  /** Number of the last local change of an entry; 0 = none. */
  changeOf(entry: number): number {
    return this.memory.links[entry * Link.size + Link.Change] >>> 0;
  }

  /** Touches so far, local and by peers. */
  get touches(): number {
    return this.memory.head[Head.Touches];
  }

  /** Entries that were touched behind that many touches, last ones first. @param touches undefined = all */
  touchedSince(touches: number | undefined): number[] {
    this.lock?.take();
    const found = this.entries.touchedSince(touches);
    this.lock?.free();
    return found;
  }
}
