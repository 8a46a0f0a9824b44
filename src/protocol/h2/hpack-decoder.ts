import { DynamicTable } from './dynamic-table.js';
import { huffmanDecode } from './huffman.js';
import { STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from './static-table.js';

/** Larger integers than this are an attack on somebody's arithmetic: nothing counted here comes near (section 5.1). */
const LARGEST_INTEGER = 1 << 28;

/** Names and values in order, as latin1. Reused: clear() before each block. */
export class FieldList {
  readonly names: string[] = [];
  readonly values: string[] = [];
  count = 0;
  /** Bytes as SETTINGS_MAX_HEADER_LIST_SIZE counts them, overhead apart. */
  size = 0;

  clear(): void {
    this.count = 0;
    this.size = 0;
  }

  push(name: string, value: string): void {
    this.names[this.count] = name;
    this.values[this.count] = value;
    this.count++;
    this.size += name.length + value.length;
  }
}

/** RFC 7541: field blocks to fields. One per connection and direction: what was seen before is referred to. */
export class HpackDecoder {
  /** More than the limits given to decode(); the block was read to its end all the same, so that the tables agree. */
  overflowed = false;
  private readonly table: DynamicTable;
  private readonly scratch: Buffer;
  private at = 0;
  private end = 0;
  private buffer!: Buffer;

  /**
   * @param tableSize SETTINGS_HEADER_TABLE_SIZE as told to the peer, bytes
   * @param longest bytes of the longest name or value
   */
  constructor(
    private readonly tableSize: number,
    longest: number,
  ) {
    this.table = new DynamicTable(tableSize);
    this.scratch = scratchOf(longest);
  }

  /**
   * Decodes a whole block.
   * @param maxFields and maxSize (bytes): fields beyond them are not kept
   * @returns false when it is broken: a connection error of type COMPRESSION_ERROR
   */
  decode(buffer: Buffer, start: number, end: number, fields: FieldList, maxFields: number, maxSize: number): boolean {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
    this.overflowed = false;
    let first = true;
    while (this.at < this.end) {
      const byte = buffer[this.at];
      // a change of the table's size comes before all fields (section 4.2)
      if ((byte & 0xe0) === 0x20 ? !first || !this.resize() : !this.field(byte, fields)) return false;
      if ((byte & 0xe0) !== 0x20) first = false;
      if (fields.count > maxFields || fields.size > maxSize) {
        this.overflowed = true;
        fields.clear();
      }
    }
    return true;
  }

  private resize(): boolean {
    const size = this.integer(0x1f);
    if (size < 0 || size > this.tableSize) return false;
    this.table.resize(size);
    return true;
  }

  private field(byte: number, fields: FieldList): boolean {
    if ((byte & 0x80) !== 0) {
      const index = this.integer(0x7f);
      const name = this.nameAt(index);
      if (name === undefined) return false;
      fields.push(name, index <= STATIC_COUNT ? STATIC_VALUES[index] : this.table.value(index - STATIC_COUNT - 1));
      return true;
    }
    const indexed = (byte & 0x40) !== 0;
    const index = this.integer(indexed ? 0x3f : 0x0f);
    if (index < 0) return false;
    const name = index === 0 ? this.text() : this.nameAt(index);
    // nothing has no name; HAProxy takes it for a broken block, too
    if (name === undefined || name === '') return false;
    const value = this.text();
    if (value === undefined) return false;
    if (indexed) this.table.add(name, value);
    fields.push(name, value);
    return true;
  }

  private nameAt(index: number): string | undefined {
    if (index <= 0) return undefined;
    if (index <= STATIC_COUNT) return STATIC_NAMES[index];
    const dynamic = index - STATIC_COUNT - 1;
    return dynamic < this.table.count ? this.table.name(dynamic) : undefined;
  }

  /** Section 5.1. @returns -1 when it is cut or too large */
  private integer(mask: number): number {
    const { buffer, end } = this;
    let value = buffer[this.at++] & mask;
    if (value < mask) return value;
    for (let shift = 0; this.at < end; shift += 7) {
      const byte = buffer[this.at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (value > LARGEST_INTEGER || shift > 28) return -1;
      if ((byte & 0x80) === 0) return value;
    }
    return -1;
  }

  /** Section 5.2. */
  private text(): string | undefined {
    if (this.at >= this.end) return undefined;
    const coded = (this.buffer[this.at] & 0x80) !== 0;
    const length = this.integer(0x7f);
    const start = this.at;
    if (length < 0 || length > this.end - start) return undefined;
    this.at = start + length;
    if (!coded) return this.buffer.latin1Slice(start, start + length);
    const decoded = huffmanDecode(this.buffer, start, start + length, this.scratch);
    return decoded < 0 ? undefined : this.scratch.latin1Slice(0, decoded);
  }
}

let sharedScratch = Buffer.alloc(0);

/** One for all decoders of the thread: nothing stays in it. */
function scratchOf(length: number): Buffer {
  if (sharedScratch.length < length) sharedScratch = Buffer.allocUnsafeSlow(length);
  return sharedScratch;
}
