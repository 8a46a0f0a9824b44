import { createHash, createHmac, getHashes, timingSafeEqual } from 'node:crypto';
import { avalanche, crc32, djb2, sdbm, wt6 } from '../../base/hash.js';
import { crc32c } from '../../base/hash/crc32c.js';
import { xxh3 } from '../../base/hash/xxh3.js';
import { xxh32, xxh64 } from '../../base/hash/xxh.js';
import { integer, optional, sint, string, stringOrVariable, variable } from '../arguments.js';
import { ArgumentError, defineConverter, type ConverterDefinition } from '../definition.js';
import { castSample, toSint } from '../values.js';
import { getVariable } from '../variables.js';

const MANUAL = '7.3.1';
type Example = readonly [string, string, string | undefined];

/** A 32-bit hash, stirred once more when its argument is 1. */
function hash32(name: string, hash: (text: string) => number, examples: readonly Example[]): ConverterDefinition {
  return defineConverter({
    name,
    args: [optional(integer)],
    in: 'bin',
    out: 'sint',
    manual: MANUAL,
    summary: `${name} hash in 32 bits, with full avalanche when the argument is 1`,
    examples,
    compile: ([stir = 0]) => (stir === 1 ? (input) => avalanche(hash(input)) >>> 0 : (input) => hash(input) >>> 0),
  });
}

function digestOf(algorithm: string): (input: string) => string {
  return (input) => createHash(algorithm).update(input, 'latin1').digest('binary');
}

function knownDigest(name: string): string {
  if (getHashes().some((one) => one.toLowerCase() === name.toLowerCase())) return name;
  throw new ArgumentError('algorithm must be a valid OpenSSL message digest name.');
}

const BITS = [224, 256, 384, 512];

/** Hashes and what is made of them (manual 7.3.1). */
export const hashes = [
  hash32('crc32', crc32, [
    ['hello', '', '907060870'],
    ['hello', '1', '3902247103'],
  ]),
  hash32('crc32c', crc32c, [
    ['hello', '', '2591144780'],
    ['hello', '1', '2290590055'],
  ]),
  hash32('djb2', djb2, [
    ['hello', '', '261238937'],
    ['hello', '1', '1119739105'],
  ]),
  hash32('sdbm', sdbm, [
    ['hello', '', '684824882'],
    ['hello', '1', '2061535398'],
  ]),
  hash32('wt6', wt6, [
    ['hello', '', '3538347703'],
    ['hello', '1', '140457739'],
  ]),
  defineConverter({
    name: 'xxh32',
    args: [optional(integer)],
    in: 'bin',
    out: 'sint',
    manual: MANUAL,
    summary: 'xxHash in 32 bits',
    examples: [
      ['hello', '', '4211111929'],
      ['hello', '5', '3191799670'],
    ],
    compile:
      ([seed = 0]) =>
      (input) =>
        xxh32(input, seed),
  }),
  defineConverter({
    name: 'xxh64',
    args: [optional(sint)],
    in: 'bin',
    out: 'sint',
    manual: MANUAL,
    summary: 'xxHash in 64 bits, signed',
    examples: [
      ['hello', '', '2794345569481354659'],
      ['hello', '5', '5588056476589539108'],
    ],
    compile:
      ([seed = 0]) =>
      (input) =>
        toSint(BigInt.asIntN(64, xxh64(input, BigInt.asUintN(64, BigInt(seed))))),
  }),
  defineConverter({
    name: 'xxh3',
    args: [optional(sint)],
    in: 'bin',
    out: 'sint',
    manual: MANUAL,
    summary: 'XXH3 in 64 bits, signed',
    examples: [
      ['test', '', '-7004795540881933248'],
      ['test', '5', '-6365612197832517512'],
    ],
    compile:
      ([seed = 0]) =>
      (input) =>
        toSint(BigInt.asIntN(64, xxh3(input, BigInt.asUintN(64, BigInt(seed))))),
  }),
  defineConverter({
    name: 'sha1',
    args: [],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'SHA-1 digest',
    examples: [],
    pure: false,
    compile: () => digestOf('sha1'),
  }),
  defineConverter({
    name: 'sha2',
    args: [optional(integer)],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'SHA-2 digest of 224, 256 (by default), 384 or 512 bits',
    examples: [],
    pure: false,
    compile([bits = 256]) {
      if (!BITS.includes(bits)) throw new ArgumentError('Unsupported number of bits: 224, 256, 384 or 512.');
      return digestOf(`sha${bits}`);
    },
  }),
  defineConverter({
    name: 'digest',
    args: [string],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'digest with the named algorithm',
    examples: [],
    pure: false,
    compile: ([algorithm]) => digestOf(knownDigest(algorithm)),
  }),
  defineConverter({
    name: 'hmac',
    args: [string, stringOrVariable],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'message authentication code with the named algorithm and a key in base64',
    examples: [],
    pure: false,
    compile([algorithm, key], { environment }) {
      const name = knownDigest(algorithm);
      return (input, stream) => {
        const text = typeof key === 'string' ? key : (getVariable(stream, key, environment)?.value ?? undefined);
        if (typeof text !== 'string') return undefined;
        return createHmac(name, Buffer.from(text, 'base64')).update(input, 'latin1').digest('binary');
      };
    },
  }),
  defineConverter({
    name: 'secure_memcmp',
    args: [variable],
    in: 'bin',
    out: 'bool',
    manual: MANUAL,
    summary: 'whether it equals a variable, compared in constant time',
    examples: [],
    pure: false,
    compile:
      ([name], { environment }) =>
      (input, stream) => {
        const found = getVariable(stream, name, environment);
        const other = found === undefined ? undefined : castSample(found, 'bin');
        if (typeof other !== 'string') return undefined;
        return (
          other.length === input.length && timingSafeEqual(Buffer.from(input, 'latin1'), Buffer.from(other, 'latin1'))
        );
      },
  }),
];
