import type { TableKey, TableType } from '../../core/stick-table.js';

/** Turns keys into words of 32 bits, which tables compare and hash, and back. */
export interface KeyCodec {
  /** Words of a key. */
  readonly words: number;
  /** Writes a key, and zeros behind it. @returns words that count: those behind are zero in every equal key */
  pack(key: TableKey, into: Int32Array): number;
  unpack(words: Int32Array, at: number): TableKey;
}

/** @param length bytes of `string` and `binary` keys */
export function codecFor(type: TableType, length: number): KeyCodec {
  switch (type) {
    case 'ip':
    case 'integer':
      return NUMBER;
    case 'ipv6':
      return IPV6;
    case 'string':
      return bytesCodec(length, false);
    case 'binary':
      return bytesCodec(length, true);
  }
}

const NUMBER: KeyCodec = {
  words: 1,
  pack(key, into) {
    into[0] = key as number;
    return 1;
  },
  unpack: (words, at) => words[at] >>> 0,
};

const IPV6: KeyCodec = {
  words: 4,
  pack(key, into) {
    const bytes = key as Uint8Array;
    for (let i = 0; i < 4; i++)
      into[i] = (bytes[4 * i] << 24) | (bytes[4 * i + 1] << 16) | (bytes[4 * i + 2] << 8) | bytes[4 * i + 3];
    return 4;
  },
  unpack: (words, at) => Uint8Array.from({ length: 16 }, (_, i) => words[at + (i >> 2)] >>> (24 - 8 * (i & 3))),
};

/** The length, then four bytes a word. Blocks of binary data are all of one length: shorter ones are filled with zeros. */
function bytesCodec(length: number, padded: boolean): KeyCodec {
  const words = 1 + Math.ceil(length / 4);
  return {
    words,
    pack(key, into) {
      const text = key as string;
      const bytes = Math.min(text.length, length);
      into[0] = padded ? length : bytes;
      const used = (bytes + 3) >> 2;
      for (let i = 0; i < used; i++) {
        const at = 4 * i;
        let word = text.charCodeAt(at) & 255;
        if (at + 1 < bytes) word |= (text.charCodeAt(at + 1) & 255) << 8;
        if (at + 2 < bytes) word |= (text.charCodeAt(at + 2) & 255) << 16;
        if (at + 3 < bytes) word |= (text.charCodeAt(at + 3) & 255) << 24;
        into[i + 1] = word;
      }
      if (!padded) return used + 1;
      into.fill(0, used + 1, words);
      return words;
    },
    unpack(packed, at) {
      let text = '';
      for (let i = 0; i < packed[at]; i++)
        text += String.fromCharCode((packed[at + 1 + (i >> 2)] >>> (8 * (i & 3))) & 255);
      return text;
    },
  };
}

/** Spreads keys over buckets; `seed` keeps a client from choosing keys that fall into one. */
export function hashWords(words: Int32Array, count: number, seed: number): number {
  let hash = seed;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ words[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  return hash ^ (hash >>> 16);
}
