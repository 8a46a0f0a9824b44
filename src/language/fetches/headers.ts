import { integer, optional, string } from '../arguments.js';
import { USES, type Use } from '../checkpoint.js';
import { defineFetch, type FetchDefinition, type IteratingCode } from '../definition.js';
import { countValues, someValue, valueAt } from '../http/fields.js';
import { requestOf } from '../http/sniff.js';
import { parseIp, parseIpv4 } from '../ip.js';
import { readSint } from '../values.js';
import type { HeaderBlock } from '../../core/message.js';
import type { StreamContext } from '../../core/stream.js';

type Block = (stream: StreamContext) => HeaderBlock | undefined;

const ofRequest: Block = (stream) => requestOf(stream)?.headers;
const ofResponse: Block = (stream) => stream.response?.headers;
const ofEither: Block = (stream) => stream.response?.headers ?? requestOf(stream)?.headers;

/** Code for one kind of header fetch: where the fields are, how they are cut, what is made of a value. */
function values<T>(
  block: Block,
  name: string,
  occurrence: number | undefined,
  whole: boolean,
  convert: (value: string) => T | undefined,
): IteratingCode<T> {
  const field = name.toLowerCase();
  const evaluate = (stream: StreamContext): T | undefined => {
    const headers = block(stream);
    const value = headers === undefined ? undefined : valueAt(headers, field, whole, occurrence ?? -1);
    return value === undefined ? undefined : convert(value);
  };
  // A position that was asked for leaves nothing to try.
  if (occurrence !== undefined) {
    return {
      evaluate,
      some(stream, test) {
        const value = evaluate(stream);
        return value !== undefined && test(value, stream);
      },
    };
  }
  return {
    evaluate,
    some(stream, test) {
      const headers = block(stream);
      if (headers === undefined) return false;
      return someValue(headers, field, whole, (value) => {
        const converted = convert(value);
        return converted !== undefined && test(converted, stream);
      });
    },
  };
}

/** An IPv4 address, a port maybe behind it, or an IPv6 address without brackets. */
function readAddress(text: string): number | Uint8Array | undefined {
  return parseIpv4(text.replace(/:\d{1,5}$/, '')) ?? parseIp(text);
}

/** Names of all fields, joined. */
function joinNames(headers: HeaderBlock, delimiter: string): string {
  const names: string[] = [];
  for (let index = 0; index < headers.count; index++) names.push(headers.name(index));
  return names.join(delimiter);
}

function dump(headers: HeaderBlock): string {
  let text = '';
  for (let index = 0; index < headers.count; index++) text += `${headers.name(index)}: ${headers.value(index)}\r\n`;
  return `${text}\r\n`;
}

/** A length as SPOE's variable-length integer. */
function spoeLength(length: number): string {
  if (length < 240) return String.fromCharCode(length);
  let text = String.fromCharCode((length & 255) | 240);
  let rest = (length - 240) >>> 4;
  while (rest >= 128) {
    text += String.fromCharCode((rest & 255) | 128);
    rest = (rest - 128) >>> 7;
  }
  return text + String.fromCharCode(rest);
}

function dumpBinary(headers: HeaderBlock): string {
  let text = '';
  for (let index = 0; index < headers.count; index++) {
    const name = headers.name(index);
    const value = headers.value(index);
    text += spoeLength(name.length) + name + spoeLength(value.length) + value;
  }
  return `${text}\0\0`;
}

/** The family of header fetches for one direction. */
function family(prefix: 'req' | 'res', use: Use, block: Block, old: (suffix: string) => string[]): FetchDefinition[] {
  const manual = '7.3.6';
  const of = prefix === 'req' ? 'request' : 'response';
  const headersOf =
    <T>(read: (headers: HeaderBlock) => T) =>
    (stream: StreamContext) => {
      const headers = block(stream);
      return headers === undefined ? undefined : read(headers);
    };
  return [
    defineFetch({
      name: `${prefix}.hdr`,
      aliases: prefix === 'res' ? ['shdr'] : [],
      args: [optional(string), optional(integer)],
      out: 'str',
      use,
      manual,
      summary: `a comma-separated value of a ${of} header; the last unless a position is given`,
      compile: ([name = '', occurrence]) => values(block, name, occurrence, false, (value) => value),
    }),
    defineFetch({
      name: `${prefix}.fhdr`,
      args: [optional(string), optional(integer)],
      out: 'str',
      use,
      manual,
      summary: `a whole ${of} header field; the last unless a position is given`,
      compile: ([name = '', occurrence]) => values(block, name, occurrence, true, (value) => value),
    }),
    defineFetch({
      name: `${prefix}.hdr_cnt`,
      aliases: old('_cnt'),
      args: [optional(string)],
      out: 'sint',
      use,
      manual,
      summary: `how many comma-separated values a ${of} header has`,
      compile: ([name = '']) => headersOf((headers) => countValues(headers, name.toLowerCase(), false)),
    }),
    defineFetch({
      name: `${prefix}.fhdr_cnt`,
      args: [optional(string)],
      out: 'sint',
      use,
      manual,
      summary: `how many times a ${of} header field occurs`,
      compile: ([name = '']) => headersOf((headers) => countValues(headers, name.toLowerCase(), true)),
    }),
    defineFetch({
      name: `${prefix}.hdr_ip`,
      aliases: old('_ip'),
      args: [optional(string), optional(integer)],
      out: 'ipv4',
      use,
      manual,
      summary: `a ${of} header's value as an address`,
      compile: ([name = '', occurrence]) => values(block, name, occurrence, false, readAddress),
    }),
    defineFetch({
      name: `${prefix}.hdr_val`,
      aliases: old('_val'),
      args: [optional(string), optional(integer)],
      out: 'sint',
      use,
      manual,
      summary: `a ${of} header's value as an integer`,
      compile: ([name = '', occurrence]) => values(block, name, occurrence, false, readSint),
    }),
    defineFetch({
      name: `${prefix}.hdr_names`,
      args: [optional(string)],
      out: 'str',
      use,
      manual,
      summary: `the names of all ${of} header fields, joined`,
      compile: ([delimiter]) => headersOf((headers) => joinNames(headers, delimiter?.[0] ?? ',')),
    }),
    defineFetch({
      name: `${prefix}.hdrs`,
      args: [],
      out: 'bin',
      use,
      manual,
      summary: `all ${of} header fields as text, with the empty line`,
      compile: () => headersOf(dump),
    }),
    defineFetch({
      name: `${prefix}.hdrs_bin`,
      args: [],
      out: 'bin',
      use,
      manual,
      summary: `all ${of} header fields in SPOE's binary form`,
      compile: () => headersOf(dumpBinary),
    }),
  ];
}

/** Header fields (manual 7.3.6). */
export const headers = [
  ...family('req', USES.requestHeaders, ofRequest, (suffix) => [`hdr${suffix}`]),
  ...family('res', USES.responseHeaders, ofResponse, (suffix) => [`shdr${suffix}`]),
  defineFetch({
    name: 'hdr',
    args: [optional(string), optional(integer)],
    out: 'str',
    use: USES.eitherHeaders,
    manual: '7.3.6',
    summary: 'req.hdr in requests, res.hdr in responses',
    compile: ([name = '', occurrence]) => values(ofEither, name, occurrence, false, (value) => value),
  }),
];
