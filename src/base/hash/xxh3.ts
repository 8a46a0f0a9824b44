/** XXH3, 64 bits (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), over bytes as latin1. */

/** The specification's default secret. */
const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
    'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb17' +
    '0ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
);

const MASK = 0xffffffffffffffffn;
const P32_1 = 0x9e3779b1n;
const P32_2 = 0x85ebca77n;
const P32_3 = 0xc2b2ae3dn;
const P64_1 = 0x9e3779b185ebca87n;
const P64_2 = 0xc2b2ae3d27d4eb4fn;
const P64_3 = 0x165667b19e3779f9n;
const P64_4 = 0x85ebca77c2b2ae63n;
const P64_5 = 0x27d4eb2f165667c5n;
const MX1 = 0x165667919e3779f9n;
const MX2 = 0x9fb21c651e98df25n;

const STRIPE = 64;
/** How far the secret moves with each stripe. */
const STEP = 8;

const read64 = (bytes: Buffer, at: number): bigint => bytes.readBigUInt64LE(at);
const read32 = (bytes: Buffer, at: number): bigint => BigInt(bytes.readUInt32LE(at));
const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;
const swap64 = (value: bigint): bigint => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.readBigUInt64BE();
};

/** The two halves of a 128-bit product, folded. */
function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK) ^ (product >> 64n);
}

/** The final stirring of XXH64. */
function avalanche64(hash: bigint): bigint {
  let value = hash ^ (hash >> 33n);
  value = (value * P64_2) & MASK;
  value ^= value >> 29n;
  value = (value * P64_3) & MASK;
  return value ^ (value >> 32n);
}

function avalanche(hash: bigint): bigint {
  const value = ((hash ^ (hash >> 37n)) * MX1) & MASK;
  return value ^ (value >> 32n);
}

function hashUpTo16(bytes: Buffer, seed: bigint): bigint {
  const { length } = bytes;
  if (length === 0) return avalanche64(seed ^ read64(SECRET, 56) ^ read64(SECRET, 64));
  if (length < 4) {
    const combined =
      (BigInt(bytes[0]) << 16n) |
      (BigInt(bytes[length >> 1]) << 24n) |
      BigInt(bytes[length - 1]) |
      (BigInt(length) << 8n);
    return avalanche64(combined ^ (((read32(SECRET, 0) ^ read32(SECRET, 4)) + seed) & MASK));
  }
  if (length <= 8) {
    const mixed = seed ^ (swap64(seed & 0xffffffffn) & 0xffffffff00000000n);
    const input = read32(bytes, length - 4) + (read32(bytes, 0) << 32n);
    let hash = input ^ (((read64(SECRET, 8) ^ read64(SECRET, 16)) - mixed) & MASK);
    hash ^= rotate(hash, 49n) ^ rotate(hash, 24n);
    hash = (hash * MX2) & MASK;
    hash ^= ((hash >> 35n) + BigInt(length)) & MASK;
    hash = (hash * MX2) & MASK;
    return hash ^ (hash >> 28n);
  }
  const low = read64(bytes, 0) ^ (((read64(SECRET, 24) ^ read64(SECRET, 32)) + seed) & MASK);
  const high = read64(bytes, length - 8) ^ (((read64(SECRET, 40) ^ read64(SECRET, 48)) - seed) & MASK);
  return avalanche((BigInt(length) + swap64(low) + high + foldedProduct(low, high)) & MASK);
}

function mix16(bytes: Buffer, at: number, secretAt: number, seed: bigint): bigint {
  return foldedProduct(
    read64(bytes, at) ^ ((read64(SECRET, secretAt) + seed) & MASK),
    read64(bytes, at + 8) ^ ((read64(SECRET, secretAt + 8) - seed) & MASK),
  );
}

function hashUpTo128(bytes: Buffer, seed: bigint): bigint {
  const { length } = bytes;
  let hash = (BigInt(length) * P64_1) & MASK;
  for (let index = Math.floor((length - 1) / 32); index >= 0; index--) {
    hash += mix16(bytes, 16 * index, 32 * index, seed);
    hash += mix16(bytes, length - 16 * (index + 1), 32 * index + 16, seed);
  }
  return avalanche(hash & MASK);
}

function hashUpTo240(bytes: Buffer, seed: bigint): bigint {
  const { length } = bytes;
  let hash = (BigInt(length) * P64_1) & MASK;
  for (let index = 0; index < 8; index++) hash += mix16(bytes, 16 * index, 16 * index, seed);
  hash = avalanche(hash & MASK);
  for (let index = 8; index < Math.floor(length / 16); index++) {
    hash += mix16(bytes, 16 * index, 16 * (index - 8) + 3, seed);
  }
  hash += mix16(bytes, length - 16, 136 - 17, seed);
  return avalanche(hash & MASK);
}

/** The secret that a seed makes, for long inputs. */
function seededSecret(seed: bigint): Buffer {
  if (seed === 0n) return SECRET;
  const secret = Buffer.alloc(SECRET.length);
  for (let at = 0; at < SECRET.length; at += 16) {
    secret.writeBigUInt64LE((read64(SECRET, at) + seed) & MASK, at);
    secret.writeBigUInt64LE((read64(SECRET, at + 8) - seed) & MASK, at + 8);
  }
  return secret;
}

/** Takes 64 bytes into the eight lanes. */
function accumulate(lanes: bigint[], bytes: Buffer, at: number, secret: Buffer, secretAt: number): void {
  for (let lane = 0; lane < 8; lane++) {
    const value = read64(bytes, at + lane * 8);
    const keyed = value ^ read64(secret, secretAt + lane * 8);
    lanes[lane ^ 1] = (lanes[lane ^ 1] + value) & MASK;
    lanes[lane] = (lanes[lane] + (keyed & 0xffffffffn) * (keyed >> 32n)) & MASK;
  }
}

function scramble(lanes: bigint[], secret: Buffer): void {
  for (let lane = 0; lane < 8; lane++) {
    const value = lanes[lane] ^ (lanes[lane] >> 47n) ^ read64(secret, secret.length - STRIPE + lane * 8);
    lanes[lane] = (value * P32_1) & MASK;
  }
}

function hashLong(bytes: Buffer, seed: bigint): bigint {
  const secret = seededSecret(seed);
  const lanes = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1];
  const stripesPerBlock = (secret.length - STRIPE) / STEP;
  const stripes = Math.floor((bytes.length - 1) / STRIPE);
  for (let stripe = 0; stripe < stripes; stripe++) {
    const within = stripe % stripesPerBlock;
    accumulate(lanes, bytes, stripe * STRIPE, secret, within * STEP);
    if (within === stripesPerBlock - 1) scramble(lanes, secret);
  }
  accumulate(lanes, bytes, bytes.length - STRIPE, secret, secret.length - STRIPE - 7);
  let hash = (BigInt(bytes.length) * P64_1) & MASK;
  for (let pair = 0; pair < 4; pair++) {
    hash += foldedProduct(
      lanes[2 * pair] ^ read64(secret, 11 + 16 * pair),
      lanes[2 * pair + 1] ^ read64(secret, 11 + 16 * pair + 8),
    );
  }
  return avalanche(hash & MASK);
}

/** @param seed 64-bit, unsigned */
export function xxh3(text: string, seed = 0n): bigint {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length <= 16) return hashUpTo16(bytes, seed);
  if (bytes.length <= 128) return hashUpTo128(bytes, seed);
  return bytes.length <= 240 ? hashUpTo240(bytes, seed) : hashLong(bytes, seed);
}
