/**
 * The hash functions of `hash-type` (manual 4.2). Keys are latin1 text (one code unit = one byte), hashed from `start` to
 * `end` without cutting a substring. Every result is an unsigned 32-bit integer.
 */
export type HashFunction = (text: string, start: number, end: number) => number;

export function sdbm(text: string, start = 0, end = text.length): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 65599) + text.charCodeAt(i)) | 0;
  return hash >>> 0;
}

export function djb2(text: string, start = 0, end = text.length): number {
  let hash = 5381;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 33) + text.charCodeAt(i)) | 0;
  return hash >>> 0;
}

/** HAProxy's own: two words that rotate each other by amounts taken from themselves. */
export function wt6(text: string, start = 0, end = text.length): number {
  let low = 0xa53c965a | 0;
  let high = 0x5ca6953a | 0;
  let lowTurn = 6;
  let highTurn = 18;
  for (let i = start; i < end; i++) {
    const byte = text.charCodeAt(i);
    const mixed = ~(low ^ byte);
    low = rotateLeft(~(high + byte), lowTurn);
    high = rotateLeft(mixed, highTurn);
    const turns = ((low >>> 16) ^ high) & 0xffff;
    lowTurn = turns & 31;
    highTurn = turns >>> 11;
  }
  return (low ^ high) >>> 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
  return crc;
});

/** The CRC of Ethernet, gzip and PNG. */
export function crc32(text: string, start = 0, end = text.length): number {
  let crc = -1;
  for (let i = start; i < end; i++) crc = CRC_TABLE[(crc ^ text.charCodeAt(i)) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** No hash: the decimal digits at the beginning of the key are the hash (since 3.0). */
export function none(text: string, start = 0, end = text.length): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) break;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return value >>> 0;
}

/**
 * The `avalanche` modifier: Bob Jenkins's full avalanche of 4 bytes, then HAProxy's multiplication with a prime of about
 * 3/4 of the range. Reversible: distinct words stay distinct.
 */
export function avalanche(word: number): number {
  let a = word | 0;
  a = (a + 0x7ed55d16 + (a << 12)) | 0;
  a = a ^ 0xc761c23c ^ (a >>> 19);
  a = (a + 0x165667b1 + (a << 5)) | 0;
  a = ((a + 0xd3a2646c) | 0) ^ (a << 9);
  a = (a + 0xfd7046c5 + (a << 3)) | 0;
  a = a ^ 0xb55a4f09 ^ (a >>> 16);
  return Math.imul(a, 3221225473) >>> 0;
}

export const hashFunctions: Readonly<Record<string, HashFunction>> = { sdbm, djb2, wt6, crc32, none };
