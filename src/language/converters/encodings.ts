import { current, integer, optional, string, word } from '../arguments.js';
import { ArgumentError, defineConverter } from '../definition.js';
import { toSint } from '../values.js';

const MANUAL = '7.3.1';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BASE64URL = /^[A-Za-z0-9_-]*={0,2}$/;

/** @param form '+' is a space everywhere, not only behind the question mark */
function urlDecode(text: string, form: boolean): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  let query = form;
  return text.replaceAll(/%[0-9A-Fa-f]{2}|[+?]/g, (found) => {
    if (found === '+') return query ? ' ' : '+';
    if (found === '?') {
      query = true;
      return found;
    }
    return String.fromCharCode(Number.parseInt(found.slice(1), 16));
  });
}

function urlEncode(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9._~-]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Cuts bytes into chunks of `size`, the last maybe shorter, or left out when `truncate`. */
function chunks(bytes: string, size: number, truncate: boolean): string[] {
  const list: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    if (truncate && at + size > bytes.length) break;
    list.push(bytes.slice(at, at + size));
  }
  return list;
}

/** Bytes as a number, the highest first. */
function bigEndian(bytes: string): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte.charCodeAt(0));
  return value;
}

const hexOf = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('hex').toUpperCase();

/** Encodings (manual 7.3.1). */
export const encodings = [
  defineConverter({
    name: 'base64',
    args: [],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    summary: 'to base64',
    examples: [['hello', '', 'aGVsbG8=']],
    compile: () => (input) => Buffer.from(input, 'latin1').toString('base64'),
  }),
  defineConverter({
    name: 'b64dec',
    args: [],
    in: 'str',
    out: 'bin',
    manual: MANUAL,
    summary: 'from base64',
    examples: [
      ['aGVsbG8=', '', 'hello'],
      ['aGVsbG8', '', undefined],
      ['a?b=', '', undefined],
    ],
    compile: () => (input) => (BASE64.test(input) ? Buffer.from(input, 'base64').toString('latin1') : undefined),
  }),
  defineConverter({
    name: 'ub64enc',
    args: [],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    summary: 'to base64url, without padding',
    examples: [['hello?>', '', 'aGVsbG8_Pg']],
    compile: () => (input) => Buffer.from(input, 'latin1').toString('base64url'),
  }),
  defineConverter({
    name: 'ub64dec',
    args: [],
    in: 'str',
    out: 'bin',
    manual: MANUAL,
    summary: 'from base64url',
    examples: [
      ['aGVsbG8', '', 'hello'],
      ['a+b', '', undefined],
    ],
    compile: () => (input) => (BASE64URL.test(input) ? Buffer.from(input, 'base64url').toString('latin1') : undefined),
  }),
  defineConverter({
    name: 'hex',
    args: [],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    summary: 'to hexadecimal, two digits for each byte',
    examples: [['hello', '', '68656C6C6F']],
    compile: () => hexOf,
  }),
  defineConverter({
    name: 'hex2i',
    args: [],
    in: 'str',
    out: 'sint',
    manual: MANUAL,
    summary: 'from hexadecimal to an integer',
    examples: [
      ['ff', '', '255'],
      ['ffffffffffffffff', '', '-1'],
      ['fg', '', undefined],
    ],
    compile: () => (input) =>
      /^[0-9A-Fa-f]+$/.test(input) ? toSint(BigInt.asIntN(64, BigInt(`0x${input}`))) : undefined,
  }),
  defineConverter({
    name: 'be2dec',
    args: [string, integer, optional(integer)],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    summary: 'chunks of bytes as decimal numbers, separated',
    examples: [
      ['\x01\x02\x03\x04\x05\x06\x07', ':,2', '258:772:1286:7'],
      ['\x01\x02\x03\x04\x05\x06\x07', '-,2,1', '258-772-1286'],
      ['\x01\x02\x03\x04\x05\x06\x07', ',2,1', '2587721286'],
      ['\x7f\0\0\x01', '.,1', '127.0.0.1'],
    ],
    compile([separator, size, truncate = 0]) {
      if (size < 1 || size > 8) throw new ArgumentError(`chunk_size out of [1..8] range (${size}).`);
      return (input) =>
        chunks(input, size, truncate !== 0)
          .map((chunk) => String(bigEndian(chunk)))
          .join(separator);
    },
  }),
  defineConverter({
    name: 'le2dec',
    args: [string, integer, optional(integer)],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    since: '3.3',
    summary: 'chunks of bytes, the lowest first, as decimal numbers, separated',
    examples: [
      ['\x01\x02\x03\x04\x05\x06\x07', ':,2', '513:1027:1541:7'],
      ['\x01\x02\x03\x04\x05\x06\x07', '-,2,1', '513-1027-1541'],
      ['\x7f\0\0\x01', '.,1', '127.0.0.1'],
    ],
    compile([separator, size, truncate = 0]) {
      if (size < 1 || size > 8) throw new ArgumentError(`chunk_size out of [1..8] range (${size}).`);
      return (input) =>
        chunks(input, size, truncate !== 0)
          .map((chunk) => String(bigEndian(Array.from(chunk).toReversed().join(''))))
          .join(separator);
    },
  }),
  defineConverter({
    name: 'base2',
    args: [],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    since: '3.3',
    summary: 'to binary digits, eight for each byte',
    examples: [['\x05\xff', '', '0000010111111111']],
    compile: () => (input) => Array.from(input, (byte) => byte.charCodeAt(0).toString(2).padStart(8, '0')).join(''),
  }),
  defineConverter({
    name: 'be2hex',
    args: [current(string), optional(integer), optional(integer)],
    in: 'bin',
    out: 'str',
    manual: MANUAL,
    summary: 'chunks of bytes in hexadecimal, separated',
    examples: [
      ['\x01\x02\x03\x04\x05\x06\x07', '', '01020304050607'],
      ['\x01\x02\x03\x04\x05\x06\x07', ':,2', '0102:0304:0506:07'],
      ['\x01\x02\x03\x04\x05\x06\x07', '--,2,1', '0102--0304--0506'],
      ['\x01\x02\x03\x04\x05\x06\x07\x08', ',3,1', '010203040506'],
    ],
    compile([separator = '', size, truncate = 0]) {
      if (size === undefined) return hexOf;
      if (size < 1) throw new ArgumentError('chunk_size must be positive.');
      return (input) =>
        chunks(input, size, truncate !== 0)
          .map(hexOf)
          .join(separator);
    },
  }),
  defineConverter({
    name: 'bytes',
    args: [integer, optional(integer)],
    in: 'bin',
    out: 'bin',
    manual: MANUAL,
    summary: 'some of the bytes: an offset, and a length',
    examples: [
      ['abcdef', '2', 'cdef'],
      ['abcdef', '2,3', 'cde'],
      ['abc', '5', ''],
      ['abcdef', '2,9', 'cdef'],
    ],
    compile:
      ([offset, length]) =>
      (input) =>
        input.slice(offset, length === undefined ? undefined : offset + length),
  }),
  defineConverter({
    name: 'htonl',
    args: [],
    in: 'sint',
    out: 'bin',
    manual: MANUAL,
    summary: 'to four bytes in network order',
    examples: [['1094861636', '', 'ABCD']],
    compile: () => (input) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(Number(BigInt.asUintN(32, BigInt(input))));
      return bytes.toString('latin1');
    },
  }),
  defineConverter({
    name: 'url_dec',
    args: [optional(integer)],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'decodes %XX, and + behind a question mark, or everywhere when the argument is not 0',
    examples: [
      ['a%20b+c?d+e', '1', 'a b c?d e'],
      ['a+b?c+d', '', 'a+b?c d'],
      ['%41%4', '', undefined],
    ],
    compile:
      ([form = 0]) =>
      (input) =>
        urlDecode(input, form !== 0),
  }),
  defineConverter({
    name: 'url_enc',
    args: [current(word(['query'], "Invalid enc_type, only 'query' is supported."))],
    in: 'str',
    out: 'str',
    manual: MANUAL,
    summary: 'encodes everything but unreserved characters as %XX',
    examples: [['a b/c?d=\xc3\xa9&+', '', 'a%20b%2Fc%3Fd%3D%C3%A9%26%2B']],
    compile: () => urlEncode,
  }),
];
