import type { HeaderBlock } from '../../core/message.js';

/** Fields that fit before the offset table grows for the first time: enough for a browser. */
const INITIAL_FIELDS = 24;
/** What HAProxy needs for a field besides its text, in bytes. */
const ADDED_OVERHEAD = 8;
const EMPTY = Buffer.alloc(0);

const LINE_BREAKS = /[\r\n\0]/g;

/** A value made by a rule must not end its line: what a client put into it would become a field of its own. */
function withoutLineBreaks(value: string): string {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) <= 0x0d) return value.replace(LINE_BREAKS, ' ');
  return value;
}

/**
 * The header fields of an HTTP/1 message: positions in the bytes that were received, plus what rules changed.
 *
 *      offsets: four Int32 per received field
 *      | nameStart | nameEnd | valueStart | valueEnd | nameStart | …
 *           └──────────────── into `buffer` ────────────────┘
 *
 *      position   0 … received-1            received … count-1
 *                 bytes, or replaced[i]      appendedNames[j], appendedValues[j]
 *
 * Deleting closes the gap in the table (the bytes stay where they are), so a position is always an index. Nothing
 * becomes a string until it is asked for.
 */
export class H1Fields implements HeaderBlock {
  /** The bytes `offsets` points into; replaced by detach() and rebase(). */
  buffer: Buffer = EMPTY;
  offsets = new Int32Array(INITIAL_FIELDS * 4);
  /** Received fields that are still there. */
  received = 0;
  edited = false;
  /** Bytes of the names and values that edits put in; what they take away does not count against it. */
  added = 0;
  /** New values of received fields, by position; empty while none was replaced. */
  replaced: (string | undefined)[] = [];
  appendedNames: string[] = [];
  appendedValues: string[] = [];

  get count(): number {
    return this.received + this.appendedNames.length;
  }

  reset(): void {
    this.received = 0;
    if (!this.edited) return;
    this.edited = false;
    this.added = 0;
    if (this.replaced.length > 0) this.replaced.length = 0;
    if (this.appendedNames.length > 0) {
      this.appendedNames.length = 0;
      this.appendedValues.length = 0;
    }
  }

  /** Records a received field. Only the parser calls this. */
  push(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = this.received * 4;
    if (at === this.offsets.length) this.grow();
    const offsets = this.offsets;
    offsets[at] = nameStart;
    offsets[at + 1] = nameEnd;
    offsets[at + 2] = valueStart;
    offsets[at + 3] = valueEnd;
    this.received++;
  }

  private grow(): void {
    const larger = new Int32Array(this.offsets.length * 2);
    larger.set(this.offsets);
    this.offsets = larger;
  }

  /** The same bytes are now `delta` further on in `buffer`. */
  rebase(buffer: Buffer, delta: number): void {
    this.buffer = buffer;
    const offsets = this.offsets;
    for (let i = this.received * 4 - 1; i >= 0; i--) offsets[i] += delta;
  }

  name(index: number): string {
    if (index >= this.received) return this.appendedNames[index - this.received];
    const at = index * 4;
    return this.buffer.latin1Slice(this.offsets[at], this.offsets[at + 1]);
  }

  value(index: number): string {
    if (index >= this.received) return this.appendedValues[index - this.received];
    if (index < this.replaced.length) {
      const value = this.replaced[index];
      if (value !== undefined) return value;
    }
    const at = index * 4;
    return this.buffer.latin1Slice(this.offsets[at + 2], this.offsets[at + 3]);
  }

  find(name: string, from = 0): number {
    for (let i = from; i < this.received; i++) if (this.isNamed(i, name)) return i;
    const appended = this.appendedNames;
    if (appended.length === 0) return -1;
    const at = appended.indexOf(name, Math.max(0, from - this.received));
    return at < 0 ? -1 : at + this.received;
  }

  /** Compares without making a string; `index` is a received field. */
  private isNamed(index: number, name: string): boolean {
    const at = index * 4;
    const start = this.offsets[at];
    const length = name.length;
    if (this.offsets[at + 1] - start !== length) return false;
    const buffer = this.buffer;
    for (let i = 0; i < length; i++) if (buffer[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  get(name: string): string | undefined {
    const index = this.find(name);
    return index < 0 ? undefined : this.value(index);
  }

  add(name: string, value: string): void {
    this.edited = true;
    this.added += name.length + value.length + ADDED_OVERHEAD;
    this.appendedNames.push(name.toLowerCase());
    this.appendedValues.push(withoutLineBreaks(value));
  }

  set(name: string, value: string): void {
    this.delete(name.toLowerCase());
    this.add(name, value);
  }

  delete(name: string): number {
    let deleted = 0;
    for (let i = this.find(name); i >= 0; i = this.find(name, i)) {
      this.deleteAt(i);
      deleted++;
    }
    return deleted;
  }

  replaceAt(index: number, text: string): void {
    const value = withoutLineBreaks(text);
    this.edited = true;
    this.added += Math.max(0, value.length - this.value(index).length);
    if (index >= this.received) {
      this.appendedValues[index - this.received] = value;
      return;
    }
    while (this.replaced.length <= index) this.replaced.push(undefined);
    this.replaced[index] = value;
  }

  deleteAt(index: number): void {
    this.edited = true;
    if (index >= this.received) {
      this.appendedNames.splice(index - this.received, 1);
      this.appendedValues.splice(index - this.received, 1);
      return;
    }
    this.offsets.copyWithin(index * 4, (index + 1) * 4, this.received * 4);
    this.received--;
    if (index < this.replaced.length) this.replaced.splice(index, 1);
  }
}
