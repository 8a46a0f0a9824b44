/**
 * How much words look alike: which characters follow which. Two words with the same pairs of neighbours are as good as
 * the same one, whatever the order, so transposed and missing letters cost little.
 */

/** 26 letters, digits, everything else; the last one also stands before and behind a word. */
const KINDS = 29;
const OTHER = 28;

export type Fingerprint = Uint8Array;

function kindOf(code: number): number {
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return lower - 0x60;
  return code >= 0x30 && code <= 0x39 ? 27 : OTHER;
}

/** Adds a word's pairs to those that are there. */
export function addWord(print: Fingerprint, word: string): void {
  let from = OTHER;
  for (let at = 0; at < word.length; at++) {
    const to = kindOf(word.charCodeAt(at));
    print[KINDS * from + to]++;
    from = to;
  }
  print[KINDS * from + OTHER]++;
}

export function fingerprintOf(words: readonly string[]): Fingerprint {
  const print = new Uint8Array(KINDS * KINDS);
  for (const word of words) addWord(print, word);
  return print;
}

/** 0 = alike. */
export function distance(a: Fingerprint, b: Fingerprint): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs(a[at] - b[at]);
  return sum;
}
