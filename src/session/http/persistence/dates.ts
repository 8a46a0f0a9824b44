/** Dates in persistence cookies (manual 4.2 `cookie`, maxidle and maxlife): `value|LAST|FIRST`, in units of four seconds. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SIZE = 5;

/** @param seconds since 1970; rounded up to the unit @returns five characters, 30 bits */
export function dateText(seconds: number): string {
  let rest = Math.ceil(seconds / 4);
  let text = '';
  for (let i = 0; i < SIZE; i++) {
    text = DIGITS.charAt(rest & 63) + text;
    rest = Math.floor(rest / 64);
  }
  return text;
}

/** @returns seconds since 1970 as a signed 32-bit number (a nonsensical date is far in the past); 0 = there is none */
export function readDate(text: string): number {
  if (text.length < SIZE) return 0;
  let units = 0;
  for (let i = 0; i < SIZE; i++) {
    const digit = DIGITS.indexOf(text.charAt(i));
    if (digit < 0) return 0;
    units = units * 64 + digit;
  }
  return (units * 4) | 0;
}
