import { longMessage, TableMessage } from '../protocol/peers/messages.js';
import { writeDefinition, writeEntry } from '../protocol/peers/entries.js';
import { Writer } from '../protocol/peers/integers.js';
import type { SentNames } from '../protocol/peers/names.js';
import { isBehind } from '../state/stick-table/entries.js';
import type { SharedTable } from '../state/stick-table/table.js';

/** What one peer was told of one table, and what it has confirmed. */
export class Lesson {
  /** Number of the last change that was sent, and of the last one that the peer has confirmed; undefined = none. */
  pushed: number | undefined = undefined;
  acknowledged: number | undefined = undefined;
  /** How far the table's touches were looked through; undefined = not at all. */
  private seen: number | undefined = undefined;
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
    this.seen = undefined;
    this.waiting = [];
    this.whole = false;
  }

  /** The peer wants to know all. */
  teachAll(): void {
    this.waiting = this.table.touchedSince(undefined);
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
      .filter((entry) => this.isNews(table.changeOf(entry)))
      .toSorted((a, b) => (isBehind(table.changeOf(a), table.changeOf(b)) ? -1 : 1));
    return this.waiting.length > 0;
  }

  /** Whether a change of ours was not sent yet. */
  private isNews(change: number): boolean {
    return change !== 0 && (this.pushed === undefined || isBehind(change, this.pushed));
  }

  /** The peer has all changes up to this one. */
  confirm(change: number): void {
    if (this.pushed === undefined || isBehind(change, this.pushed)) return;
    if (this.acknowledged === undefined || isBehind(change, this.acknowledged)) this.acknowledged = change;
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
    const incremental = change === (this.last + 1) >>> 0;
    out.reset();
    if (!incremental) out.uint32(change);
    if (whole) out.uint32(table.expire === 0 ? 0xffffffff : Math.round(table.life(entry)));
    writeEntry(out, table, entry, names);
    table.release(entry, false);
    this.last = change;
    if (!whole && this.isNews(change)) this.pushed = change;
    return longMessage(typeOf(incremental, whole), out.view());
  }
}

function typeOf(incremental: boolean, timed: boolean): TableMessage {
  if (timed) return incremental ? TableMessage.TimedIncrementalUpdate : TableMessage.TimedUpdate;
  return incremental ? TableMessage.IncrementalUpdate : TableMessage.Update;
}
