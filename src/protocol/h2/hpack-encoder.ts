import { DEFAULT_TABLE_SIZE } from './codes.js';
import { DynamicTable } from './dynamic-table.js';
import { huffmanEncode, huffmanLength } from './huffman.js';
import { STATIC_COUNT, STATIC_INDEX, STATIC_NAMES, STATIC_VALUES } from './static-table.js';

/** Values that differ from message to message: in the table they would only push out what comes again. */
const VOLATILE = new Set([
  'content-length', 'content-range', 'etag', 'age', 'last-modified', 'expires', 'if-modified-since', 'if-none-match',
  'location', ':path', 'x-request-id', 'x-forwarded-for', 'retry-after',
]); // prettier-ignore
/** Never to be kept by anybody on the way: short secrets can be guessed from sizes (RFC 7541 section 7.1.3). */
const SECRET = new Set(['authorization', 'proxy-authorization', 'set-cookie']);
/** Longer ones would take the place of too many others. */
const LONGEST_INDEXED = 512;

const INDEXED = 0x80;
const WITH_INDEXING = 0x40;
const WITHOUT_INDEXING = 0x00;
const NEVER_INDEXED = 0x10;

/**
 * RFC 7541: fields to a field block. One per connection and direction.
 *
 * What comes again and again costs one byte after its first time. Only what enters the table is Huffman-coded: it is
 * sent once; for the rest bytes are cheaper than time.
 */
export class HpackEncoder {
  private readonly table = new DynamicTable(DEFAULT_TABLE_SIZE);
  /** name -> value -> `inserted` of the table after it was added; entries that fell out are found by their age. */
  private readonly places = new Map<string, Map<string, number>>();
  private known = 0;
  /** What the peer must hear of before the next block: the smallest size since the last one, and the size now; -1 = nothing. */
  private smallest = -1;
  private announced = -1;

  /** @param limit the size we use at most, bytes */
  constructor(private readonly limit: number = DEFAULT_TABLE_SIZE) {}

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. */
  allow(size: number): void {
    const wanted = Math.min(size, this.limit);
    if (wanted === this.table.limit) return;
    this.table.resize(wanted);
    if (this.announced < 0 || wanted < this.smallest) this.smallest = wanted;
    this.announced = wanted;
  }

  /** Bytes that a field takes at most. */
  static room(name: string, value: string): number {
    return name.length + value.length + 16;
  }

  /** Begins a block at `at`, where 16 bytes must be free (section 4.2). @returns the offset after what was written */
  begin(target: Buffer, at: number): number {
    if (this.announced < 0) return at;
    let after = at;
    if (this.smallest < this.announced) after = integer(target, after, 0x20, 0x1f, this.smallest);
    after = integer(target, after, 0x20, 0x1f, this.announced);
    this.announced = -1;
    return after;
  }

  /** `:status` */
  status(target: Buffer, at: number, status: number): number {
    for (let index = 8; index <= 14; index++) {
      if (STATUSES[index] !== status) continue;
      target[at] = INDEXED | index;
      return at + 1;
    }
    return this.field(target, at, ':status', String(status));
  }

  /** Writes one field; room() bytes must be free. @returns the offset after it */
  field(target: Buffer, at: number, name: string, value: string): number {
    const nameIndex = STATIC_INDEX.get(name) ?? 0;
    for (let index = nameIndex; index > 0 && STATIC_NAMES[index] === name; index++) {
      if (STATIC_VALUES[index] === value) {
        target[at] = INDEXED | index;
        return at + 1;
      }
    }
    if (SECRET.has(name)) return literal(target, at, NEVER_INDEXED, 0x0f, nameIndex, name, value, false);
    if (VOLATILE.has(name) || value.length > LONGEST_INDEXED)
      return literal(target, at, WITHOUT_INDEXING, 0x0f, nameIndex, name, value, false);
    return this.indexed(target, at, nameIndex, name, value);
  }

  private indexed(target: Buffer, at: number, nameIndex: number, name: string, value: string): number {
    const { table } = this;
    let values = this.places.get(name);
    const place = values?.get(value);
    if (place !== undefined && table.inserted - place < table.count) {
      return integer(target, at, INDEXED, 0x7f, STATIC_COUNT + 1 + table.inserted - place);
    }
    const after = literal(target, at, WITH_INDEXING, 0x3f, nameIndex, name, value, true);
    if (!table.add(name, value)) return after;
    if (this.known++ > table.count * 4 + 64) this.forgetOld();
    values = this.places.get(name);
    if (values === undefined) {
      values = new Map();
      this.places.set(name, values);
    }
    values.set(value, table.inserted);
    return after;
  }

  /** Lets go of what has fallen out of the table. */
  private forgetOld(): void {
    const { table, places } = this;
    this.known = 0;
    for (const [name, values] of places) {
      for (const [value, place] of values) {
        if (table.inserted - place >= table.count) values.delete(value);
        else this.known++;
      }
      if (values.size === 0) places.delete(name);
    }
  }
}

const STATUSES = STATIC_VALUES.map(Number);

function literal(
  target: Buffer,
  at: number,
  kind: number,
  mask: number,
  nameIndex: number,
  name: string,
  value: string,
  coded: boolean,
): number {
  let next = integer(target, at, kind, mask, nameIndex);
  if (nameIndex === 0) next = text(target, next, name, coded);
  return text(target, next, value, coded);
}

function text(target: Buffer, at: number, value: string, coded: boolean): number {
  const length = coded ? huffmanLength(value) : value.length;
  if (coded && length < value.length) return huffmanEncode(value, target, integer(target, at, 0x80, 0x7f, length));
  const start = integer(target, at, 0, 0x7f, value.length);
  if (value.length > 0) target.latin1Write(value, start, value.length);
  return start + value.length;
}

/** Section 5.1. */
function integer(target: Buffer, at: number, kind: number, mask: number, value: number): number {
  if (value < mask) {
    target[at] = kind | value;
    return at + 1;
  }
  target[at++] = kind | mask;
  let rest = value - mask;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}
