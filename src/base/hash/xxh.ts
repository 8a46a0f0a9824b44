/** xxHash 32 and 64 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), over bytes as latin1. */

const P32 = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

const rotate32 = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const round32 = (lane: number, input: number): number =>
  Math.imul(rotate32((lane + Math.imul(input, P32[1])) | 0, 13), P32[0]);

/** @param seed 32-bit */
export function xxh32(text: string, seed = 0): number {
  const bytes = Buffer.from(text, 'latin1');
  let at = 0;
  let hash: number;
  if (bytes.length >= 16) {
    const lanes = [(seed + P32[0] + P32[1]) | 0, (seed + P32[1]) | 0, seed | 0, (seed - P32[0]) | 0];
    for (; at + 16 <= bytes.length; at += 16) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round32(lanes[lane], bytes.readInt32LE(at + lane * 4));
    }
    hash = (rotate32(lanes[0], 1) + rotate32(lanes[1], 7) + rotate32(lanes[2], 12) + rotate32(lanes[3], 18)) | 0;
  } else {
    hash = (seed + P32[4]) | 0;
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate32((hash + Math.imul(bytes.readInt32LE(at), P32[2])) | 0, 17), P32[3]);
  }
  for (; at < bytes.length; at++) hash = Math.imul(rotate32((hash + Math.imul(bytes[at], P32[4])) | 0, 11), P32[0]);
  hash = Math.imul(hash ^ (hash >>> 15), P32[1]);
  hash = Math.imul(hash ^ (hash >>> 13), P32[2]);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const P64 = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;

const low64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate64 = (value: bigint, bits: bigint): bigint => low64((value << bits) | (value >> (64n - bits)));
const round64 = (lane: bigint, input: bigint): bigint => low64(rotate64(low64(lane + input * P64[1]), 31n) * P64[0]);

/** @returns an unsigned 64-bit integer */
export function xxh64(text: string, seed = 0n): bigint {
  const bytes = Buffer.from(text, 'latin1');
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    const lanes = [seed + P64[0] + P64[1], seed + P64[1], seed, seed - P64[0]].map(low64);
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round64(lanes[lane], bytes.readBigUInt64LE(at + lane * 8));
    }
    hash = low64(rotate64(lanes[0], 1n) + rotate64(lanes[1], 7n) + rotate64(lanes[2], 12n) + rotate64(lanes[3], 18n));
    for (const lane of lanes) hash = low64((hash ^ round64(0n, lane)) * P64[0] + P64[3]);
  } else {
    hash = low64(seed + P64[4]);
  }
  hash = low64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = low64(rotate64(hash ^ round64(0n, bytes.readBigUInt64LE(at)), 27n) * P64[0] + P64[3]);
  }
  if (at + 4 <= bytes.length) {
    hash = low64(rotate64(hash ^ low64(BigInt(bytes.readUInt32LE(at)) * P64[0]), 23n) * P64[1] + P64[2]);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = low64(rotate64(hash ^ low64(BigInt(bytes[at]) * P64[4]), 11n) * P64[0]);
  hash = low64((hash ^ (hash >> 33n)) * P64[1]);
  hash = low64((hash ^ (hash >> 29n)) * P64[2]);
  return hash ^ (hash >> 32n);
}
