import { createHash } from 'node:crypto';

/**
 * Password hashes of crypt(3) that userlists hold: MD5 (`$1$`), SHA-256 (`$5$`) and SHA-512 (`$6$`), after their public
 * specifications. DES and yescrypt are not among them: Node.js has no DES-crypt, and yescrypt needs megabytes per check.
 */

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Whether cryptPassword() understands this kind of hash. */
export function isKnownCrypt(hash: string): boolean {
  return /^\$[156]\$/.test(hash);
}

/**
 * Hashes a password with the method and salt of an existing hash.
 * @param password bytes as latin1
 * @returns undefined when the method is not known
 */
export function cryptPassword(password: string, hash: string): string | undefined {
  const parts = /^\$([156])\$(?:rounds=(\d+)\$)?([^$]*)/.exec(hash);
  if (parts === null) return undefined;
  const key = Buffer.from(password, 'latin1');
  if (parts[1] === '1') return md5Crypt(key, parts[3].slice(0, 8));
  return shaCrypt(key, parts[1] === '5' ? SHA256 : SHA512, parts[3].slice(0, 16), parts[2]);
}

interface ShaVariant {
  readonly name: 'sha256' | 'sha512';
  readonly prefix: string;
  /** Order in which the digest's bytes are written, three at a time, the last group padded. */
  readonly order: readonly (readonly number[])[];
}

const SHA256: ShaVariant = { name: 'sha256', prefix: '$5$', order: rotated(10, [0, 10, 20], [31, 30]) };
const SHA512: ShaVariant = { name: 'sha512', prefix: '$6$', order: rotated(21, [0, 21, 42], [63]) };

/** The specifications list these by hand; they are one triple rotated and counted up. */
function rotated(count: number, first: readonly number[], last: readonly number[]): number[][] {
  const groups: number[][] = [];
  const by = count === 10 ? 2 : 1;
  for (let index = 0; index < count; index++) {
    const turn = (index * by) % 3;
    groups.push([0, 1, 2].map((position) => first[(position + turn) % 3] + index));
  }
  return [...groups, [...last]];
}

function digest(name: string, ...parts: readonly Buffer[]): Buffer {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** `length` bytes of a block repeated. */
function stretch(block: Buffer, length: number): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(length / block.length) }, () => block)).subarray(0, length);
}

function encode(value: number, characters: number): string {
  let text = '';
  for (let rest = value, left = characters; left > 0; left--, rest >>>= 6) text += ALPHABET[rest & 63];
  return text;
}

function shaCrypt(key: Buffer, variant: ShaVariant, saltText: string, roundsText: string | undefined): string {
  const { name } = variant;
  const salt = Buffer.from(saltText, 'latin1');
  const rounds = roundsText === undefined ? 5000 : Math.min(999_999_999, Math.max(1000, Number(roundsText)));
  const b = digest(name, key, salt, key);
  const bits: Buffer[] = [];
  for (let length = key.length; length > 0; length >>= 1) bits.push((length & 1) === 1 ? b : key);
  let current = digest(name, key, salt, stretch(b, key.length), ...bits);
  const p = stretch(digest(name, ...Array.from({ length: key.length }, () => key)), key.length);
  const s = stretch(digest(name, ...Array.from({ length: 16 + current[0] }, () => salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const parts = (round & 1) === 1 ? [p] : [current];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push((round & 1) === 1 ? current : p);
    current = digest(name, ...parts);
  }
  const body = variant.order.map((group) => encodeGroup(current, group)).join('');
  const given = roundsText === undefined ? '' : `rounds=${rounds}$`;
  return `${variant.prefix}${given}${saltText}$${body}`;
}

function encodeGroup(bytes: Buffer, group: readonly number[]): string {
  let value = 0;
  for (const index of group) value = value * 256 + bytes[index];
  return encode(value, group.length + 1);
}

function md5Crypt(key: Buffer, saltText: string): string {
  const salt = Buffer.from(saltText, 'latin1');
  const inner = digest('md5', key, salt, key);
  const bits: Buffer[] = [];
  for (let length = key.length; length > 0; length >>= 1)
    bits.push((length & 1) === 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  let current = digest('md5', key, Buffer.from('$1$'), salt, stretch(inner, key.length), ...bits);
  for (let round = 0; round < 1000; round++) {
    const parts = (round & 1) === 1 ? [key] : [current];
    if (round % 3 !== 0) parts.push(salt);
    if (round % 7 !== 0) parts.push(key);
    parts.push((round & 1) === 1 ? current : key);
    current = digest('md5', ...parts);
  }
  const order = [
    [0, 6, 12],
    [1, 7, 13],
    [2, 8, 14],
    [3, 9, 15],
    [4, 10, 5],
  ];
  return `$1$${saltText}$${order.map((group) => encodeGroup(current, group)).join('')}${encode(current[11], 2)}`;
}
