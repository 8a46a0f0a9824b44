/** Sets of bytes: character classes of patterns, built up and written out as JavaScript. */
export class ByteSet {
  readonly #has = new Uint8Array(256);

  static of(...ranges: readonly (readonly [number, number])[]): ByteSet {
    const set = new ByteSet();
    for (const [from, to] of ranges) set.addRange(from, to);
    return set;
  }

  addRange(from: number, to: number): void {
    this.#has.fill(1, from, to + 1);
  }

  addSet(other: ByteSet): void {
    for (let byte = 0; byte < 256; byte++) this.#has[byte] |= other.#has[byte];
  }

  invert(): ByteSet {
    const set = new ByteSet();
    for (let byte = 0; byte < 256; byte++) set.#has[byte] = this.#has[byte] ^ 1;
    return set;
  }

  /** Adds the other case of every ASCII letter. */
  foldCase(): void {
    for (let upper = 65; upper <= 90; upper++) {
      const either = this.#has[upper] | this.#has[upper + 32];
      this.#has[upper] = either;
      this.#has[upper + 32] = either;
    }
  }

  /** As a JavaScript class, or as a single character where it holds but one. */
  toSource(): string {
    const ranges: [number, number][] = [];
    for (let byte = 0; byte < 256; byte++) {
      if (this.#has[byte] === 0) continue;
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === byte - 1) last[1] = byte;
      else ranges.push([byte, byte]);
    }
    if (ranges.length === 1 && ranges[0][0] === 0 && ranges[0][1] === 255) return '[^]';
    if (ranges.length === 1 && ranges[0][0] === ranges[0][1]) return byteSource(ranges[0][0]);
    return `[${ranges.map(([from, to]) => (from === to ? byteSource(from) : `${byteSource(from)}-${byteSource(to)}`)).join('')}]`;
  }
}

/** One byte, safe inside and outside of a class. */
export function byteSource(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9_ ]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
}

const DIGIT = ByteSet.of([48, 57]);
const WORD = ByteSet.of([48, 57], [65, 90], [95, 95], [97, 122]);
const SPACE = ByteSet.of([9, 13], [32, 32]);
const HORIZONTAL = ByteSet.of([9, 9], [32, 32], [160, 160]);
const VERTICAL = ByteSet.of([10, 13], [133, 133]);

/** `\d`, `\W`… by letter. */
export const SHORTHANDS: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  D: DIGIT.invert(),
  w: WORD,
  W: WORD.invert(),
  s: SPACE,
  S: SPACE.invert(),
  h: HORIZONTAL,
  H: HORIZONTAL.invert(),
  v: VERTICAL,
  V: VERTICAL.invert(),
  N: ByteSet.of([10, 10]).invert(),
};

/** `[:alpha:]`… by name, for bytes without a locale. */
export const POSIX: Readonly<Record<string, ByteSet>> = {
  alnum: ByteSet.of([48, 57], [65, 90], [97, 122]),
  alpha: ByteSet.of([65, 90], [97, 122]),
  ascii: ByteSet.of([0, 127]),
  blank: ByteSet.of([9, 9], [32, 32]),
  cntrl: ByteSet.of([0, 31], [127, 127]),
  digit: DIGIT,
  graph: ByteSet.of([33, 126]),
  lower: ByteSet.of([97, 122]),
  print: ByteSet.of([32, 126]),
  punct: ByteSet.of([33, 47], [58, 64], [91, 96], [123, 126]),
  space: SPACE,
  upper: ByteSet.of([65, 90]),
  word: WORD,
  xdigit: ByteSet.of([48, 57], [65, 70], [97, 102]),
};
