/** Bytes for all names of a table: some thousands of servers. */
const ROOM = 1 << 16;

/**
 * Names of servers, as numbers that mean the same in all threads: texts one behind the other in shared memory, each after
 * its length; a name's number is its place plus one. Nothing is ever taken out.
 */
export class SharedNames {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  #read = 0;
  readonly #end: Uint32Array;
  readonly #bytes: Uint8Array;

  static readonly bytes = ROOM;

  /** @param memory zeroed, of SharedNames.bytes */
  constructor(memory: SharedArrayBuffer, offset: number) {
    this.#end = new Uint32Array(memory, offset, 1);
    this.#bytes = new Uint8Array(memory, offset + 4, ROOM - 4);
  }

  /** Call with the table's lock held. @returns 0 when there is no room for another name, or it is longer than 255 bytes */
  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#catchUp();
    return this.#numbers.get(name) ?? this.#append(name);
  }

  /** @returns undefined for 0 */
  textOf(number: number): string | undefined {
    if (number === 0) return undefined;
    if (!this.#texts.has(number)) this.#catchUp();
    return this.#texts.get(number);
  }

  #append(name: string): number {
    const text = Buffer.from(name);
    const at = this.#end[0];
    if (text.length > 255 || at + 1 + text.length > this.#bytes.length) return 0;
    this.#bytes[at] = text.length;
    this.#bytes.set(text, at + 1);
    this.#end[0] = at + 1 + text.length;
    this.#catchUp();
    return at + 1;
  }

  /** Reads what other threads have added. */
  #catchUp(): void {
    const end = this.#end[0];
    while (this.#read < end) {
      const length = this.#bytes[this.#read];
      const start = this.#read + 1;
      const text = Buffer.from(this.#bytes.slice(start, start + length)).toString();
      this.#numbers.set(text, start);
      this.#texts.set(start, text);
      this.#read = start + length;
    }
  }
}
