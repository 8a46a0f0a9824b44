import { optional, sint, string, word } from '../arguments.js';
import { defineConverter, type ConverterDefinition } from '../definition.js';
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

/** `%N` or `%3N`: digits of the fraction of a second. */
function withFraction(format: string, nanoseconds: bigint): string {
  const digits = String(nanoseconds).padStart(9, '0');
  return format.replaceAll(/%(%|([1-9]?)N)/g, (whole, kind: string, width: string) =>
    kind === '%' ? whole : digits.slice(0, width === '' ? 9 : Number(width)),
  );
}

/** `ms_utime` and its like: finer units than seconds. */
function fineTime(unit: 'ms' | 'us', utc: boolean): ConverterDefinition {
  const per = PER_SECOND[unit];
  return defineConverter({
    name: `${unit}_${utc ? 'utime' : 'ltime'}`,
    args: [string, optional(sint)],
    in: 'sint',
    out: 'str',
    manual: MANUAL,
    since: '2.9',
    summary: `${unit} since the epoch in ${utc ? 'UTC' : 'local time'}, as strftime(3) writes it; %3N are milliseconds`,
    examples: utc
      ? [
          [unit === 'ms' ? '1690192382196' : '1690192382196234', '%Y/%m/%d/%H:%M:%S.%3N', '2023/07/24/09:53:02.196'],
          ['5', '%S %N', unit === 'ms' ? '00 005000000' : '00 000005000'],
        ]
      : [],
    pure: utc,
    compile:
      ([format, offset = 0]) =>
      (input) => {
        const value = BigInt(input) + BigInt(offset);
        const part = ((value % per) + per) % per;
        return strftime(withFraction(format, (part * 1_000_000_000n) / per), Number((value - part) / per), utc);
      },
  });
}

/** Dates (manual 7.3.1). */
export const dates = [
  ...(['ms', 'us'] as const).flatMap((unit) => [fineTime(unit, false), fineTime(unit, true)]),
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
