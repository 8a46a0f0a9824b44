import { optional, sint, string, word } from '../arguments.js';
import { defineConverter } from '../definition.js';
import { strftime } from '../strftime.js';

const MANUAL = '7.3.1';
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const PER_SECOND = { s: 1n, ms: 1000n, us: 1_000_000n } as const;
const two = (value: number): string => String(value).padStart(2, '0');

function httpDate(value: bigint, unit: 's' | 'ms' | 'us'): string {
  const per = PER_SECOND[unit];
  const date = new Date(Number(value / per) * 1000);
  const fraction = unit === 's' ? '' : `.${String(value % per)}`;
  return (
    `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}${fraction} GMT`
  );
}

/** Dates (manual 7.3.1). */
export const dates = [
  defineConverter({
    name: 'http_date',
    args: [optional(sint), optional(word(['s', 'ms', 'us'], "expects 's', 'ms' or 'us'."))],
    in: 'sint',
    out: 'str',
    manual: MANUAL,
    summary: 'seconds (or ms, us) since the epoch, plus an offset, as a date of HTTP',
    examples: [
      ['0', '', 'Thu, 01 Jan 1970 00:00:00 GMT'],
      ['0', '10', 'Thu, 01 Jan 1970 00:00:10 GMT'],
      ['1500000', '0,us', 'Thu, 01 Jan 1970 00:00:01.500000 GMT'],
      ['1000000', '0,us', 'Thu, 01 Jan 1970 00:00:01.0 GMT'],
    ],
    compile:
      ([offset = 0, unit = 's']) =>
      (input) =>
        httpDate(BigInt(input) + BigInt(offset), unit),
  }),
  defineConverter({
    name: 'ltime',
    args: [string, optional(sint)],
    in: 'sint',
    out: 'str',
    manual: MANUAL,
    summary: 'seconds since the epoch in local time, as strftime(3) writes it',
    examples: [],
    pure: false,
    compile:
      ([format, offset = 0]) =>
      (input) =>
        strftime(format, Number(input) + Number(offset), false),
  }),
  defineConverter({
    name: 'utime',
    args: [string, optional(sint)],
    in: 'sint',
    out: 'str',
    manual: MANUAL,
    summary: 'seconds since the epoch in UTC, as strftime(3) writes it',
    examples: [
      ['0', '%Y-%m-%dT%H:%M:%S', '1970-01-01T00:00:00'],
      ['1404999830', '%Y%m%d%H%M%S', '20140710134350'],
      ['1404999830', '%a %b %e %j %p %I %y %Z %%,60', 'Thu Jul 10 191 PM 01 14 GMT %'],
    ],
    compile:
      ([format, offset = 0]) =>
      (input) =>
        strftime(format, Number(input) + Number(offset), true),
  }),
];
