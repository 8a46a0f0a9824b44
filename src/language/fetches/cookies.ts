import { optional, string } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type FetchDefinition, type IteratingCode } from '../definition.js';
import { cookieNames, someCookie } from '../http/cookies.js';
import { requestOf } from '../http/sniff.js';
import { readSint } from '../values.js';
import type { StreamContext } from '../../core/stream.js';

type Side = 'request' | 'response' | 'either';

function visit(stream: StreamContext, side: Side, name: string, accept: (value: string) => boolean): boolean {
  const response = side === 'response' || (side === 'either' && stream.response !== undefined);
  const headers = response ? stream.response?.headers : requestOf(stream)?.headers;
  return headers !== undefined && someCookie(headers, response, name, accept);
}

/** The last cookie of that name, or the first of all when no name is given. */
function cookieOf(stream: StreamContext, side: Side, name: string): string | undefined {
  let found: string | undefined;
  visit(stream, side, name, (value) => {
    found = value;
    return name === '';
  });
  return found;
}

function values<T>(side: Side, name: string, convert: (value: string) => T): IteratingCode<T> {
  return {
    evaluate(stream) {
      const value = cookieOf(stream, side, name);
      return value === undefined ? undefined : convert(value);
    },
    some: (stream, test) => visit(stream, side, name, (value) => test(convert(value), stream)),
  };
}

function count(stream: StreamContext, side: Side, name: string): number {
  let found = 0;
  visit(stream, side, name, () => {
    found++;
    return false;
  });
  return found;
}

function family(prefix: 'req' | 'res', side: Side, use: Use, old: string): FetchDefinition[] {
  return [
    defineFetch({
      name: `${prefix}.cook`,
      aliases: [old],
      args: [optional(string)],
      out: 'str',
      use,
      manual: '7.3.6',
      summary: `the value of a ${side} cookie`,
      compile: ([name = '']) => values(side, name, (value) => value),
    }),
    defineFetch({
      name: `${prefix}.cook_cnt`,
      aliases: [`${old}_cnt`],
      args: [optional(string)],
      out: 'sint',
      use,
      manual: '7.3.6',
      summary: `how many times a ${side} cookie occurs`,
      compile:
        ([name = '']) =>
        (stream) =>
          count(stream, side, name),
    }),
    defineFetch({
      name: `${prefix}.cook_val`,
      aliases: [`${old}_val`],
      args: [optional(string)],
      out: 'sint',
      use,
      manual: '7.3.6',
      summary: `the value of a ${side} cookie as an integer`,
      compile: ([name = '']) => values(side, name, readSint),
    }),
  ];
}

function names(prefix: 'req' | 'res', side: Side, use: Use): FetchDefinition {
  return defineFetch({
    name: `${prefix}.cook_names`,
    args: [optional(string)],
    out: 'str',
    use,
    manual: '7.3.6',
    since: '3.0',
    summary: `the names of all ${side} cookies, joined`,
    compile:
      ([delimiter]) =>
      (stream) => {
        const headers = side === 'response' ? stream.response?.headers : requestOf(stream)?.headers;
        return headers === undefined
          ? undefined
          : cookieNames(headers, side === 'response').join(delimiter?.[0] ?? ',');
      },
  });
}

/** Cookies (manual 7.3.6). */
export const cookies = [
  ...family('req', 'request', USES.requestHeaders, 'cook'),
  ...family('res', 'response', USES.responseHeaders, 'scook'),
  names('req', 'request', USES.requestHeaders),
  names('res', 'response', USES.responseHeaders),
  defineFetch({
    name: 'cookie',
    aliases: ['set-cookie'],
    args: [optional(string)],
    out: 'str',
    use: USES.eitherHeaders,
    manual: '7.3.6',
    summary: 'req.cook in requests, res.cook in responses',
    compile: ([name = '']) => values('either', name, (value) => value),
  }),
];
