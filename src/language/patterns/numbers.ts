import { embeddedIpv4, latin1Of, mapIpv4, maskIpv6, maskOfPrefix, parseIpv4, parseIpv6, prefixOfMask } from '../ip.js';
import { PatternError, type Matcher, type Parsed } from './matcher.js';

interface Range {
  readonly low: number | bigint;
  readonly high: number | bigint;
  readonly parsed: Parsed;
}

const OPERATORS = ['eq', 'ge', 'gt', 'le', 'lt'];

/** Whether a word is one of the operators that may precede integers. */
export function isOperator(word: string): boolean {
  return OPERATORS.includes(word);
}

/** Integers, ranges `low:high` and comparisons (manual 7.1.2). */
export class IntegerMatcher implements Matcher<number | bigint> {
  readonly #exact = new Map<number | bigint, Parsed>();
  readonly #ranges: Range[] = [];

  /** @param read turns the text of a number into one; dotted versions have their own */
  constructor(patterns: readonly Parsed[], read: (text: string) => number | undefined = readInteger) {
    for (const parsed of patterns) {
      const [low, high] = bounds(parsed.pattern, parsed.operator ?? 'eq', read);
      if (low !== high) this.#ranges.push({ low, high, parsed });
      else if (!this.#exact.has(low)) this.#exact.set(low, parsed);
    }
  }

  find(value: number | bigint): Parsed | undefined {
    const found = this.#exact.size === 0 ? undefined : this.#exact.get(value);
    if (found !== undefined) return found;
    for (const range of this.#ranges) if (value >= range.low && value <= range.high) return range.parsed;
    return undefined;
  }
}

function readInteger(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** `3.1` -> 3 * 65536 + 1, for the versions of req.ssl_ver. */
export function readVersion(text: string): number | undefined {
  const parts = /^(\d+)(?:\.(\d+))?$/.exec(text);
  return parts === null ? undefined : Number(parts[1]) * 65536 + Number(parts[2] ?? 0);
}

/** @throws PatternError in HAProxy's words */
function bounds(text: string, operator: string, read: (text: string) => number | undefined): [number, number] {
  const colon = text.indexOf(':');
  if (colon >= 0 && text.length > 1) {
    const low = colon === 0 ? -Infinity : read(text.slice(0, colon));
    const high = colon === text.length - 1 ? Infinity : read(text.slice(colon + 1));
    if (low === undefined || high === undefined || low > high)
      throw new PatternError(`'${text}' is not a valid number range.`);
    return compared(low, high, operator);
  }
  const value = read(text);
  if (value === undefined) throw new PatternError(`'${text}' is not a number.`);
  return compared(value, value, operator);
}

function compared(low: number, high: number, operator: string): [number, number] {
  switch (operator) {
    case 'ge':
      return [low, Infinity];
    case 'gt':
      return [low + 1, Infinity];
    case 'le':
      return [-Infinity, high];
    case 'lt':
      return [-Infinity, high - 1];
    default:
      return [low, high];
  }
}

/** A network as written. */
type Network =
  | { readonly family: 4; readonly address: number; readonly mask: number }
  | { readonly family: 6; readonly address: Uint8Array; readonly bits: number };

/** @returns undefined when the text is no address with an optional mask */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const tail = slash < 0 ? undefined : text.slice(slash + 1);
  const v4 = parseIpv4(host);
  if (v4 !== undefined) {
    const mask = readMask(tail);
    return mask === undefined ? undefined : { family: 4, address: (v4 & mask) >>> 0, mask };
  }
  const v6 = parseIpv6(host);
  if (v6 === undefined || (tail !== undefined && !/^\d+$/.test(tail)) || Number(tail ?? 128) > 128) return undefined;
  const bits = Number(tail ?? 128);
  return { family: 6, address: maskIpv6(v6, bits), bits };
}

function readMask(text: string | undefined): number | undefined {
  if (text === undefined) return 0xffffffff;
  if (/^\d+$/.test(text)) return Number(text) <= 32 ? maskOfPrefix(Number(text)) : undefined;
  return parseIpv4(text);
}

/** Networks of one length: of a mask, or of so many bits. */
interface Networks<K> {
  readonly length: number;
  readonly table: Map<K, Parsed>;
}

/**
 * IP networks: one table per prefix length that occurs, the longest first, so that the most precise network wins and a
 * look-up costs at most as many steps as there are lengths, however many networks there are.
 */
export class AddressMatcher implements Matcher<number | Uint8Array> {
  readonly #v4: Networks<number>[] = [];
  readonly #v6: Networks<string>[] = [];
  /** Masks with holes. */
  readonly #odd: { readonly address: number; readonly mask: number; readonly parsed: Parsed }[] = [];
  /** Some network is not in its table, since an earlier one is the same. */
  #hidden = false;

  /** @param resolve finds the addresses of a host name */
  constructor(
    patterns: readonly Parsed[],
    private readonly resolve: (name: string) => readonly string[] = () => [],
  ) {
    for (const parsed of patterns) this.add(parsed);
  }

  /** @throws PatternError */
  add(parsed: Parsed): void {
    for (const network of this.#networks(parsed.pattern)) {
      if (network.family === 6) this.#put(this.#v6, network.bits, latin1Of(network.address), parsed);
      else if (prefixOfMask(network.mask) < 0) this.#odd.push({ address: network.address, mask: network.mask, parsed });
      else this.#put(this.#v4, network.mask, network.address, parsed);
    }
  }

  remove(pattern: string): boolean {
    const network = parseNetwork(pattern);
    if (this.#hidden || network === undefined) return false;
    if (network.family === 6) take(this.#v6, network.bits, latin1Of(network.address), pattern);
    else if (prefixOfMask(network.mask) < 0) return false;
    else take(this.#v4, network.mask, network.address, pattern);
    return true;
  }

  #networks(pattern: string): Network[] {
    const network = parseNetwork(pattern);
    if (network !== undefined) return [network];
    const found = /^[A-Za-z0-9._-]+$/.test(pattern) ? this.resolve(pattern).map(parseNetwork) : [];
    if (found.length === 0) throw new PatternError(`'${pattern}' is not a valid IPv4 or IPv6 address.`);
    return found.filter((one) => one !== undefined);
  }

  #put<K>(all: Networks<K>[], length: number, key: K, parsed: Parsed): void {
    let at = all.findIndex((one) => one.length <= length);
    if (at < 0) at = all.length;
    if (all[at]?.length !== length) all.splice(at, 0, { length, table: new Map() });
    const { table } = all[at];
    if (table.has(key)) this.#hidden = true;
    else table.set(key, parsed);
  }

  find(value: number | Uint8Array): Parsed | undefined {
    if (typeof value === 'number') {
      return this.#findV4(value) ?? (this.#v6.length === 0 ? undefined : this.#findV6(mapIpv4(value)));
    }
    const found = this.#v6.length === 0 ? undefined : this.#findV6(value);
    if (found !== undefined) return found;
    const inner = this.#v4.length === 0 && this.#odd.length === 0 ? undefined : embeddedIpv4(value);
    return inner === undefined ? undefined : this.#findV4(inner);
  }

  #findV4(value: number): Parsed | undefined {
    for (const { length: mask, table } of this.#v4) {
      const found = table.get((value & mask) >>> 0);
      if (found !== undefined) return found;
    }
    for (const { address, mask, parsed } of this.#odd) if ((value & mask) >>> 0 === address) return parsed;
    return undefined;
  }

  #findV6(value: Uint8Array): Parsed | undefined {
    for (const { length: bits, table } of this.#v6) {
      const found = table.get(latin1Of(bits === 128 ? value : maskIpv6(value, bits)));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Removes a network if it was written so. */
function take<K>(all: readonly Networks<K>[], length: number, key: K, pattern: string): void {
  const table = all.find((one) => one.length === length)?.table;
  if (table?.get(key)?.pattern === pattern) table.delete(key);
}
