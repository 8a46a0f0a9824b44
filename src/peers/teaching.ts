import { longMessage, TableMessage } from '../protocol/peers/messages.js';
import { writeDefinition, writeEntry } from '../protocol/peers/entries.js';
import { Writer } from '../protocol/peers/integers.js';
import type { SentNames } from '../protocol/peers/names.js';
import type { SharedTable } from '../state/stick-table/table.js';

/** What one peer was told of one table, and what it has confirmed. */
export class Lesson {
  /** Number of the last change that was sent, and of the last one that the peer has confirmed. */
  pushed = 0;
  acknowledged = 0;
  /** How far the table's touches were looked through. */
  private seen = 0;
  /** Entries to be sent, first ones last. */
  private waiting: number[] = [];
  /** Everything is told, not only what was changed here. */
  private whole = false;
  /** The change that the last message was about: the next one may leave its number out. */
  private last = -1;

  constructor(
    /** Our number of the table. */
    readonly id: number,
    readonly table: SharedTable,
    /** What peers call it. */
    readonly name: string,
  ) {}

  /** A new connection: the peer knows what it has confirmed. */
  begin(): void {
    this.pushed = this.acknowledged;
    this.seen = 0;
    this.waiting = [];
    this.whole = false;
  }

  /** The peer wants to know all. */
  teachAll(): void {
    this.waiting = this.table.touchedSince(0);
    this.whole = true;
  }

  /** Whether something is to be sent; looks for it when there was nothing. */
  get pending(): boolean {
    if (this.waiting.length > 0) return true;
    this.whole = false;
    const { table } = this;
    if (table.touches === this.seen) return false;
    const touched = table.touchedSince(this.seen);
    this.seen = table.touches;
    this.waiting = touched
      .filter((entry) => table.changeOf(entry) > this.pushed)
      .toSorted((a, b) => table.changeOf(b) - table.changeOf(a));
    return this.waiting.length > 0;
  }

  /** The table's definition, which goes before its entries. */
  definition(out: Writer): Buffer {
    out.reset();
    writeDefinition(out, this.table, this.id, this.name);
    this.last = -1;
    return longMessage(TableMessage.Definition, out.view());
  }

  /** The next entry's message; undefined = it is gone. Call only while something is pending. */
  next(out: Writer, names: SentNames): Buffer | undefined {
    const { table, whole } = this;
    const entry = this.waiting.pop() as number;
    if (!table.grab(entry)) return undefined;
    const change = table.changeOf(entry) || table.changes;
    const incremental = change === this.last + 1;
    out.reset();
    if (!incremental) out.uint32(change);
    if (whole) out.uint32(table.expire === 0 ? 0xffffffff : Math.round(table.life(entry)));
    writeEntry(out, table, entry, names);
    table.release(entry, false);
    this.last = change;
    if (!whole) this.pushed = Math.max(this.pushed, change);
    return longMessage(typeOf(incremental, whole), out.view());
  }
}

function typeOf(incremental: boolean, timed: boolean): TableMessage {
  if (timed) return incremental ? TableMessage.TimedIncrementalUpdate : TableMessage.TimedUpdate;
  return incremental ? TableMessage.IncrementalUpdate : TableMessage.Update;
}
