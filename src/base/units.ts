/** Times and sizes as HAProxy writes them (manual section 2.5 "Time format", and "size" arguments). */

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
export type TimeUnit = 'us' | 'ms' | 's' | 'm' | 'h' | 'd';

export type UnitResult =
  { readonly ok: true; readonly value: number } | { readonly ok: false; readonly at: number; readonly why: string };

/** HAProxy keeps timers in 31 bits of milliseconds: longer ones are refused as overflow. */
const LONGEST = 0x7fffffff;

/**
 * Parses `5000`, `5s`, `10m`…
 * @param unit what a bare number counts
 * @returns milliseconds (rounded up from microseconds), or the offset of the offending character and why
 */
export function parseDuration(text: string, unit: TimeUnit = 'ms'): UnitResult {
  const digits = /^\d+/.exec(text)?.[0] ?? '';
  if (digits === '') return { ok: false, at: 0, why: 'a number was expected' };
  const suffix = text.slice(digits.length);
  const scale = suffix === '' ? MILLISECONDS[unit] : MILLISECONDS[suffix];
  if (scale === undefined)
    return { ok: false, at: digits.length, why: `unknown time unit '${suffix}' (us, ms, s, m, h, d)` };
  const value = Math.ceil(Number(digits) * scale);
  if (value > LONGEST)
    return { ok: false, at: 0, why: 'timer overflow: the longest is 2147483647 ms (about 24.8 days)' };
  return { ok: true, value };
}

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Parses `16384`, `16k`, `1m`, `2g` into bytes. */
export function parseSize(text: string): UnitResult {
  const digits = /^\d+/.exec(text)?.[0] ?? '';
  if (digits === '') return { ok: false, at: 0, why: 'a number was expected' };
  const suffix = text.slice(digits.length);
  const scale = BYTES[suffix.toLowerCase()];
  if (scale === undefined) return { ok: false, at: digits.length, why: `unknown size unit '${suffix}' (k, m, g)` };
  return { ok: true, value: Number(digits) * scale };
}
