const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A date taken apart, in local time or UTC. */
interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Minutes east of Greenwich. */
  readonly offset: number;
  readonly zone: string;
  readonly epoch: number;
}

const pad = (value: number, width = 2, fill = '0'): string => String(value).padStart(width, fill);

function zoneOffset(minutes: number): string {
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(absolute / 60))}${pad(absolute % 60)}`;
}

/** ISO 8601: the week of the year's first Thursday is week 1. */
function isoWeek(parts: Parts): { year: number; week: number } {
  const thursday = new Date(Date.UTC(parts.year, parts.month, parts.day + 4 - (parts.weekday || 7)));
  const start = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return { year: thursday.getUTCFullYear(), week: Math.floor((thursday.getTime() - start) / 604_800_000) + 1 };
}

const FIELDS: Readonly<Record<string, (parts: Parts) => string>> = {
  '%': () => '%',
  a: ({ weekday }) => DAYS[weekday].slice(0, 3),
  A: ({ weekday }) => DAYS[weekday],
  b: ({ month }) => MONTHS[month].slice(0, 3),
  h: ({ month }) => MONTHS[month].slice(0, 3),
  B: ({ month }) => MONTHS[month],
  C: ({ year }) => pad(Math.floor(year / 100)),
  d: ({ day }) => pad(day),
  e: ({ day }) => pad(day, 2, ' '),
  G: (parts) => String(isoWeek(parts).year),
  g: (parts) => pad(isoWeek(parts).year % 100),
  H: ({ hour }) => pad(hour),
  I: ({ hour }) => pad(hour % 12 || 12),
  j: ({ yearDay }) => pad(yearDay + 1, 3),
  k: ({ hour }) => pad(hour, 2, ' '),
  l: ({ hour }) => pad(hour % 12 || 12, 2, ' '),
  m: ({ month }) => pad(month + 1),
  M: ({ minute }) => pad(minute),
  n: () => '\n',
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  s: ({ epoch }) => String(epoch),
  S: ({ second }) => pad(second),
  t: () => '\t',
  u: ({ weekday }) => String(weekday || 7),
  U: ({ yearDay, weekday }) => pad(Math.floor((yearDay + 7 - weekday) / 7)),
  V: (parts) => pad(isoWeek(parts).week),
  w: ({ weekday }) => String(weekday),
  W: ({ yearDay, weekday }) => pad(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7)),
  y: ({ year }) => pad(year % 100),
  Y: ({ year }) => String(year),
  z: ({ offset }) => zoneOffset(offset),
  Z: ({ zone }) => zone,
};

/** Conversions that stand for several, as in the C locale. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/**
 * Formats a date as strftime(3) does in the C locale.
 * @param epoch seconds
 */
export function strftime(format: string, epoch: number, utc: boolean): string {
  const parts = partsOf(epoch, utc);
  const expanded = format.replaceAll(/%([cDFrRTxX])/g, (_, letter: string) => SHORTHANDS[letter]);
  return expanded.replaceAll(/%[EO]?([^])/g, (whole, letter: string) => FIELDS[letter]?.(parts) ?? whole);
}

function partsOf(epoch: number, utc: boolean): Parts {
  const real = new Date(epoch * 1000);
  const offset = utc ? 0 : -real.getTimezoneOffset();
  const shifted = new Date(real.getTime() + offset * 60_000);
  const year = shifted.getUTCFullYear();
  return {
    year,
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    yearDay: Math.floor((shifted.getTime() - Date.UTC(year, 0, 1)) / 86_400_000),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    offset,
    zone: utc ? 'GMT' : zoneName(real),
    epoch,
  };
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
