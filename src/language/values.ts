import type { ConcreteType, Sample, SampleType, SampleValue } from '../core/sample.js';
import { embeddedIpv4, formatIpv4, formatIpv6, latin1Of, mapIpv4, parseIp, parseIpv4, parseIpv6 } from './ip.js';

/** What travels along an expression: a bare value while the type is known, a Sample where it is `any`. */
export type Flow = SampleValue | Sample;
/** Turns a value of one type into another; undefined = the sample fails. */
export type Cast = (value: Flow) => Flow | undefined;

const MAX = 0x7fffffffffffffffn;
const MIN = -MAX - 1n;

/** Keeps integers as numbers while they are exact, as bigint beyond. */
export function toSint(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Saturates at the ends of 64-bit signed integers. */
export function clampSint(value: bigint): number | bigint {
  if (value > MAX) return MAX;
  return value < MIN ? MIN : toSint(value);
}

/**
 * Reads the integer that begins `text`; what follows is ignored and no digits mean 0. Too large ones saturate.
 */
export function readSint(text: string): number | bigint {
  const digits = /^[+-]?\d+/.exec(text)?.[0];
  if (digits === undefined) return 0;
  return digits.length < 15 ? Number(digits) || 0 : clampSint(BigInt(digits));
}

/** Latin1 text up to its first NUL: how HAProxy turns binary data into strings. */
function untilNul(value: string): string {
  const nul = value.indexOf('\0');
  return nul < 0 ? value : value.slice(0, nul);
}

function sintBytes(value: number | bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)));
  return bytes.toString('latin1');
}

export function formatIp(value: number | Uint8Array): string {
  return typeof value === 'number' ? formatIpv4(value) : formatIpv6(value);
}

/** Bytes of an address in network order, as latin1. */
export function ipBytes(value: number | Uint8Array): string {
  if (typeof value !== 'number') return latin1Of(value);
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

const same: Cast = (value) => value;
const boolToSint: Cast = (value) => (value === true ? 1 : 0);
const boolToStr: Cast = (value) => (value === true ? '1' : '0');
const sintToBool: Cast = (value) => Number(value) !== 0;
const toText: Cast = (value) => (value as number | bigint).toString();
const sintToIp: Cast = (value) => Number(BigInt.asUintN(32, BigInt(value as number | bigint)));
const sintToBin: Cast = (value) => sintBytes(value as number | bigint);
const strToSint: Cast = (value) => (value === '' ? undefined : readSint(value as string));
const strToBool: Cast = (value) => (value === '' ? undefined : Number(readSint(value as string)) !== 0);
const strToAddr: Cast = (value) => parseIp(value as string);
const strToIpv4: Cast = (value) => parseIpv4(value as string);
const strToIpv6: Cast = (value) => parseIpv6(value as string);
const binToStr: Cast = (value) => untilNul(value as string);
const addrToStr: Cast = (value) => formatIp(value as number | Uint8Array);
const addrToBin: Cast = (value) => ipBytes(value as number | Uint8Array);
const addrToSint: Cast = (value) => (typeof value === 'number' ? value : undefined);
const addrToIpv4: Cast = (value) => (typeof value === 'number' ? value : embeddedIpv4(value as Uint8Array));
const addrToIpv6: Cast = (value) => (typeof value === 'number' ? mapIpv4(value) : value);

/** HAProxy's table of conversions (manual 7.3.1 only hints at it). Absent = impossible, refused when parsed. */
const CASTS: Readonly<Record<ConcreteType | 'addr', Partial<Record<SampleType, Cast>>>> = {
  bool: { bool: same, sint: boolToSint, str: boolToStr, bin: (value) => sintBytes(value === true ? 1 : 0) },
  sint: {
    bool: sintToBool,
    sint: same,
    addr: sintToIp,
    ipv4: sintToIp,
    ipv6: (value) => mapIpv4(sintToIp(value) as number),
    str: toText,
    bin: sintToBin,
  },
  addr: { addr: same, ipv4: addrToIpv4, ipv6: addrToIpv6, str: addrToStr, bin: addrToBin, sint: addrToSint },
  ipv4: { addr: same, ipv4: addrToIpv4, ipv6: addrToIpv6, str: addrToStr, bin: addrToBin, sint: addrToSint },
  ipv6: { addr: same, ipv4: addrToIpv4, ipv6: addrToIpv6, str: addrToStr, bin: addrToBin },
  str: {
    bool: strToBool,
    sint: strToSint,
    addr: strToAddr,
    ipv4: strToIpv4,
    ipv6: strToIpv6,
    str: same,
    bin: same,
    meth: same,
  },
  bin: { str: binToStr, bin: same, meth: binToStr },
  meth: { str: same, bin: same, meth: same },
};

/**
 * The conversion between two declared types.
 * @returns undefined when there is none; `null` when nothing needs to be done
 */
export function castBetween(from: SampleType, to: SampleType): Cast | null | undefined {
  if (to === 'same' || from === to) return null;
  if (to === 'any') return from === 'any' ? null : (value) => toSample(from, value as SampleValue);
  if (from === 'any' || from === 'same') return (value) => castSample(value as Sample, to);
  const cast = CASTS[from][to];
  return cast === same ? null : cast;
}

/** Converts a value that carries its type. @returns undefined when it cannot be converted */
export function castSample(sample: Sample, to: SampleType): Flow | undefined {
  if (to === 'any' || to === 'same') return sample;
  return CASTS[sample.type][to]?.(sample.value);
}

/** Adds the type to a value of a declared type; addresses show their family by their form. */
export function toSample(type: SampleType, value: SampleValue): Sample {
  switch (type) {
    case 'addr':
    case 'ipv4':
    case 'ipv6':
      return { type: typeof value === 'number' ? 'ipv4' : 'ipv6', value };
    case 'any':
    case 'same':
      return { type: typeof value === 'string' ? 'str' : 'sint', value };
    default:
      return { type, value };
  }
}

/** A sample's text, as HAProxy would print it. */
export function sampleText(sample: Sample): string {
  return CASTS[sample.type].str?.(sample.value) as string;
}
